"""Which debts a payment settles (docs/domain/fees.md)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.messages.fee_policy import Allocation
from workflows.rules.allocation import OpenBill, Part, PartKind, allocate, apply_prepayment

OLDEST, LEGAL = Allocation.OLDEST_PRINCIPAL_FIRST, Allocation.LEGAL_561


def yuan(text: str) -> Decimal:
    return Decimal(text)


def bill(number: str, due: str, principal: str, late_fee: str = "0.00", disputed: str = "0.00") -> OpenBill:
    on = date.fromisoformat(f"2026-{due}")
    return OpenBill(number, on, on - timedelta(days=16), yuan(principal), yuan(late_fee), yuan(disputed))


Q1 = bill("Q1", "01-12", "751.80", "33.08")
Q2 = bill("Q2", "04-10", "751.80")


def parts(amount: str, *bills: OpenBill, order: Allocation = OLDEST, designated: tuple[str, ...] = ()):
    return [(part.bill, part.kind.value, str(part.amount)) for part in allocate(yuan(amount), bills, order, designated)]


def test_pay_01_the_oldest_bill_first_its_principal_before_its_late_fee():
    assert parts("1000.00", Q2, Q1) == [
        ("Q1", "principal", "751.80"), ("Q1", "late_fee", "33.08"), ("Q2", "principal", "215.12"),
    ]  # fmt: skip


def test_pay_02_the_customers_designation_comes_first():
    assert parts("1000.00", Q1, Q2, designated=("Q2",)) == [
        ("Q2", "principal", "751.80"), ("Q1", "principal", "248.20"),
    ]  # fmt: skip


def test_pay_04_what_is_left_over_is_prepaid():
    assert parts("800.00", Q2) == [("Q2", "principal", "751.80"), ("", "prepayment", "48.20")]
    assert parts("48.20") == [("", "prepayment", "48.20")]


def test_the_law_puts_interest_before_principal_where_the_policy_says_so():
    assert parts("100.00", Q1, order=LEGAL) == [("Q1", "late_fee", "33.08"), ("Q1", "principal", "66.92")]


def test_a_disputed_part_is_paid_only_when_its_bill_is_named():
    parking = bill("P", "04-10", "300.00", disputed="300.00")
    assert parts("400.00", parking) == [("", "prepayment", "400.00")]
    assert parts("400.00", parking, designated=("P",)) == [("P", "principal", "300.00"), ("", "prepayment", "100.00")]


def test_a_bill_that_is_not_there_cannot_be_named():
    with pytest.raises(ValueError, match="Q9"):
        allocate(yuan("1"), [Q1], OLDEST, ["Q9"])
    with pytest.raises(ValueError, match="负数"):
        allocate(yuan("-1"), [Q1], OLDEST)


def test_fee_26_a_prepayment_settles_principal_only_and_the_rest_stays():
    assert apply_prepayment(yuan("48.20"), [bill("Q3", "07-10", "751.80")]) == [
        Part("Q3", PartKind.PRINCIPAL, yuan("48.20"))
    ]
    assert apply_prepayment(yuan("800.00"), [Q1]) == [Part("Q1", PartKind.PRINCIPAL, yuan("751.80"))]
    assert apply_prepayment(yuan("800.00"), [bill("P", "04-10", "300.00", disputed="300.00")]) == []


_AMOUNTS = st.decimals("0", "2000", places=2)
_BILLS = st.lists(
    st.builds(
        lambda due, principal, late, share: OpenBill(
            "", due, due - timedelta(days=16), principal, late, (principal * share / 4).quantize(Decimal("0.01"))
        ),
        st.dates(date(2025, 1, 1), date(2026, 12, 31)), _AMOUNTS, _AMOUNTS, st.integers(0, 4),
    ),
    max_size=5,
).map(lambda bills: [one._replace(number=f"B{n}") for n, one in enumerate(bills)])  # fmt: skip


@settings(max_examples=10_000, deadline=None)
@given(_AMOUNTS, _BILLS, st.sampled_from(Allocation), st.integers(0, 3), st.randoms(use_true_random=False))
def test_a_payment_is_used_exactly_once_and_no_debt_is_overpaid(amount, bills, order, named, chance):
    designated = [one.number for one in bills][:named]
    used = allocate(amount, bills, order, designated)
    assert sum((part.amount for part in used), Decimal(0)) == amount
    assert all(part.amount > 0 for part in used)
    for one in bills:
        paid = {kind: sum(p.amount for p in used if (p.bill, p.kind) == (one.number, kind)) for kind in PartKind}
        payable = one.principal if one.number in designated else one.principal - one.disputed
        assert paid[PartKind.PRINCIPAL] <= payable
        assert paid[PartKind.LATE_FEE] <= one.late_fee
    shuffled = bills[:]
    chance.shuffle(shuffled)
    assert allocate(amount, shuffled, order, designated) == used
