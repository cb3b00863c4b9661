"""What a quote comes to, who approves it, what may be collected (docs/domain/repair.md)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.people import SYSTEM, Role
from workflows.messages.quotes import Charge, Quote, QuoteLine, QuoteStatus
from workflows.rules.quotes import charge_for, line_total, outstanding, reviewers, settled_at, total_of

AMOUNTS = st.decimals(Decimal("0.00"), Decimal("9999.99"), places=2)
LINES = st.lists(
    st.builds(
        QuoteLine,
        code=st.sampled_from(["", "WX-01"]),
        name=st.just("项目"),
        quantity=st.decimals(Decimal("0.01"), Decimal("20.00"), places=2),
        unit_price=AMOUNTS,
        agency=st.booleans(),
    ),
    max_size=6,
)


def quote(*lines: QuoteLine, status: QuoteStatus = QuoteStatus.CONFIRMED, number: int = 1) -> Quote:
    moment = datetime(2026, 5, 12, 10, tzinfo=UTC)
    return Quote(
        number=number, lines=lines, total=total_of(lines), status=status, proposed_at=moment, proposed_by=SYSTEM
    )


def line(price: str, quantity: str = "1", *, code: str = "WX-01", agency: bool = False) -> QuoteLine:
    return QuoteLine(code=code, name="项目", quantity=Decimal(quantity), unit_price=Decimal(price), agency=agency)


def test_rpr_07_only_what_was_confirmed_is_billable() -> None:
    first, second = quote(line("180.00")), quote(line("80.00"), number=2)
    unconfirmed = second.model_copy(update={"status": QuoteStatus.PROPOSED})
    assert charge_for([first, unconfirmed], billed=Decimal("260.00"))["billable"] == Decimal("180.00")
    assert charge_for([first, second], billed=Decimal("260.00"))["billable"] == Decimal("260.00")


@pytest.mark.parametrize(
    ("price", "quantity", "expected"),
    [("0.05", "0.5", "0.03"), ("12.35", "3", "37.05"), ("0.01", "0.49", "0.00"), ("99.99", "1.5", "149.99")],
)
def test_a_line_is_rounded_half_up_to_the_cent(price: str, quantity: str, expected: str) -> None:
    assert line_total(line(price, quantity)) == Decimal(expected)


def test_the_lead_approves_up_to_a_thousand_and_the_manager_above_it() -> None:
    limit = Decimal("1000.00")
    assert reviewers([line("1000.00", code="")], limit)[0] is Role.ENGINEERING_LEAD
    assert reviewers([line("1000.01", code="")], limit)[0] is Role.SITE_MANAGER
    assert reviewers([line("5000.00"), line("10.00", code="")], limit)[0] is Role.ENGINEERING_LEAD, (
        "posted prices stand"
    )


@given(LINES, LINES, st.none() | AMOUNTS, st.none() | AMOUNTS)
def test_a_charge_never_exceeds_what_was_confirmed_and_its_parts_sum_to_it(
    confirmed: list[QuoteLine], declined: list[QuoteLine], billed: Decimal | None, outlay: Decimal | None
) -> None:
    quotes = [quote(*confirmed), quote(*declined, status=QuoteStatus.DECLINED, number=2)]
    charge = charge_for(quotes, billed=billed, outlay=outlay)
    assert charge["confirmed"] == total_of(confirmed)
    assert Decimal(0) <= charge["billable"] <= charge["confirmed"]
    assert charge["service_fee"] + charge["agency"] == charge["billable"]
    assert charge["service_fee"] >= 0
    assert all(amount == amount.quantize(Decimal("0.01")) for amount in charge.values())


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_settlement_repays_what_was_laid_out_first(billable: Decimal, agency: Decimal, settled: Decimal) -> None:
    charge = Charge(confirmed=billable, billable=billable, agency=min(agency, billable))
    after = settled_at(charge, min(settled, billable))
    assert after.service_fee + after.agency == after.billable == min(settled, billable)
    assert after.service_fee >= 0
    assert outstanding(after.model_copy(update={"collected": settled})) >= 0
