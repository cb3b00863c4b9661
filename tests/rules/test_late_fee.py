"""The late fee, day by day (docs/domain/fees.md)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.fee_policy import LateFeePolicy
from workflows.rules.amounts import ZERO
from workflows.rules.late_fee import PrincipalChange, accrued, to_return

POLICY = LateFeePolicy()
Q2 = Decimal("751.80")


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def fee(upto: str, *paid: tuple[str, str], due: str = "04-10", clause: bool = True, policy=POLICY, rate=None) -> str:
    changes = [PrincipalChange(day(on), -Decimal(amount)) for on, amount in paid]
    return str(accrued(Q2, day(due), changes, day(upto), policy, clause=clause, rate=rate))


@pytest.mark.parametrize(
    ("upto", "expected"),
    [
        ("04-10", "0.00"),  # the last day is in time
        ("04-11", "0.38"),  # CYC-08
        ("04-25", "5.64"),  # LAT-01
        ("04-30", "7.52"),  # PAY-05
    ],
)
def test_every_day_after_the_due_day_counts(upto, expected):
    assert fee(upto) == expected


def test_lat_02_a_part_payment_lowers_what_accrues_from_the_next_day():
    assert fee("05-06", ("04-20", "400.00")) == "6.57"
    assert fee("04-28", ("04-20", "400.00")) == "5.17"  # DUN-09


def test_lat_04_nothing_accrues_without_a_clause():
    assert fee("12-31", clause=False) == "0.00"
    assert fee("04-25", clause=False, policy=LateFeePolicy(require_contract_clause=False)) == "5.64"


def test_lat_06_two_quarters_at_the_third_extraction():
    assert fee("06-25", due="01-12") == "61.65"
    assert fee("06-25") == "28.57"


def test_a_contract_has_its_own_rate_and_the_cap_is_the_principal():
    assert fee("04-20", rate=Decimal("0.003")) == "22.55"
    assert accrued(Q2, date(2010, 1, 1), [], day("04-10"), POLICY, clause=True) == Q2


def test_what_is_paid_before_the_due_day_never_accrues():
    assert fee("06-25", ("04-08", "751.80")) == "0.00"
    assert fee("04-25", ("04-08", "400.00")) == "2.64"


@pytest.mark.parametrize(
    ("before", "now", "paid", "waived", "returned"),
    [
        ("26.31", "15.81", "26.31", "0", "10.50"),
        ("26.31", "15.81", "20.00", "0", "4.19"),
        ("26.31", "15.81", "10.00", "0", "0"),
        ("26.31", "15.81", "10.00", "16.31", "10.00"),
        ("20.00", "15.81", "26.31", "0", "4.19"),  # what was too much before is not the credit's matter
        ("26.31", "26.31", "26.31", "0", "0"),
    ],
)
def test_a_credit_gives_back_what_was_paid_beyond_what_now_accrues(before, now, paid, waived, returned):
    assert to_return(Decimal(before), Decimal(now), Decimal(paid), Decimal(waived)) == Decimal(returned)


_CHANGES = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.decimals("-300", "0", places=2)), max_size=6
)


@given(_CHANGES, st.integers(0, 400))
def test_a_late_fee_grows_with_time_never_exceeds_the_cap_and_ignores_the_order_of_payments(changes, days):
    paid = [PrincipalChange(on, amount) for on, amount in changes]
    upto = day("04-10") + timedelta(days=days)
    now, later = (accrued(Q2, day("04-10"), paid, end, POLICY, clause=True) for end in (upto, upto + timedelta(days=1)))
    assert ZERO <= now <= later <= Q2
    assert accrued(Q2, day("04-10"), paid[::-1], upto, POLICY, clause=True) == now
