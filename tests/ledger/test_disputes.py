"""Written disputes on the real ledger 费用异议: put aside, upheld, rejected (§9.6; DUN-07)."""

from decimal import Decimal

import pytest

from activities.connections.database import Database
from activities.dunning.disputes import enter_dispute
from activities.ledger.account_state import prepaid_balance
from tests.billing.community import CODE, at, flat
from tests.ledger.test_payments import ACCOUNT, CASHIER, Q2, issue, owed, pay
from workflows.messages.arrears_actions import DisputedPart
from workflows.messages.dunning import DisputeRequest, LedgerAnswer
from workflows.messages.people import Actor, Role

SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")


@pytest.fixture
def billed_once(billed: Database) -> Database:
    """751.80 for the second quarter, due on 04-10."""
    flat(billed)
    issue(billed, "2026Q2", "03-26", "04-10")
    return billed


def dispute(db: Database, amount: str = "300.00", *, settle: bool | None = None, bill: str = Q2) -> LedgerAnswer:
    request = DisputeRequest(
        community=CODE, account=ACCOUNT, key=f"CJ-1:{settle}", settle=settle, reason="面积",
        parts=(DisputedPart(bill=bill, amount=Decimal(amount)),), at=at("04-15 10:00"),
        actor=SUPERVISOR if settle is not None else CASHIER,
    )  # fmt: skip
    with db.begin() as connection:
        return enter_dispute(connection, db.personal, request)


def prepaid(db: Database) -> str:
    with db.begin() as connection:
        return str(prepaid_balance(connection, CODE, ACCOUNT))


def test_dun_07_the_late_fee_of_the_disputed_part_is_silent_until_it_is_settled(billed_once):
    assert owed(billed_once, "04-20") == {"2026Q2": ("751.80", "3.76")}
    assert not dispute(billed_once).refused
    assert owed(billed_once, "04-20") == {"2026Q2": ("751.80", "2.26")}
    assert not dispute(billed_once, settle=False).refused
    assert owed(billed_once, "04-20") == {"2026Q2": ("751.80", "3.76")}


def test_an_upheld_part_is_credited_once_and_never_bore_a_late_fee(billed_once):
    dispute(billed_once)
    for _ in range(2):
        assert not dispute(billed_once, settle=True).refused
    assert owed(billed_once, "04-20") == {"2026Q2": ("451.80", "2.26")}
    assert Decimal(prepaid(billed_once)) == 0


def test_what_was_paid_of_an_upheld_part_is_the_customers_prepayment(billed_once):
    dispute(billed_once)
    pay(billed_once, "751.80", "04-10 16:00", designated=(Q2,))
    assert Decimal(prepaid(billed_once)) == 0
    for _ in range(2):
        dispute(billed_once, settle=True)
    assert owed(billed_once, "04-20") == {}
    assert Decimal(prepaid(billed_once)) == Decimal("300.00")


def test_more_than_is_open_and_an_unknown_bill_are_refused(billed_once):
    assert dispute(billed_once, "751.81").refused == "dispute_exceeds_debt"
    assert dispute(billed_once, bill=f"{ACCOUNT}/2026Q3").refused == "unknown_bill"
    assert owed(billed_once, "04-20") == {"2026Q2": ("751.80", "3.76")}
