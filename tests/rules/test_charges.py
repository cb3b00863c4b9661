"""What a unit owes, line by line, exact to the scenarios (docs/domain/fees.md)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.messages.fee_policy import FullPriceTrigger, VacancyPolicy
from workflows.messages.unit_facts import UnitFactKind
from workflows.rules.amounts import to_cents
from workflows.rules.charges import (
    ChargeLine,
    Discount,
    FeeTerms,
    PayerSpell,
    UnitCharging,
    charge_lines,
    monthly_fee,
    total,
    vacancy_discount,
)
from workflows.rules.full_price import UnitFact, full_price_from, may_cancel_permit
from workflows.rules.quarters import Quarter

HALF = Decimal("0.5")
Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
OWNER, NEW_OWNER, DEVELOPER = "1-101-Y1", "1-101-Y2", "1-101-K"


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def flat(
    *payers: PayerSpell,
    area: str = "89.50",
    price: str = "2.80",
    full_from: date | None = None,
    further_terms: tuple[FeeTerms, ...] = (),
    discounts: tuple[Discount, ...] = (),
) -> UnitCharging:
    terms = (FeeTerms(date(2020, 1, 1), Decimal(area), Decimal(price)), *further_terms)
    return UnitCharging("1-101", terms, payers, full_from, discounts)


def owned_from(text: str) -> PayerSpell:
    return PayerSpell(day(text), OWNER, developer=False)


def owned_always() -> PayerSpell:
    return PayerSpell(date(2020, 1, 1), OWNER, developer=False)


def of_quarter(unit: UnitCharging, quarter: Quarter) -> list[ChargeLine]:
    return charge_lines(unit, quarter.first_day, quarter.last_day, HALF)


def amounts(lines: list[ChargeLine], account: str | None = None) -> list[str]:
    return [str(line.amount) for line in lines if account in (None, line.account)]


def test_fee_01_an_interim_bill_counts_both_end_days():
    lines = of_quarter(flat(owned_from("02-11")), Q1)
    assert amounts(lines) == ["80.55", "125.30"]
    assert total(lines) == Decimal("205.85")
    assert [line.days for line in lines] == [18, 31]


def test_fee_02_the_day_of_the_permit_is_full():
    lines = of_quarter(flat(owned_from("02-11"), full_from=day("03-20")), Q1)
    assert amounts(lines) == ["80.55", "76.80", "97.01"]
    assert total(lines) - Decimal("205.85") == Decimal("48.51")


def test_fee_05_each_month_is_rounded_by_itself():
    lines = of_quarter(flat(owned_always(), area="128.36", price="2.75"), Q2)
    assert amounts(lines) == ["176.50", "176.50", "176.50"]
    assert total(lines) == Decimal("529.50")


def test_fee_07_takeover_and_unrenovated_occupation_in_one_quarter():
    lines = of_quarter(flat(owned_from("04-08"), area="76.20", price="2.35", full_from=day("05-16")), Q2)
    assert amounts(lines) == ["68.64", "43.32", "92.42", "179.07"]
    assert total(lines) == Decimal("383.45")


def test_fee_08_a_takeover_on_the_last_day_costs_half_a_day():
    assert amounts(of_quarter(flat(owned_from("03-31")), Q1)) == ["4.04"]


def test_fee_10_and_12_a_permit_in_mid_period_is_recomputed_exactly():
    before, after = flat(owned_always()), flat(owned_always(), full_from=day("04-15"))
    assert total(of_quarter(before, Q2)) == Decimal("375.90")
    assert amounts(of_quarter(after, Q2)) == ["58.47", "133.65", "250.60", "250.60"]
    assert total(of_quarter(after, Q2)) - Decimal("375.90") == Decimal("317.42")
    late = flat(owned_from("02-11"), full_from=day("03-27"))
    assert total(of_quarter(late, Q1)) - Decimal("205.85") == Decimal("20.21")
    assert total(of_quarter(late, Q2)) == Decimal("751.80")


def test_fee_14_a_new_price_begins_on_its_day():
    dearer = FeeTerms(day("05-01"), Decimal("89.50"), Decimal("3.10"))
    lines = of_quarter(flat(owned_always(), full_from=date(2020, 1, 1), further_terms=(dearer,)), Q2)
    assert amounts(lines) == ["250.60", "277.45", "277.45"]


def test_fee_15_the_first_payer_is_rounded_and_the_second_pays_the_rest():
    spells = (owned_always(), PayerSpell(day("05-16"), NEW_OWNER, developer=False))
    lines = of_quarter(flat(*spells, full_from=date(2020, 1, 1)), Q2)
    assert amounts(lines, OWNER) == ["250.60", "121.26"]
    assert amounts(lines, NEW_OWNER) == ["129.34", "250.60"]
    assert total(lines, OWNER) == Decimal("371.86")
    assert total(lines, NEW_OWNER) == Decimal("379.94")
    assert total(lines) == Decimal("751.80")


def test_fee_18_a_corrected_area_holds_from_its_day():
    smaller = FeeTerms(day("04-01"), Decimal("88.90"), Decimal("2.80"))
    lines = of_quarter(flat(owned_always(), full_from=date(2020, 1, 1), further_terms=(smaller,)), Q2)
    assert monthly_fee(Decimal("88.90"), Decimal("2.80")) == Decimal("248.92")
    assert total(lines) == Decimal("746.76")


def test_fee_20_the_developer_pays_in_full_until_the_takeover():
    spells = (PayerSpell(date(2020, 1, 1), DEVELOPER, developer=True), owned_from("04-08"))
    lines = of_quarter(flat(*spells, area="76.20", price="2.35", full_from=day("05-16")), Q2)
    assert amounts(lines, DEVELOPER) == ["41.78"]
    assert total(lines, OWNER) == Decimal("383.45")


def test_fee_23_and_25_interim_bills_of_late_takeovers():
    assert total(of_quarter(flat(owned_from("03-28")), Q1)) == Decimal("16.17")
    assert total(of_quarter(flat(owned_from("03-20")), Q1)) == Decimal("48.50")
    spells = (PayerSpell(date(2020, 1, 1), DEVELOPER, developer=True), owned_from("03-28"))
    lines = of_quarter(flat(*spells), Q1)
    march = [line.amount for line in lines if line.account == DEVELOPER and line.month == day("03-01")]
    assert march == [Decimal("218.26")]


def test_shp_01_a_shop_is_charged_in_full_where_half_is_not_known():
    shop = flat(PayerSpell(day("08-15"), "S-01-Z1", developer=False), area="186.40", price="12.50")
    lines = charge_lines(shop, day("08-01"), day("08-31"), Decimal("1.0"))
    assert amounts(lines) == ["1277.74"]


def test_a_vacancy_discount_never_raises_what_is_paid_anyway():
    discount = Discount(day("04-01"), day("06-01"), Decimal("0.6"))
    full = flat(owned_always(), full_from=date(2020, 1, 1), discounts=(discount,))
    assert amounts(of_quarter(full, Q2)) == ["150.36", "150.36", "250.60"]
    half = flat(owned_always(), discounts=(discount,))
    assert amounts(of_quarter(half, Q2)) == ["125.30", "125.30", "125.30"]


@pytest.mark.parametrize(
    ("since", "until", "months", "begins"),
    [
        ("2025-10-20", None, 6, "2026-04-20"),
        ("2025-10-20", "2026-06-01", 6, "2026-04-20"),
        ("2025-10-20", "2026-04-20", 6, None),  # it was over before it could begin
        ("2025-08-31", None, 6, "2026-02-28"),  # 民法典 §202
        ("2026-04-01", None, 0, "2026-04-01"),
    ],
)
def test_f9_a_vacancy_discount_begins_when_the_unit_has_been_empty_for_the_policys_months(since, until, months, begins):
    policy = VacancyPolicy(enabled=True, after_months=months)
    ends = None if until is None else date.fromisoformat(until)
    found = vacancy_discount(date.fromisoformat(since), ends, policy)
    assert found == (None if begins is None else Discount(date.fromisoformat(begins), ends, policy.factor))
    disabled = policy.model_copy(update={"enabled": False})
    assert vacancy_discount(date.fromisoformat(since), ends, disabled) is None


def test_days_without_a_payer_or_terms_make_no_line():
    nobody = flat(owned_from("04-01"), PayerSpell(day("05-01"), "", developer=False))
    assert amounts(of_quarter(nobody, Q2)) == ["125.30"]
    assert charge_lines(UnitCharging("x", (), (owned_always(),), None), Q2.first_day, Q2.last_day, HALF) == []


@pytest.mark.parametrize(
    ("facts", "trigger", "expected"),
    [
        ([], "permit_issued", None),
        ([("permit_issued", "03-20")], "permit_issued", "03-20"),
        ([("permit_issued", "03-20"), ("permit_cancelled", "03-22")], "permit_issued", None),  # FEE-21
        ([("works_proven", "05-04"), ("permit_issued", "05-12")], "permit_issued", "05-04"),  # FEE-22
        ([("occupied", "05-16"), ("permit_issued", "04-02")], "permit_issued", "04-02"),
        ([("permit_issued", "03-20"), ("permit_cancelled", "03-22"), ("occupied", "06-01")], "permit_issued", "06-01"),
        ([("filing_accepted", "03-10"), ("permit_issued", "03-20")], "filing_accepted", "03-10"),
        ([("filing_accepted", "03-10"), ("permit_issued", "03-20")], "permit_issued", "03-20"),
        ([("permit_issued", "03-20"), ("works_start", "03-25")], "works_start", "03-25"),
        ([("transfer", "03-20"), ("terms_changed", "03-21")], "permit_issued", None),
    ],
)
def test_the_full_price_begins_with_formalities_works_or_occupation(facts, trigger, expected):
    known = [UnitFact(UnitFactKind(kind), day(on)) for kind, on in facts]
    wanted = None if expected is None else day(expected)
    assert full_price_from(known, FullPriceTrigger(trigger)) == wanted
    assert full_price_from(known[::-1], FullPriceTrigger(trigger)) == wanted


@pytest.mark.parametrize(
    ("asked", "works", "may"),
    [("03-22", False, True), ("03-23", False, True), ("03-24", False, False), ("03-22", True, False)],
)
def test_fee_21_a_permit_is_cancelled_within_three_days_without_works(asked, works, may, policy_of_fees):
    assert may_cancel_permit(day("03-20"), day(asked), works, policy_of_fees) is may


@pytest.fixture
def policy_of_fees():
    from workflows.messages.fee_policy import FeePolicy

    return FeePolicy()


_DAYS = st.dates(date(2025, 12, 1), date(2026, 7, 31))
_MONEY = st.decimals("0.50", "30", places=2)


@st.composite
def units(draw) -> UnitCharging:
    """A unit with any number of owners, terms and discounts."""
    terms = draw(st.lists(st.tuples(_DAYS, st.decimals("20", "300", places=2), _MONEY), min_size=1, max_size=3))
    payers = draw(st.lists(_DAYS, min_size=1, max_size=4, unique=True))
    return UnitCharging(
        "1-101",
        tuple(FeeTerms(*one) for one in sorted(terms)),
        tuple(
            PayerSpell(since, f"1-101-Y{n}", n == 0 and draw(st.booleans())) for n, since in enumerate(sorted(payers))
        ),
        draw(st.none() | _DAYS),
        tuple(
            Discount(since, since + timedelta(days=40), Decimal("0.6")) for since in draw(st.lists(_DAYS, max_size=1))
        ),
    )


@settings(max_examples=10_000, deadline=None)
@given(units())
def test_the_parts_of_a_quarter_are_its_months_and_no_day_is_charged_twice(unit: UnitCharging):
    lines = of_quarter(unit, Q2)
    by_month = [line for month in Q2.months for line in charge_lines(unit, month, _end(month), HALF)]
    assert lines == by_month
    charged = [line.first + timedelta(days=n) for line in lines for n in range(line.days)]
    assert len(charged) == len(set(charged))
    assert all(line.first <= line.last and line.amount >= 0 for line in lines)


@settings(max_examples=10_000, deadline=None)
@given(units(), _DAYS)
def test_a_change_of_owner_moves_money_between_owners_and_makes_none(unit: UnitCharging, sold: date):
    """F5: whatever the roundings, the two owners together pay what one would have paid."""
    single = unit._replace(payers=(PayerSpell(date(2020, 1, 1), "A", developer=False),))
    shared = unit._replace(
        payers=(PayerSpell(date(2020, 1, 1), "A", developer=False), PayerSpell(sold, "B", developer=False))
    )
    assert total(of_quarter(shared, Q2)) == total(of_quarter(single, Q2))


@given(st.decimals("20", "900", places=2), _MONEY)
def test_a_whole_quarter_at_full_price_is_three_monthly_fees(area: Decimal, price: Decimal):
    unit = flat(owned_always(), area=str(area), price=str(price), full_from=date(2020, 1, 1))
    assert total(of_quarter(unit, Q2)) == 3 * to_cents(area * price)


def _end(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
