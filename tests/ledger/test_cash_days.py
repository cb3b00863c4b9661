"""Shifts, slips and the day's closing on the real ledger (docs/domain/fees.md)."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database
from activities.ledger.cash_days import receive_cash
from activities.ledger.cash_duties import overdue_in_transit, unclosed_days
from activities.ledger.deposits import NewDeposit, take_deposit
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.reversals import reverse_payment
from tests.at_once import at_once
from tests.billing.community import CODE, at, day, flat
from tests.ledger.cash_desk import (
    CASH,
    CASHIER,
    FINANCE,
    POS,
    QR,
    SECOND,
    SUPERVISOR,
    TUESDAY,
    approve,
    bank,
    close_day,
    count,
    deposit,
    evening,
    income,
    open_shift,
    pay,
    post_prices,
)
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.cash_desk import CashDestination
from workflows.messages.fee_policy import CashPolicy
from workflows.messages.people import Actor, Role


@pytest.fixture
def desk(billed: Database) -> Database:
    """The desk of a community with one flat."""
    flat(billed)
    return billed


def balance(db: Database, account: str, book: str = "management") -> Decimal:
    with db.begin() as connection:
        return connection.execute(
            text(
                "SELECT coalesce(sum(amount), 0.00) FROM postings JOIN journal_entries ON id = entry"
                " WHERE ledger_account = :account AND book = :book"
            ),
            {"account": account, "book": book},
        ).scalar_one()


def refused(code: str):
    return pytest.raises(LedgerRefusedError, check=lambda error: error.code == code)


# Shifts


def test_a_shift_that_is_opened_twice_is_one(desk):
    assert open_shift(desk) == open_shift(desk, f"{TUESDAY} 12:00")


def test_two_at_once_open_one_shift(desk):
    assert len(set(at_once(4, lambda _: open_shift(desk)))) == 1


def test_yesterdays_shift_is_closed_before_another_is_opened(desk):
    open_shift(desk, "04-13 08:30")
    with refused("earlier_shift_open"):
        open_shift(desk)


def test_csh_04_each_method_is_compared_and_the_slip_holds_the_cash_only(desk):
    shift = open_shift(desk)
    for amount, method in (("1240.00", CASH), ("2310.00", POS), ("4120.00", QR)):
        pay(desk, amount, f"{TUESDAY} 10:00", method)

    closed = count(desk, shift, {CASH: "1240.00", POS: "2310.00", QR: "4120.00"}, f"{TUESDAY} 16:00")
    assert [(each.method, each.booked, each.variance) for each in closed.counts] == [
        (CASH, Decimal("1240.00"), 0), (POS, Decimal("2310.00"), 0), (QR, Decimal("4120.00"), 0),
    ]  # fmt: skip
    slip = close_day(desk, f"{TUESDAY} 16:20", paid_in=deposit("HD-1", f"{TUESDAY} 16:20", "1240.00"))
    assert (slip.cash, slip.slip) == (Decimal("1240.00"), "JK-2026-000001")
    assert slip.totals["pos"] == {"booked": "2310.00", "counted": "2310.00", "variance": "0.00"}


def test_a_method_that_nobody_counted_keeps_the_shift_open(desk):
    shift = open_shift(desk)
    pay(desk, "100.00", f"{TUESDAY} 10:00", POS)
    with refused("count_missing"):
        count(desk, shift, {CASH: "0.00"}, f"{TUESDAY} 16:00")


def test_a_difference_needs_a_reason_and_another_persons_approval(desk):
    shift = open_shift(desk)
    pay(desk, "500.00", f"{TUESDAY} 10:00")
    with refused("slip_reason_required"):
        count(desk, shift, {CASH: "480.00"}, f"{TUESDAY} 16:00")
    waiting = count(desk, shift, {CASH: "480.00"}, f"{TUESDAY} 16:00", reason="找零有误")
    assert (waiting.awaits_approval, waiting.closed_at) == (True, None)
    with refused("shifts_open"):
        close_day(desk, f"{TUESDAY} 16:05")
    with refused("beyond_authority"):
        approve(desk, shift, f"{TUESDAY} 16:10", CASHIER)
    with refused("own_difference"):
        approve(desk, shift, f"{TUESDAY} 16:10", Actor(role=Role.CS_SUPERVISOR, code="C001"))

    closed = approve(desk, shift, f"{TUESDAY} 16:10")
    assert approve(desk, shift, f"{TUESDAY} 16:11") == closed
    assert (closed.awaits_approval, closed.closed_at is not None) == (False, True)
    assert (balance(desk, "cash_on_hand"), balance(desk, "cash_difference")) == (Decimal("480.00"), Decimal("20.00"))


def test_money_that_came_after_the_count_is_counted_first(desk):
    shift = open_shift(desk)
    pay(desk, "500.00", f"{TUESDAY} 10:00")
    count(desk, shift, {CASH: "480.00"}, f"{TUESDAY} 16:00", reason="找零有误")
    pay(desk, "10.00", f"{TUESDAY} 16:01")
    with refused("count_overtaken"):
        approve(desk, shift, f"{TUESDAY} 16:10")
    count(desk, shift, {CASH: "490.00"}, f"{TUESDAY} 16:11", reason="找零有误")
    approve(desk, shift, f"{TUESDAY} 16:12")
    assert balance(desk, "cash_difference") == Decimal("20.00")


def test_only_finance_counts_for_an_absent_cashier(desk):
    shift = open_shift(desk)
    with refused("not_your_shift"):
        count(desk, shift, {}, f"{TUESDAY} 16:00", actor=SECOND)
    assert count(desk, shift, {}, f"{TUESDAY} 16:00", actor=FINANCE).closed_at is not None


def test_a_closed_shift_takes_no_money(desk):
    count(desk, open_shift(desk), {}, f"{TUESDAY} 16:00")
    with refused("no_open_shift"):
        pay(desk, "10.00", f"{TUESDAY} 16:01")


def test_the_database_refuses_a_difference_that_its_counter_approves(desk):
    shift = open_shift(desk)
    pay(desk, "500.00", f"{TUESDAY} 10:00")
    count(desk, shift, {CASH: "480.00"}, f"{TUESDAY} 16:00", reason="找零有误")
    with pytest.raises(IntegrityError, match="two_persons"), desk.begin() as connection:
        connection.execute(text("UPDATE shift_counts SET approved_by = counted_by"))


def test_a_payment_and_a_count_at_once_leave_no_money_outside_the_count(desk):
    shift = open_shift(desk)

    def one(index: int) -> object:
        try:
            if index == 0:
                return count(desk, shift, {CASH: "0.00"}, f"{TUESDAY} 16:00").closed_at
            return pay(desk, "10.00", f"{TUESDAY} 15:59", key=f"race-{index}")
        except LedgerRefusedError as error:
            return error.code

    answers = at_once(4, one)
    closed = answers[0] not in ("slip_reason_required", None)
    with desk.begin() as connection:
        taken = connection.execute(
            text("SELECT count(*) FROM payments WHERE shift = :shift"), {"shift": shift}
        ).scalar()
    assert taken == 0 if closed else taken == 3


# The day


def test_csh_01_the_days_cash_is_deposited_and_the_day_closed(desk):
    shift = open_shift(desk)
    pay(desk, "6430.00", f"{TUESDAY} 10:00")
    count(desk, shift, {CASH: "6430.00"}, f"{TUESDAY} 16:10")

    slip = close_day(desk, f"{TUESDAY} 16:25", paid_in=deposit("HD-88", f"{TUESDAY} 16:20", "6430.00"))

    assert (slip.cash, slip.destination) == (Decimal("6430.00"), CashDestination.BANK)
    assert (slip.bank_reference, slip.banked_at is not None) == ("HD-88", True)
    assert (balance(desk, "bank"), balance(desk, "cash_on_hand")) == (Decimal("6430.00"), 0)
    assert close_day(desk, f"{TUESDAY} 16:30").slip == slip.slip
    with desk.begin() as connection:
        assert unclosed_days(connection, CODE, day("04-15")) == ()


def test_csh_02_up_to_the_limit_waits_in_transit_for_the_next_bank_day(desk):
    evening(desk, "860.00")
    slip = close_day(desk, f"{TUESDAY} 17:40")
    assert (slip.destination, slip.banked_at) == (CashDestination.IN_TRANSIT, None)
    assert balance(desk, "cash_on_hand") == Decimal("860.00")

    with desk.begin() as connection:
        on = [overdue_in_transit(connection, CODE, day(each), CALENDAR_OF_2026) for each in ("04-15", "04-16")]
    assert on == [(), (day(TUESDAY),)]
    paid_in = deposit("HD-9", "04-15 09:10", "860.00")
    assert bank(desk, slip.slip, paid_in, "04-15 09:15") == bank(desk, slip.slip, paid_in, "04-15 09:20")
    assert (balance(desk, "bank"), balance(desk, "cash_on_hand")) == (Decimal("860.00"), 0)
    with refused("banked_already"):
        bank(desk, slip.slip, deposit("HD-10", "04-15 10:00", "860.00"), "04-15 10:00")


def test_csh_02_more_goes_to_finance_the_same_day(desk):
    evening(desk, "1260.00")
    slip = close_day(desk, f"{TUESDAY} 17:40")
    assert slip.destination is CashDestination.FINANCE
    with desk.begin() as connection:
        assert unclosed_days(connection, CODE, day("04-15")) == (day(TUESDAY),)
    paid_in = deposit("HD-9", "04-15 09:10", "1260.00")
    with refused("not_received_yet"):
        bank(desk, slip.slip, paid_in, "04-15 09:15", FINANCE)
    for receiver, code in ((SUPERVISOR, "beyond_authority"), (Actor(role=Role.FINANCE, code="C001"), "two_persons")):
        with refused(code), desk.begin() as connection:
            receive_cash(connection, community=CODE, slip=slip.slip, receiver=receiver)

    with desk.begin() as connection:
        assert receive_cash(connection, community=CODE, slip=slip.slip, receiver=FINANCE).received_by == "F001"
        assert unclosed_days(connection, CODE, day("04-15")) == ()
    with refused("beyond_authority"):
        bank(desk, slip.slip, paid_in, "04-15 09:15")
    assert bank(desk, slip.slip, paid_in, "04-15 09:15", FINANCE).bank_reference == "HD-9"


def test_what_lies_in_transit_already_counts_towards_the_limit(desk):
    evening(desk, "600.00", f"{TUESDAY} 17:20")
    assert close_day(desk, f"{TUESDAY} 17:30").destination is CashDestination.IN_TRANSIT
    evening(desk, "600.00", f"{TUESDAY} 17:40", SECOND)
    assert close_day(desk, f"{TUESDAY} 17:50").destination is CashDestination.FINANCE


def test_a_limit_of_nothing_restores_the_source(desk):
    evening(desk, "10.00")
    slip = close_day(desk, f"{TUESDAY} 17:40", rules=CashPolicy(overnight_limit=Decimal("0.00")))
    assert slip.destination is CashDestination.FINANCE


def test_on_a_day_without_a_bank_all_of_it_waits_for_the_next_bank_day(desk):
    evening(desk, "3000.00", "04-18 11:00")
    assert close_day(desk, "04-18 12:00").destination is CashDestination.IN_TRANSIT
    with desk.begin() as connection:
        on = [overdue_in_transit(connection, CODE, day(each), CALENDAR_OF_2026) for each in ("04-20", "04-21")]
    assert on == [(), (day("04-18"),)]


def test_while_the_bank_is_open_the_cash_goes_there_first(desk):
    evening(desk, "10.00", f"{TUESDAY} 15:00")
    with refused("deposit_first"):
        close_day(desk, f"{TUESDAY} 16:59")


def test_no_part_of_the_cash_is_kept_back_or_paid_out(desk):
    evening(desk, "500.00")
    with refused("not_all_banked"):
        close_day(desk, f"{TUESDAY} 17:30", paid_in=deposit("HD-1", f"{TUESDAY} 17:25", "450.00"))
    slip = close_day(desk, f"{TUESDAY} 17:30").slip
    with refused("not_all_banked"):
        bank(desk, slip, deposit("HD-1", "04-15 09:00", "499.99"), "04-15 09:00")


def test_two_who_close_the_day_at_once_make_one_slip(desk):
    evening(desk, "500.00")
    slips = at_once(3, lambda _: close_day(desk, f"{TUESDAY} 17:30").slip)
    assert set(slips) == {"JK-2026-000001"}


def test_a_day_without_cash_is_closed_without_a_bank(desk):
    shift = open_shift(desk)
    pay(desk, "70.00", f"{TUESDAY} 10:00", QR)
    count(desk, shift, {QR: "70.00"}, f"{TUESDAY} 16:00")
    assert close_day(desk, f"{TUESDAY} 16:30").destination is CashDestination.NOTHING


def test_a_day_without_a_shift_is_not_closed_but_an_open_one_is_missed(desk):
    with refused("nothing_to_close"):
        close_day(desk, f"{TUESDAY} 16:30")
    open_shift(desk)
    with desk.begin() as connection:
        assert unclosed_days(connection, CODE, day("04-15")) == (day(TUESDAY),)


def test_the_renovation_books_cash_is_banked_in_its_own_book(desk):
    post_prices(desk)
    shift = open_shift(desk)
    pay(desk, "300.00", f"{TUESDAY} 10:00")
    income(desk, "ZX-01", "2", f"{TUESDAY} 10:05")
    count(desk, shift, {CASH: "660.00"}, f"{TUESDAY} 16:00")
    close_day(desk, f"{TUESDAY} 16:20", paid_in=deposit("HD-1", f"{TUESDAY} 16:20", "660.00"))
    assert (balance(desk, "bank"), balance(desk, "bank", "renovation")) == (Decimal("300.00"), Decimal("360.00"))
    assert (balance(desk, "cash_on_hand"), balance(desk, "cash_on_hand", "renovation")) == (0, 0)


# Taken back between the count and the bank


def take_back(db: Database, payment: str, moment: str) -> None:
    with db.begin() as connection:
        reverse_payment(connection, db.personal, CODE, payment, FINANCE, at(moment))


def test_cash_that_is_taken_back_after_the_count_leaves_the_till_empty(desk):
    """The slip still asks for all that was counted; what was given back came out of the bank (不得坐支)."""
    shift = open_shift(desk)
    payment = pay(desk, "300.00", f"{TUESDAY} 10:00")
    count(desk, shift, {CASH: "300.00"}, f"{TUESDAY} 16:00")
    take_back(desk, payment, f"{TUESDAY} 16:05")
    close_day(desk, f"{TUESDAY} 16:20", paid_in=deposit("HD-1", f"{TUESDAY} 16:20", "300.00"))
    assert (balance(desk, "cash_on_hand"), balance(desk, "bank")) == (0, 0)


def test_what_was_taken_back_before_the_count_is_neither_counted_nor_banked(desk):
    shift = open_shift(desk)
    take_back(desk, pay(desk, "300.00", f"{TUESDAY} 10:00"), f"{TUESDAY} 10:05")
    pay(desk, "200.00", f"{TUESDAY} 11:00")
    count(desk, shift, {CASH: "200.00"}, f"{TUESDAY} 16:00")
    close_day(desk, f"{TUESDAY} 16:20", paid_in=deposit("HD-1", f"{TUESDAY} 16:20", "200.00"))
    assert (balance(desk, "cash_on_hand"), balance(desk, "bank")) == (0, Decimal("200.00"))


def test_a_reversal_and_a_count_at_once_never_leave_the_till_with_a_wrong_balance(desk):
    for hour in range(10, 16):
        staff = Actor(role=Role.CASHIER, code="C002" if hour % 2 else "C001")
        shift = open_shift(desk, f"{TUESDAY} {hour}:00", staff.code)
        payment = pay(desk, "10.00", f"{TUESDAY} {hour}:05", actor=staff)

        def one(number: int, shift: int = shift, payment: str = payment, hour: int = hour) -> None:
            if number:
                take_back(desk, payment, f"{TUESDAY} {hour}:30")
            else:
                count(desk, shift, {CASH: "10.00"}, f"{TUESDAY} {hour}:30", actor=FINANCE, reason="清点")

        at_once(2, one)
        with desk.begin() as connection:
            closed = connection.scalar(text("SELECT closed_at FROM shifts WHERE id = :shift"), {"shift": shift})
        if closed is None:  # the reversal was first: ten are too many
            approve(desk, shift, f"{TUESDAY} {hour}:40")
    with desk.begin() as connection:
        held = connection.scalar(text("SELECT coalesce(sum(counted), 0) FROM shift_counts WHERE method = 'cash'"))
    assert balance(desk, "cash_on_hand") == held


def test_a_renovation_deposit_that_is_taken_back_before_the_bank_stays_in_its_book(desk):
    """A deposit taken in the evening, counted, given back by finance, banked: no book holds another's money."""
    shift = open_shift(desk, f"{TUESDAY} 17:20")
    with desk.begin() as connection:
        deposit_taken = take_deposit(
            connection, desk.personal,
            NewDeposit(
                community=CODE, key="deposit-1", body_digest="1", account="1-101-Y1", amount=Decimal("2000.00"),
                method=CASH, actor=CASHIER, at=at(f"{TUESDAY} 17:25"),
            ),
        )  # fmt: skip
    count(desk, shift, {CASH: "2000.00"}, f"{TUESDAY} 17:30")
    slip = close_day(desk, f"{TUESDAY} 17:40").slip
    take_back(desk, deposit_taken, "04-15 08:30")
    with desk.begin() as connection:
        receive_cash(connection, community=CODE, slip=slip, receiver=FINANCE)
    bank(desk, slip, deposit("HD-9", "04-15 09:10", "2000.00"), "04-15 09:15", FINANCE)
    for book in ("management", "renovation"):
        assert (balance(desk, "cash_on_hand", book), balance(desk, "bank", book)) == (0, 0), book
