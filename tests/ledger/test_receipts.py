"""Receipts on the real ledger: consecutive, used once, void with all copies, in red after the closing."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database
from activities.ledger.receipt_books import hand_in, hand_over_book, missing_numbers, spelled_receipt, take_number
from activities.ledger.receipts import Cancelled, grant_red, grant_void, register_lost_copy
from activities.ledger.refused import LedgerRefusedError
from tests.at_once import at_once
from tests.billing.community import CODE, at, flat
from tests.ledger.cash_desk import (
    CASH,
    CASHIER,
    FINANCE,
    SECOND,
    SUPERVISOR,
    TUESDAY,
    ask_cancellation,
    book,
    close_day,
    count,
    deposit,
    open_shift,
    pay,
    receipt,
)
from workflows.messages.cash_desk import ReceiptState
from workflows.messages.people import Actor, Role

MORNING = f"{TUESDAY} 10:00"


@pytest.fixture
def desk(billed: Database) -> Database:
    """A cashier with an open shift and a book from 1234 to 1240."""
    flat(billed)
    open_shift(billed)
    book(billed, 1234, 1240)
    return billed


def refused(code: str):
    return pytest.raises(LedgerRefusedError, check=lambda error: error.code == code)


def void(db: Database, number: int, moment: str, approver: Actor = SUPERVISOR) -> Cancelled:
    with db.begin() as connection:
        return grant_void(connection, db.personal, community=CODE, number=number, approver=approver, at=at(moment))


def red(db: Database, number: int, moment: str, approver: Actor = FINANCE) -> Cancelled:
    with db.begin() as connection:
        return grant_red(connection, db.personal, community=CODE, number=number, approver=approver, at=at(moment))


def states(db: Database) -> dict[int, str]:
    with db.begin() as connection:
        rows = connection.execute(text("SELECT number, state FROM receipts ORDER BY number")).all()
    return {row.number: row.state for row in rows}


def close(db: Database, amount: str = "100.00") -> None:
    with db.begin() as connection:
        shift = connection.execute(text("SELECT max(id) FROM shifts")).scalar_one()
    count(db, shift, {CASH: amount}, f"{TUESDAY} 16:00")
    close_day(db, f"{TUESDAY} 16:20", paid_in=deposit("HD-1", f"{TUESDAY} 16:20", amount))


def test_rcp_01_a_wrong_receipt_is_void_the_same_day_and_a_new_number_is_issued(desk):
    number = receipt(desk, pay(desk, "100.00", MORNING), "100.00", MORNING)
    assert spelled_receipt(number) == "0001234"
    with refused("not_asked_for"):
        void(desk, number, f"{TUESDAY} 10:05")
    with refused("copies_missing"):
        ask_cancellation(desk, number, f"{TUESDAY} 10:05", copies_kept=False)
    ask_cancellation(desk, number, f"{TUESDAY} 10:05")
    for approver, code in (
        (CASHIER, "two_persons"),
        (Actor(role=Role.CS_SUPERVISOR, code="C001"), "two_persons"),
        (SECOND, "beyond_authority"),
        (FINANCE, "beyond_authority"),
    ):
        with refused(code):
            void(desk, number, f"{TUESDAY} 10:06", approver)

    assert void(desk, number, f"{TUESDAY} 10:06") == Cancelled(1234, ReceiptState.VOID, reissued=1235)
    assert states(desk) == {1234: "void", 1235: "issued"}
    with refused("receipt_not_in_force"):
        void(desk, number, f"{TUESDAY} 10:07")


def test_the_database_refuses_a_number_that_is_used_twice(desk):
    number = receipt(desk, pay(desk, "100.00", MORNING), "100.00", MORNING)
    other = pay(desk, "50.00", f"{TUESDAY} 11:00")
    again = text(
        "INSERT INTO receipts (community, number, book, payment, amount, state, issued_at, issued_by)"
        " VALUES (:community, :number, 'SJ-1234', :payment, 50, 'issued', now(), 'C001')"
    )
    with pytest.raises(IntegrityError, match="pk_receipts"), desk.begin() as connection:
        connection.execute(again, {"community": CODE, "number": number, "payment": other})


def test_a_payment_has_one_receipt_however_often_it_is_asked_for(desk):
    payment = pay(desk, "100.00", MORNING)
    numbers = at_once(4, lambda _: receipt(desk, payment, "100.00", MORNING))
    assert set(numbers) == {1234}
    assert states(desk) == {1234: "issued"}


def test_the_receipt_says_what_was_paid(desk):
    with refused("receipt_differs"):
        receipt(desk, pay(desk, "100.00", MORNING), "99.00", MORNING)
    with refused("unknown_payment"):
        receipt(desk, "SK-2026-999999", "99.00", MORNING)


def test_two_cashiers_at_once_skip_no_number_and_take_none_twice(desk):
    book(desk, 2001, 2010, holder="C002")
    open_shift(desk, staff="C002")
    payments = [
        pay(desk, f"{index + 1}.00", MORNING, actor=(CASHIER, SECOND)[index % 2], key=f"paid-{index}")
        for index in range(8)
    ]
    cashiers = ("C001", "C002")
    numbers = at_once(8, lambda index: receipt(desk, payments[index], f"{index + 1}.00", MORNING, cashiers[index % 2]))
    assert sorted(numbers) == [1234, 1235, 1236, 1237, 2001, 2002, 2003, 2004]


def test_a_number_that_a_failed_transaction_took_is_the_next_one_again(desk):
    payment = pay(desk, "100.00", MORNING)
    with desk.engine.connect() as connection:  # never committed
        assert take_number(connection, CODE, "C001") == ("SJ-1234", 1234)
    assert receipt(desk, payment, "100.00", MORNING) == 1234


def test_a_full_book_is_followed_by_the_next_and_then_by_a_refusal(desk):
    book(desk, 1300, 1300)
    payments = [pay(desk, f"{index + 1}.00", MORNING) for index in range(9)]
    numbers = [receipt(desk, payments[index], f"{index + 1}.00", MORNING) for index in range(8)]
    assert numbers == [*range(1234, 1241), 1300]
    with refused("no_receipt_book"):
        receipt(desk, payments[8], "9.00", MORNING)


def test_two_books_never_hold_the_same_number(desk):
    book(desk, 1234, 1240)
    with refused("book_exists"):
        book(desk, 1234, 1241)
    with refused("numbers_taken"):
        book(desk, 1240, 1250)
    with refused("bad_numbers"):
        book(desk, 9, 8)

    def one(index: int) -> str:
        try:
            book(desk, 3000 + index, 3010 + index)
        except LedgerRefusedError as error:
            return error.code
        return ""

    assert sorted(at_once(4, one)) == ["", "numbers_taken", "numbers_taken", "numbers_taken"]


def test_after_the_closing_only_finance_reverses_in_red(desk):
    payment = pay(desk, "100.00", MORNING)
    number = receipt(desk, payment, "100.00", MORNING)
    ask_cancellation(desk, number, f"{TUESDAY} 15:00")
    with refused("void_instead"):
        red(desk, number, f"{TUESDAY} 15:01")
    close(desk)
    with refused("void_too_late"):
        void(desk, number, f"{TUESDAY} 16:30")
    with refused("beyond_authority"):
        red(desk, number, f"{TUESDAY} 16:31", SUPERVISOR)

    assert red(desk, number, "04-15 09:00") == Cancelled(1234, ReceiptState.REVERSED, red=1235, reissued=1236)
    assert states(desk) == {1234: "reversed", 1235: "red", 1236: "issued"}
    with desk.begin() as connection:
        found = connection.execute(text("SELECT amount, red_of FROM receipts WHERE number = 1235")).one()
    assert (str(found.amount), found.red_of) == ("-100.00", 1234)


def test_the_next_day_is_too_late_for_a_void_even_without_a_closing(desk):
    number = receipt(desk, pay(desk, "100.00", MORNING), "100.00", MORNING)
    ask_cancellation(desk, number, "04-15 08:00", copies_kept=False)
    with refused("void_too_late"):
        void(desk, number, "04-15 08:01")


def test_a_lost_copy_is_registered_and_the_original_not_issued_again(desk):
    payment = pay(desk, "100.00", MORNING)
    number = receipt(desk, payment, "100.00", MORNING)
    for moment in ("04-20 09:00", "04-21 09:00"):
        with desk.begin() as connection:
            register_lost_copy(connection, CODE, number, at(moment))
    assert receipt(desk, payment, "100.00", "04-21 10:00") == number
    with desk.begin() as connection:
        assert connection.execute(text("SELECT lost_copy_at FROM receipts")).scalar_one() == at("04-20 09:00")
    with refused("unknown_receipt"), desk.begin() as connection:
        register_lost_copy(connection, CODE, 9999, at("04-20 09:00"))


def test_the_months_hand_in_names_used_void_red_and_unused_numbers(desk):
    first, second = (pay(desk, amount, MORNING) for amount in ("60.00", "40.00"))
    number = receipt(desk, first, "60.00", MORNING)
    ask_cancellation(desk, number, MORNING)
    void(desk, number, MORNING)
    later = receipt(desk, second, "40.00", MORNING)
    close(desk)
    ask_cancellation(desk, later, "04-15 09:00")
    red(desk, later, "04-15 09:00")
    with desk.begin() as connection:
        (april,) = hand_in(connection, CODE, "2026-04")
        (may,) = hand_in(connection, CODE, "2026-05")
        missing = missing_numbers(connection, CODE, "2026-04")
    assert (april.used, april.void, april.red) == ((1235, 1236, 1238), (1234,), (1237,))
    assert (april.unused_from, april.unused_to, april.missing, missing) == (1239, 1240, (), ())
    assert may.used == may.void == may.red == ()


def test_a_number_of_which_there_is_no_receipt_is_missing_from_the_month_of_its_book_on(desk):
    receipt(desk, pay(desk, "100.00", MORNING), "100.00", MORNING)
    with desk.begin() as connection:
        connection.execute(text("UPDATE receipt_books SET next = next + 2"))
        found = [missing_numbers(connection, CODE, month) for month in ("2026-03", "2026-04", "2026-12")]
    assert found == [(), (1235, 1236), (1235, 1236)]


def test_a_book_is_handed_over_with_the_numbers_that_are_left(desk):
    receipt(desk, pay(desk, "100.00", MORNING), "100.00", MORNING)
    with desk.begin() as connection:
        hand_over_book(connection, CODE, "SJ-1234", "C002")
    payment = pay(desk, "1.00", f"{TUESDAY} 11:00")
    with refused("no_receipt_book"):
        receipt(desk, payment, "1.00", f"{TUESDAY} 11:00")
    assert receipt(desk, payment, "1.00", f"{TUESDAY} 11:00", "C002") == 1235
    with refused("unknown_book"), desk.begin() as connection:
        hand_over_book(connection, CODE, "SJ-9", "C002")
