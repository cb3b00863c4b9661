"""Reversals of payments whose bill was taken over since, interest paid first (FEE-17; 民法典 §552, §561)."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from activities.connections.database import Database
from activities.ledger.account_state import standing
from activities.ledger.money_requests import Asking, ask, sign
from activities.ledger.payments import NewPayment, PaymentTaken, take_payment
from activities.ledger.reversals import reverse_payment
from tests.billing.community import CODE, at, day, flat
from tests.ledger.test_payments import ACCOUNT, CASHIER, FINANCE, Q1, issue
from tests.processes.fee_cases import policy
from workflows.messages.fee_policy import Allocation
from workflows.messages.ledger import PaymentMethod
from workflows.messages.money_requests import MONEY_REQUEST
from workflows.messages.people import Actor, Role

INTEREST_FIRST = policy().model_copy(
    update={"fee": policy().fee.model_copy(update={"allocation": Allocation.LEGAL_561})}
)
MANAGER = Actor(role=Role.SITE_MANAGER, code="M001")
BUYER, NEXT_BUYER = "1-101-Y2", "1-101-Y3"


@pytest.fixture
def owing(billed: Database) -> Iterator[Database]:
    """Flat A with the first quarter unpaid, sold on 04-15 and again on 06-01."""
    flat(billed, payers={"Y1": day("01-01"), "Y2": day("04-15"), "Y3": day("06-01")})
    issue(billed, "2026Q1", "01-02", "01-12")
    return billed


def pay(db: Database, amount: str, moment: str, account: str = ACCOUNT) -> PaymentTaken:
    new = NewPayment(
        community=CODE, key=f"{account}-{moment}", body_digest=amount, account=account, amount=Decimal(amount),
        method=PaymentMethod.TRANSFER, succeeded_at=at(moment), actor=CASHIER,
    )  # fmt: skip
    with db.begin() as connection:
        return take_payment(connection, db.personal, new, INTEREST_FIRST)


def assume(db: Database, bill: str, account: str, to_account: str, on: str) -> str:
    """The debt is taken over under a letter; the number of the new bill."""
    request = MONEY_REQUEST.validate_python(
        {"kind": "debt_assumption", "account": account, "to_account": to_account, "bills": (bill,)}
    )
    asking = Asking(
        community=CODE, key=f"assume-{bill}"[:64], body_digest="", request=request, actor=CASHIER, at=at(f"{on} 10:00"),
        reason="买卖双方来函",
    )  # fmt: skip
    with db.begin() as connection:
        number = ask(connection, db.personal, asking, INTEREST_FIRST).number
        for signer in (MANAGER, FINANCE):
            done = sign(connection, db.personal, CODE, number, signer, at(f"{on} 11:00"), INTEREST_FIRST)
    return done.booked.bills[0]


def reverse(db: Database, number: str, moment: str) -> tuple[str, ...]:
    with db.begin() as connection:
        return reverse_payment(connection, db.personal, CODE, number, FINANCE, at(moment))


def owed(db: Database, account: str, on: str) -> list[tuple[str, str]]:
    with db.begin() as connection:
        found = standing(connection, CODE, account, day(on), INTEREST_FIRST.late_fee)
    assert found is not None
    return [(str(bill.principal), str(bill.late_fee)) for bill in found.bills]


def late_fee_paid(db: Database) -> list[str]:
    with db.begin() as connection:
        assert connection.execute(text("SELECT sum(amount) FROM postings")).scalar_one() == 0
        return [str(paid) for paid in connection.scalars(text("SELECT late_fee_paid FROM bills ORDER BY number"))]


def test_late_fee_that_went_with_the_debt_comes_back_for_the_reversal(owing):
    """0.0005 × 751.80 × 88 = 33.08 on 04-10; the payment is all interest, and all of it goes with the debt."""
    taken = pay(owing, "20.00", "04-10 10:00")
    assert [(part.kind.value, str(part.amount)) for part in taken.parts] == [("late_fee", "20.00")]
    assume(owing, Q1, ACCOUNT, BUYER, "04-20")
    assert late_fee_paid(owing) == ["0.00", "20.00"]
    assert owed(owing, BUYER, "04-20") == [("751.80", "16.84")]  # 36.84, of which 20.00 is paid

    assert reverse(owing, taken.number, "04-22 09:00") == (ACCOUNT, BUYER)
    assert late_fee_paid(owing) == ["0.00", "0.00"]
    assert owed(owing, BUYER, "04-20") == [("751.80", "36.84")]
    assert reverse(owing, taken.number, "04-23 09:00") == (ACCOUNT,)
    assert late_fee_paid(owing) == ["0.00", "0.00"]


def test_it_comes_back_from_whoever_took_the_debt_over_last(owing):
    taken = pay(owing, "20.00", "04-10 10:00")
    bill = assume(owing, Q1, ACCOUNT, BUYER, "04-20")
    pay(owing, "5.00", "05-10 10:00", BUYER)
    assume(owing, bill, BUYER, NEXT_BUYER, "06-02")
    assert late_fee_paid(owing) == ["0.00", "0.00", "25.00"]

    assert reverse(owing, taken.number, "06-03 09:00") == (ACCOUNT, BUYER, NEXT_BUYER)
    assert late_fee_paid(owing) == ["0.00", "0.00", "5.00"]


def test_two_payments_are_reversed_in_either_order(owing):
    first, second = pay(owing, "10.00", "03-10 10:00"), pay(owing, "8.00", "04-10 10:00")
    assume(owing, Q1, ACCOUNT, BUYER, "04-20")
    reverse(owing, first.number, "04-22 09:00")
    assert late_fee_paid(owing) == ["0.00", "8.00"]
    reverse(owing, second.number, "04-22 10:00")
    assert late_fee_paid(owing) == ["0.00", "0.00"]
