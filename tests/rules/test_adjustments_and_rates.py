"""Adjustments, instalments and collection rates (docs/domain/fees.md)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.test_charges import of_quarter, units
from workflows.rules.adjustments import Billed, Settlement, adjustment, differences, settle_adjustment
from workflows.rules.charges import UnitCharging, total
from workflows.rules.collection_rate import NOTHING_DUE, meets, percent, rate
from workflows.rules.instalments import Instalment, InstalmentProblem, missed, plan_problems
from workflows.rules.quarters import Quarter

Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)


def yuan(text: str) -> Decimal:
    return Decimal(text)


def test_fee_02_the_adjustment_is_the_difference_of_totals():
    assert adjustment(yuan("254.36"), yuan("205.85")) == yuan("48.51")


def test_fee_23_what_should_not_have_been_billed_is_credited():
    billed = [Billed("K", Q2, yuan("751.80")), Billed("K", Q1, yuan("250.60")), Billed("Y1", Q1, yuan("10.00"))]
    found = differences({("K", Q1): yuan("218.26"), ("Y1", Q1): yuan("10.00"), ("Y1", Q2): yuan("375.90")}, billed)
    assert found == {("K", Q1): yuan("-32.34"), ("K", Q2): yuan("-751.80"), ("Y1", Q2): yuan("375.90")}


@pytest.mark.parametrize(
    ("difference", "pending", "to_pending", "to_credit"),
    [
        ("48.51", "0.00", "48.51", "0.00"),
        ("-5.04", "0.00", "0.00", "5.04"),  # FEE-18
        ("-48.51", "48.51", "-48.51", "0.00"),  # FEE-21: the owner withdraws before the next table
        ("-60.00", "48.51", "-48.51", "11.49"),
    ],
)
def test_less_first_takes_back_what_waits_for_the_next_table(difference, pending, to_pending, to_credit):
    expected = Settlement(yuan(to_pending), yuan(to_credit))
    assert settle_adjustment(yuan(difference), yuan(pending)) == expected


@given(st.decimals("-999", "999", places=2), st.decimals("0", "999", places=2))
def test_a_difference_is_settled_whole(difference: Decimal, pending: Decimal):
    settled = settle_adjustment(difference, pending)
    assert settled.to_pending - settled.to_credit == difference
    assert pending + settled.to_pending >= 0
    assert settled.to_credit >= 0


@pytest.mark.parametrize(
    ("received", "due", "shown", "met"),
    [
        ("462186.00", "486000.00", "95.10 %", True),  # CYC-06
        ("933186.00", "978300.00", "95.39 %", True),  # RPT-01
        ("94999.99", "100000.00", "95.00 %", False),  # shown as 95, and yet missed
        ("95000.00", "100000.00", "95.00 %", True),
        ("1845.00", "1865.00", "98.93 %", True),  # PKG-01 against 95 %
    ],
)
def test_a_rate_is_compared_as_it_is_and_shown_rounded(received, due, shown, met):
    assert percent(yuan(received), yuan(due)) == shown
    assert meets(yuan(received), yuan(due), yuan("0.95")) is met


def test_pkg_01_parking_is_to_reach_all_of_it():
    assert not meets(yuan("1845.00"), yuan("1865.00"), yuan("1"))


def test_there_is_no_rate_of_nothing():
    assert rate(yuan("0"), yuan("0")) is None
    assert percent(yuan("0"), yuan("0")) == NOTHING_DUE
    assert meets(yuan("0"), yuan("0"), yuan("0.95"))


PLAN = [Instalment(date(2026, 5, 10), yuan("300.00")), Instalment(date(2026, 6, 10), yuan("451.80"))]


@pytest.mark.parametrize(
    ("plan", "problems"),
    [
        (PLAN, []),
        ([], [InstalmentProblem.EMPTY]),
        (PLAN[::-1], [InstalmentProblem.NOT_ASCENDING]),
        (PLAN[:1], [InstalmentProblem.SUM_DIFFERS]),
        ([Instalment(date(2026, 4, 1), yuan("751.80"))], [InstalmentProblem.NOT_IN_FUTURE]),
        (
            [Instalment(date(2026, 6, 1), yuan("751.805"))],
            [InstalmentProblem.NOT_POSITIVE, InstalmentProblem.SUM_DIFFERS],
        ),
    ],
)
def test_a_plan_of_instalments_says_what_is_wrong_with_it(plan, problems):
    assert plan_problems(plan, yuan("751.80"), date(2026, 4, 20)) == problems


@pytest.mark.parametrize(
    ("paid", "today", "is_missed"),
    [
        ("0.00", "2026-05-10", False), ("0.00", "2026-05-11", True), ("300.00", "2026-05-11", False),
        ("300.00", "2026-06-11", True), ("751.80", "2026-06-11", False),
    ],
)  # fmt: skip
def test_an_instalment_is_missed_when_its_day_is_over(paid, today, is_missed):
    assert missed(PLAN, yuan(paid), date.fromisoformat(today)) is is_missed


@settings(max_examples=10_000, deadline=None)
@given(st.lists(units(), min_size=2, max_size=5))
def test_however_often_a_billed_quarter_changes_each_payer_is_billed_what_it_comes_to(versions: list[UnitCharging]):
    """F7: the bill, what waits and what was credited are always the recomputed total; nothing waits below zero."""
    billed: list[Billed] = []
    waits: dict[str, Decimal] = {}
    for unit in versions:
        lines = of_quarter(unit, Q2)
        recomputed = {(account, Q2): total(lines, account) for account in {line.account for line in lines}}
        if not billed:
            billed = [Billed(account, quarter, amount) for (account, quarter), amount in recomputed.items()]
        for (account, quarter), difference in differences(recomputed, billed).items():
            settled = settle_adjustment(difference, waits.get(account, yuan("0")))
            waits[account] = waits.get(account, yuan("0")) + settled.to_pending
            assert waits[account] >= 0
            assert settled.to_credit >= 0
            assert settled.to_pending - settled.to_credit == difference
            billed.append(Billed(account, quarter, difference))
        assert differences(recomputed, billed) == {}
