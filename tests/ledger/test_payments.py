"""Payments, reversals and what the database refuses, on the real ledger (docs/domain/fees.md)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database
from activities.ledger.account_state import prepaid_balance, standing
from activities.ledger.billing import NewBill, issue_bill
from activities.ledger.cash_days import Deposit, close_day
from activities.ledger.journal import NewEntry, post
from activities.ledger.payments import NewPayment, PaymentTaken, take_payment
from activities.ledger.price_changes import NewTerms, enter_terms
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.reversals import reverse_payment
from activities.ledger.shifts import count_shift, open_shift
from tests.at_once import at_once
from tests.billing.community import CODE, at, day, flat
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.fee_policy import CashPolicy, LateFeePolicy
from workflows.messages.ledger import BillKind, Book, EntryKind, FeeItem, PaymentMethod
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.rules.allocation import Part, PartKind
from workflows.rules.postings import prepayment_applied

ACCOUNT = "1-101-Y1"
CASHIER = Actor(role=Role.CASHIER, code="C001")
FINANCE = Actor(role=Role.FINANCE, code="F001")
Q1, Q2, Q3 = (f"{ACCOUNT}/2026Q{n}" for n in (1, 2, 3))


def issue(db: Database, period: str, issued: str, due: str, amount: str = "751.80") -> None:
    new = NewBill(
        community=CODE, number=f"{ACCOUNT}/{period}", account=ACCOUNT, kind=BillKind.QUARTER,
        item=FeeItem.MANAGEMENT_FEE, period=period, issued_on=day(issued), due_on=day(due), at=at(f"{issued} 10:00"),
        actor=SYSTEM, amount=Decimal(amount),
    )  # fmt: skip
    with db.begin() as connection:
        issue_bill(connection, db.personal, new)


def pay(db: Database, amount: str, moment: str, key: str = "", **more: Any) -> PaymentTaken:
    new = NewPayment(
        community=CODE, key=key or f"k-{moment}-{amount}", body_digest=more.pop("digest", amount),
        account=more.pop("account", ACCOUNT), amount=Decimal(amount), method=more.pop("method", PaymentMethod.TRANSFER),
        succeeded_at=at(moment), actor=CASHIER, **more,
    )  # fmt: skip
    with db.begin() as connection:
        return take_payment(connection, db.personal, new, policy())


def parts(taken: PaymentTaken) -> list[tuple[str, str, str]]:
    return [(part.bill[-6:], part.kind.value, str(part.amount)) for part in taken.parts]


def owed(db: Database, on_day: str) -> dict[str, tuple[str, str]]:
    with db.begin() as connection:
        found = standing(connection, CODE, ACCOUNT, day(on_day), LateFeePolicy())
    assert found is not None
    return {bill.number[-6:]: (str(bill.principal), str(bill.late_fee)) for bill in found.bills}


@pytest.fixture
def owing(billed: Database) -> Database:
    """Flat A with the first and second quarter unpaid."""
    flat(billed)
    issue(billed, "2026Q1", "01-02", "01-12")
    issue(billed, "2026Q2", "03-26", "04-10")
    return billed


def test_pay_01_the_oldest_principal_then_its_late_fee_then_the_next_bill(owing):
    assert owed(owing, "04-10") == {"2026Q1": ("751.80", "33.08"), "2026Q2": ("751.80", "0.00")}
    assert parts(pay(owing, "1000.00", "04-10 15:00")) == [
        ("2026Q1", "principal", "751.80"), ("2026Q1", "late_fee", "33.08"), ("2026Q2", "principal", "215.12"),
    ]  # fmt: skip
    assert owed(owing, "04-10") == {"2026Q2": ("536.68", "0.00")}


def test_pay_02_the_customer_names_the_second_quarter(owing):
    pay(owing, "1000.00", "04-10 15:00", designated=(Q2,))
    assert owed(owing, "04-20") == {"2026Q1": ("503.60", "35.60")}


def test_pay_04_too_much_is_prepaid(billed):
    flat(billed)
    issue(billed, "2026Q2", "03-26", "04-10")
    assert parts(pay(billed, "800.00", "04-08 10:00"))[-1] == ("", "prepayment", "48.20")
    with billed.begin() as connection:
        assert prepaid_balance(connection, CODE, ACCOUNT) == Decimal("48.20")


def test_pay_05_a_reversed_payment_is_as_if_it_had_never_come(billed):
    flat(billed)
    issue(billed, "2026Q2", "03-26", "04-10")
    taken = pay(billed, "751.80", "04-08 10:00")
    assert owed(billed, "04-20") == {}
    with billed.begin() as connection:
        assert reverse_payment(connection, billed.personal, CODE, taken.number, FINANCE, at("04-22 09:00")) == (
            ACCOUNT,
        )
        reverse_payment(connection, billed.personal, CODE, taken.number, FINANCE, at("04-22 09:00"))
    assert owed(billed, "04-30") == {"2026Q2": ("751.80", "7.52")}


def test_a_cashier_does_not_reverse_what_he_has_taken(billed):
    flat(billed)
    issue(billed, "2026Q2", "03-26", "04-10")
    taken = pay(billed, "751.80", "04-08 10:00")
    with pytest.raises(LedgerRefusedError) as refused, billed.begin() as connection:
        reverse_payment(connection, billed.personal, CODE, taken.number, CASHIER, at("04-22 09:00"))
    assert refused.value.code == "two_persons"


def test_a_prepayment_that_was_used_is_taken_back_with_its_payment(billed):
    flat(billed)
    taken = pay(billed, "300.00", "03-01 10:00")
    issue(billed, "2026Q2", "03-26", "04-10", "200.00")
    used = prepayment_applied(ACCOUNT, [Part(Q2, PartKind.PRINCIPAL, Decimal("200.00"))], {Q2: FeeItem.MANAGEMENT_FEE})
    with billed.begin() as connection:
        post(
            connection,
            billed.personal,
            NewEntry(
                community=CODE, key="use", book=Book.MANAGEMENT, kind=EntryKind.PREPAYMENT_APPLIED,
                on_day=day("03-26"), at=at("03-26 10:00"), actor=SYSTEM, legs=used,
            ),
        )  # fmt: skip
    with billed.begin() as connection:
        reverse_payment(connection, billed.personal, CODE, taken.number, FINANCE, at("04-22 09:00"))
        assert prepaid_balance(connection, CODE, ACCOUNT) == Decimal("0.00")
    assert owed(billed, "04-22")["2026Q2"][0] == "200.00"


def use_prepayment(db: Database, bill: str, amount: str) -> None:
    used = prepayment_applied(
        ACCOUNT, [Part(bill, PartKind.PRINCIPAL, Decimal(amount))], {bill: FeeItem.MANAGEMENT_FEE}
    )
    with db.begin() as connection:
        post(
            connection,
            db.personal,
            NewEntry(
                community=CODE, key=f"use:{bill}", book=Book.MANAGEMENT, kind=EntryKind.PREPAYMENT_APPLIED,
                on_day=day("03-26"), at=at("03-26 10:00"), actor=SYSTEM, legs=used,
            ),
        )  # fmt: skip


def reverse(db: Database, number: str, moment: str = "04-22 09:00") -> None:
    with db.begin() as connection:
        reverse_payment(connection, db.personal, CODE, number, FINANCE, at(moment))


def test_what_a_prepayment_paid_is_taken_back_once_for_two_reversals(billed):
    flat(billed)
    first, second = pay(billed, "200.00", "03-01 10:00"), pay(billed, "200.00", "03-02 10:00")
    issue(billed, "2026Q1", "03-03", "03-13", "150.00")
    use_prepayment(billed, Q1, "150.00")
    issue(billed, "2026Q2", "03-26", "04-10", "250.00")
    use_prepayment(billed, Q2, "250.00")
    reverse(billed, first.number)
    assert {bill: left for bill, (left, _) in owed(billed, "03-13").items()} == {"2026Q2": "200.00"}
    reverse(billed, second.number)
    assert {bill: left for bill, (left, _) in owed(billed, "03-13").items()} == {"2026Q1": "150.00", "2026Q2": "250.00"}
    with billed.begin() as connection:
        assert prepaid_balance(connection, CODE, ACCOUNT) == Decimal("0.00")


def correct_the_area(db: Database, since: str, moment: str) -> None:
    """FEE-18: 88.90 m² instead of 89.50, so 746.76 a quarter and a credit of 5.04."""
    new = NewTerms(
        community=CODE, unit="1-101", since=day(since), area=Decimal("88.90"), price=Decimal("2.80"), key="area",
        at=at(moment), actor=CASHIER, supervisor="S001", finance="F001",
    )  # fmt: skip
    with db.begin() as connection:
        enter_terms(connection, db.personal, new, policy())


def test_a_credit_to_a_paid_bill_lowers_what_its_late_fee_is_of(billed):
    """Paid ten days late, its late fee still open: 0.0005 × 746.76 × 10, not of 751.80."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q2", "03-26", "04-10")
    pay(billed, "751.80", "04-20 10:00")
    assert owed(billed, "04-22") == {"2026Q2": ("0.00", "3.76")}
    correct_the_area(billed, "04-01", "04-22 10:00")
    assert owed(billed, "04-22") == {"2026Q2": ("0.00", "3.73")}
    with billed.begin() as connection:
        assert prepaid_balance(connection, CODE, ACCOUNT) == Decimal("5.04")


def test_a_payment_that_is_reversed_after_a_credit_leaves_the_bill_open_by_what_it_asks_for(billed):
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q2", "03-26", "04-10")
    taken = pay(billed, "751.80", "04-08 10:00")
    correct_the_area(billed, "04-01", "04-12 10:00")
    reverse(billed, taken.number)
    assert owed(billed, "04-30") == {"2026Q2": ("746.76", "7.47")}
    with billed.begin() as connection:
        assert prepaid_balance(connection, CODE, ACCOUNT) == Decimal("0.00")


@pytest.mark.parametrize(("closed", "given_back_from"), [(False, "cash_on_hand"), (True, "bank")])
def test_cash_of_a_closed_day_is_given_back_from_the_bank(owing, closed, given_back_from):
    """不得坐支 (§9.7): what was banked is not taken out of later cash."""
    with owing.begin() as connection:
        shift = open_shift(connection, CODE, "C001", day("04-08"), at("04-08 08:30"))
    taken = pay(owing, "751.80", "04-08 10:00", method=PaymentMethod.CASH)
    if closed:
        with owing.begin() as connection:
            count_shift(
                connection, owing.personal, community=CODE, shift=shift,
                counted={PaymentMethod.CASH: Decimal("751.80")}, actor=CASHIER, at=at("04-08 16:00"),
            )  # fmt: skip
            close_day(
                connection, owing.personal, community=CODE, day=day("04-08"), actor=CASHIER, at=at("04-08 16:30"),
                policy=policy().cash, calendar=CALENDAR_OF_2026,
                deposit=Deposit("HD-1", at("04-08 16:20"), Decimal("751.80")),
            )  # fmt: skip
    reverse(owing, taken.number, "04-08 17:00")
    with owing.begin() as connection:
        given = connection.execute(
            text(
                "SELECT ledger_account, postings.amount FROM postings JOIN journal_entries ON id = entry"
                " WHERE kind = 'reversal' AND postings.amount < 0"
            )
        ).all()
    assert [tuple(row) for row in given] == [(given_back_from, Decimal("-751.80"))]


def test_t_77_at_once_for_two_accounts_is_posted_once_and_refused_for_the_others(owing):
    flat(owing, "1-102")

    def word(number: int) -> str:
        account = ACCOUNT if number % 2 else "1-102-Y1"
        try:
            return pay(
                owing, "10.00", "04-08 10:00", key="T-77", digest=account, account=account, provider="gateway",
                transaction="T-77",
            ).account  # fmt: skip
        except LedgerRefusedError as refused:
            return refused.code

    answers = at_once(8, word)
    assert sorted(answers.count(one) for one in set(answers)) == [4, 4]
    assert "idempotency_key_reused" in answers
    with owing.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM payments")).scalar_one() == 1


@pytest.mark.parametrize(("moment", "late_fee"), [("04-10 23:59:30", "0.00"), ("04-11 00:00:10", "0.38")])
def test_cyc_08_the_moment_of_success_decides_on_the_communitys_clock(billed, moment, late_fee):
    flat(billed)
    issue(billed, "2026Q2", "03-26", "04-10")
    taken = pay(billed, "751.80", moment)
    assert taken.on_day == date.fromisoformat(f"2026-{moment[:5]}")
    left = owed(billed, moment[:5])
    assert left == ({} if late_fee == "0.00" else {"2026Q2": ("0.00", late_fee)})


def test_lat_02_a_late_fee_after_a_part_payment(billed):
    flat(billed)
    issue(billed, "2026Q2", "03-26", "04-10")
    pay(billed, "400.00", "04-20 10:00")
    assert owed(billed, "05-06") == {"2026Q2": ("351.80", "6.57")}
    assert parts(pay(billed, "358.37", "05-06 10:00")) == [
        ("2026Q2", "principal", "351.80"), ("2026Q2", "late_fee", "6.57"),
    ]  # fmt: skip
    assert owed(billed, "05-30") == {}


def test_lat_04_without_a_clause_nothing_accrues(billed):
    flat(billed, clause=False)
    issue(billed, "2026Q2", "03-26", "04-10")
    assert owed(billed, "09-30") == {"2026Q2": ("751.80", "0.00")}


def test_t_77_three_times_is_posted_once(owing):
    taken = [pay(owing, "751.80", "04-08 10:00", key=f"k{n}", provider="gateway", transaction="T-77") for n in range(3)]
    assert len({one.number for one in taken}) == 1
    assert [one.created for one in taken] == [True, False, False]
    assert taken[0].parts == taken[2].parts


def test_the_same_key_with_another_body_is_refused(owing):
    pay(owing, "751.80", "04-08 10:00", key="same")
    assert not pay(owing, "751.80", "04-08 10:00", key="same").created
    with pytest.raises(LedgerRefusedError) as refused:
        pay(owing, "100.00", "04-08 10:00", key="same")
    assert refused.value.code == "idempotency_key_reused"


def test_ten_payments_at_once_are_numbered_without_a_gap_and_never_overpay(owing):
    with ThreadPoolExecutor(5) as pool:
        taken = list(pool.map(lambda n: pay(owing, "100.00", "04-08 10:00", key=f"k{n}"), range(10)))
    assert sorted(one.number for one in taken) == [f"SK-2026-{n:06d}" for n in range(1, 11)]
    with owing.begin() as connection:
        assert connection.execute(text("SELECT sum(amount) FROM postings")).scalar_one() == 0
        paid = connection.execute(
            text("SELECT sum(principal - open_principal + late_fee_paid) FROM bills")
        ).scalar_one()
    assert paid == Decimal("1000.00")


def test_cash_needs_an_open_shift(owing):
    with pytest.raises(LedgerRefusedError) as refused:
        pay(owing, "751.80", "04-08 10:00", method=PaymentMethod.CASH)
    assert refused.value.code == "no_open_shift"
    with owing.begin() as connection:
        shift = open_shift(connection, CODE, "C001", day("04-08"), at("04-08 08:30"))
        assert open_shift(connection, CODE, "C001", day("04-08"), at("04-08 09:30")) == shift
    assert pay(owing, "751.80", "04-08 10:00", method=PaymentMethod.CASH).created


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"account": "9-999-Y1"}, "unknown_account"),
        ({"designated": ("9-999-Y1/2026Q2",)}, "unknown_bill"),
    ],
)
def test_what_cannot_be_booked_is_refused(owing, more, code):
    with pytest.raises(LedgerRefusedError) as refused:
        pay(owing, "10.00", "04-08 10:00", **more)
    assert refused.value.code == code


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001"])
def test_an_amount_that_is_none_is_refused(owing, amount):
    with pytest.raises(LedgerRefusedError) as refused:
        pay(owing, amount, "04-08 10:00")
    assert refused.value.code == "invalid_amount"


ENTRY = (
    "INSERT INTO journal_entries (community, key, book, kind, on_day, at, actor_role, actor_code)"
    " VALUES ('YGHY', 'x', 'management', 'payment', '2026-04-08', now(), 'cashier', 'C001') RETURNING id"
)


@pytest.mark.parametrize(
    ("legs", "constraint"),
    [
        ([("bank", 10, "")], "ck_postings_balanced"),
        ([("bank", 10, ""), ("receivable", -10, "1-101-Y1/2099Q1")], "fk_postings_bills"),
        ([("bank", 10_000, ""), ("receivable", -10_000, Q2)], "ck_bills_open_principal"),
        ([("deposit", 10, ""), ("bank", -10, "")], "ck_liabilities_balance"),
        ([("prepayment", 10, ""), ("bank", -10, "")], "ck_liabilities_balance"),
    ],
)
def test_postgresql_refuses_what_the_rules_forbid(owing, legs, constraint):
    values = ",".join(
        f"((SELECT id FROM entry),{line},'YGHY','{kept}','{ACCOUNT}','{bill}','',{amount},DATE '2026-04-08')"  # noqa: S608
        for line, (kept, amount, bill) in enumerate(legs, 1)
    )
    posted = text(f"WITH entry AS ({ENTRY}) INSERT INTO postings VALUES {values}")  # noqa: S608
    with pytest.raises(IntegrityError) as refused, owing.begin() as connection:
        connection.execute(posted)
    assert isinstance(refused.value.orig, psycopg2.Error)
    assert refused.value.orig.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE postings SET amount = 1",
        "DELETE FROM journal_entries",
        "UPDATE charge_lines SET amount = 1",
        "UPDATE payments SET amount = 1",
        "DELETE FROM payments",
    ],
)
def test_what_is_posted_never_changes(owing, statement):
    pay(owing, "10.00", "04-08 10:00")
    with pytest.raises(IntegrityError), owing.begin() as connection:
        connection.execute(text(statement))


def test_an_entry_without_postings_is_refused(owing):
    with pytest.raises(IntegrityError), owing.begin() as connection:
        connection.execute(text(ENTRY))


def test_a_banks_reference_is_booked_once_by_whoever_enters_it(owing):
    """Two cashiers enter the same transfer, each under a key of his own."""
    flat(owing, "1-102")
    said = {"provider": "desk-transfer", "transaction": "B123"}
    first = pay(owing, "751.80", "04-08 10:00", key="one", **said)
    again = pay(owing, "751.80", "04-08 11:00", key="two", **said)
    assert (again.number, again.created) == (first.number, False)
    for other in ({"amount": "751.81"}, {"amount": "751.80", "account": "1-102-Y1"}):
        with pytest.raises(LedgerRefusedError, check=lambda error: error.code == "transaction_reused"):
            pay(owing, moment="04-08 12:00", key="three", **other, **said)


@pytest.mark.parametrize(
    ("moment", "days", "code"),
    [
        ("01-20 10:00", 90, ""),  # the ninetieth day before 04-20
        ("01-19 23:59:59", 90, "value_date_too_old"),
        ("04-15 10:00", 5, ""),
        ("04-14 10:00", 5, "value_date_too_old"),
    ],
)
def test_the_desk_enters_no_value_date_older_than_the_policy_allows(owing, moment, days, code):
    rules = policy().model_copy(update={"cash": CashPolicy(value_date_days=days)})
    new = NewPayment(
        community=CODE, key="bank", body_digest="", account=ACCOUNT, amount=Decimal("10.00"),
        method=PaymentMethod.TRANSFER, succeeded_at=at(moment), actor=CASHIER, provider="desk-transfer",
        transaction="B124", entered_at=at("04-20 09:00"),
    )  # fmt: skip
    with owing.begin() as connection:
        if not code:
            assert take_payment(connection, owing.personal, new, rules).created
            return
        with pytest.raises(LedgerRefusedError, check=lambda error: error.code == code):
            take_payment(connection, owing.personal, new, rules)


def test_a_banks_reference_that_comes_twice_at_once_for_two_accounts_is_booked_once(owing):
    flat(owing, "1-102")

    def enter(number: int) -> str:
        account = ACCOUNT if number % 2 else "1-102-Y1"
        said = {"account": account, "provider": "desk-transfer", "transaction": "B123"}
        try:
            return pay(owing, "10.00", "04-08 10:00", key=f"k-{number}", **said).number
        except LedgerRefusedError as error:
            return error.code

    answers = at_once(4, enter)
    assert sorted(set(answers)) == ["SK-2026-000001", "transaction_reused"]
