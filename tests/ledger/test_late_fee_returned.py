"""Late fee that was paid on what a credit takes away becomes prepayment with the credit (§9.4; FEE-18)."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from activities.connections.database import Database
from activities.ledger.account_state import prepaid_balance
from activities.ledger.money_request_reading import RequestStanding
from activities.ledger.price_changes import NewTerms, enter_terms
from activities.ledger.refused import LedgerRefusedError
from tests.billing.community import CODE, at, day, flat
from tests.ledger.test_money_requests import MANAGER, SUPERVISOR, asked, signed
from tests.ledger.test_payments import ACCOUNT, CASHIER, FINANCE, Q2, issue, owed, pay, reverse
from tests.processes.fee_cases import policy


@pytest.fixture
def paid_late(billed: Database) -> Database:
    """The second quarter, due on 04-10 and paid on 06-19 with its late fee: 0.0005 × 751.80 × 70 = 26.31."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q2", "03-26", "04-10")
    pay(billed, "778.11", "06-19 10:00")
    assert owed(billed, "06-30") == {}
    return billed


def credited(db: Database, amount: str, on: str = "06-22", key: str = "") -> RequestStanding:
    request = asked(db, "credit", key=key, on=on, bill=Q2, amount=amount)
    signed(db, request.number, MANAGER, on=on)
    return signed(db, request.number, FINANCE, on=on)


def prepaid(db: Database) -> str:
    with db.begin() as connection:
        assert connection.execute(text("SELECT sum(amount) FROM postings")).scalar_one() == 0
        return str(prepaid_balance(connection, CODE, ACCOUNT))


def late_fee_paid(db: Database) -> str:
    with db.begin() as connection:
        return str(connection.execute(text("SELECT late_fee_paid FROM bills")).scalar_one())


def test_a_credit_gives_back_the_late_fee_that_was_paid_on_it(paid_late):
    """451.80 are left, which bear 15.81; of the 26.31 that were paid 10.50 are the customer's."""
    done = credited(paid_late, "300.00")
    assert done.booked.late_fee_returned == Decimal("10.50")
    assert (prepaid(paid_late), late_fee_paid(paid_late)) == ("310.50", "15.81")
    assert owed(paid_late, "06-30") == {}


def test_signing_again_gives_back_nothing_more_and_a_second_credit_only_its_own_share(paid_late):
    first = credited(paid_late, "300.00")
    signed(paid_late, first.number, FINANCE, on="06-22")
    assert prepaid(paid_late) == "310.50"
    credited(paid_late, "451.80", key="rest")
    assert (prepaid(paid_late), late_fee_paid(paid_late)) == ("778.11", "0.00")


def test_a_corrected_area_gives_back_late_fee_too_and_says_so(paid_late):
    """746.76 × 70 days: 26.14 instead of 26.31."""
    new = NewTerms(
        community=CODE, unit="1-101", since=day("04-01"), area=Decimal("88.90"), price=Decimal("2.80"), key="area",
        at=at("06-22 10:00"), actor=CASHIER, supervisor="S001", finance="F001",
    )  # fmt: skip
    with paid_late.begin() as connection:
        entered = enter_terms(connection, paid_late.personal, new, policy())
    assert entered.late_fee_returned == Decimal("0.17")
    assert prepaid(paid_late) == "5.21"


def test_what_is_still_owed_is_lowered_and_not_paid_out(billed):
    """Nothing of the late fee was paid: it only becomes less."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q2", "03-26", "04-10")
    pay(billed, "751.80", "06-19 10:00")
    assert credited(billed, "300.00").booked.late_fee_returned == 0
    assert prepaid(billed) == "300.00"
    assert owed(billed, "06-30") == {"2026Q2": ("0.00", "15.81")}


def test_a_waived_part_is_not_given_back(billed):
    """Of 26.31 he was let off 16.31 and paid 10.00. The 15.81 that are left are less than what he was let off."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q2", "03-26", "04-10")
    waiver = asked(billed, "late_fee_waiver", on="06-19", bill=Q2, amount="16.31")
    signed(billed, waiver.number, SUPERVISOR, on="06-19")
    pay(billed, "761.80", "06-19 12:00")
    assert owed(billed, "06-30") == {}
    assert credited(billed, "300.00").booked.late_fee_returned == Decimal("10.00")
    assert late_fee_paid(billed) == "0.00"


def test_a_payment_whose_late_fee_was_given_back_is_reversed_as_if_it_had_never_come(paid_late):
    credited(paid_late, "300.00")
    reverse(paid_late, "SK-2026-000001", "06-24 09:00")
    assert (prepaid(paid_late), late_fee_paid(paid_late)) == ("0.00", "0.00")
    assert owed(paid_late, "06-19") == {"2026Q2": ("451.80", "15.81")}


def test_a_payment_whose_late_fee_was_given_back_and_refunded_is_not_reversed(paid_late):
    credited(paid_late, "300.00")
    refund = asked(paid_late, "refund", on="06-23", account=ACCOUNT, amount="310.50")
    for signer in (SUPERVISOR, FINANCE):
        signed(paid_late, refund.number, signer, on="06-23")
    with pytest.raises(LedgerRefusedError, check=lambda error: error.code == "prepayment_refunded"):
        reverse(paid_late, "SK-2026-000001", "06-24 09:00")
    assert prepaid(paid_late) == "0.00"
