"""Which debts a payment settles 冲抵顺序 (民法典 §560, §561; §9.5; ``docs/domain/fees.md``). All amounts are CNY."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from workflows.messages.fee_policy import Allocation
from workflows.rules.amounts import ZERO


class PartKind(StrEnum):
    """What a part of a payment is used for."""

    PRINCIPAL = "principal"
    LATE_FEE = "late_fee"
    PREPAYMENT = "prepayment"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"principal": "本金", "late_fee": "滞纳金", "prepayment": "预存"}[self]


class OpenBill(NamedTuple):
    """A bill that is not settled: what is left of its principal and of its late fee up to the payment day.

    ``disputed`` is the part of ``principal`` that the customer disputes 争议 in writing.
    """

    number: str
    due_on: date
    issued_on: date
    principal: Decimal
    late_fee: Decimal
    disputed: Decimal = ZERO


class Part(NamedTuple):
    """A part of a payment; ``bill`` is "" for prepayment 预存."""

    bill: str
    kind: PartKind
    amount: Decimal


def allocate(
    amount: Decimal, bills: Sequence[OpenBill], order: Allocation, designated: Sequence[str] = ()
) -> list[Part]:
    """Return what a payment settles: the bills that the customer names, in that order, then the oldest first.

    Inside a bill principal comes before late fee, or after it where the policy follows 民法典 §561. What is left over
    is prepayment (PAY-04). A disputed part is paid only when its bill is named. The parts sum to ``amount``.
    Raises ``ValueError`` (zh-CN) for a negative amount or a named bill that is not among ``bills``.
    """
    if amount < 0:
        raise ValueError("付款金额不能为负数")
    left, parts = amount, []
    for number, kind, owed in _debts(bills, order, designated):
        paid = min(owed, left)
        if paid > 0:
            parts.append(Part(number, kind, paid))
            left -= paid
    if left > 0:
        parts.append(Part("", PartKind.PREPAYMENT, left))
    return parts


def apply_prepayment(balance: Decimal, bills: Sequence[OpenBill]) -> list[Part]:
    """Return what a prepayment of that balance settles by itself: undisputed principal, the oldest first (FEE-26).

    Nobody has told us to pay a late fee or a disputed part with it. What is not used stays prepaid.
    """
    left, parts = balance, []
    for bill in sorted(bills, key=_age):
        paid = min(bill.principal - bill.disputed, left)
        if paid > 0:
            parts.append(Part(bill.number, PartKind.PRINCIPAL, paid))
            left -= paid
    return parts


def _age(bill: OpenBill) -> tuple[date, date, str]:
    return bill.due_on, bill.issued_on, bill.number


def _debts(
    bills: Iterable[OpenBill], order: Allocation, designated: Sequence[str]
) -> Iterator[tuple[str, PartKind, Decimal]]:
    """Yield the debts in the order in which they are paid; a bill's principal at most once."""
    by_number = {bill.number: bill for bill in bills}
    if unknown := [number for number in designated if number not in by_number]:
        raise ValueError(f"指定的账单不存在或已结清:{'、'.join(unknown)}")
    named = dict.fromkeys(designated)
    for number in named:
        bill = by_number[number]
        yield from _inside(bill, bill.principal, order)
    for bill in sorted(by_number.values(), key=_age):
        if bill.number not in named:
            yield from _inside(bill, bill.principal - bill.disputed, order)


def _inside(bill: OpenBill, principal: Decimal, order: Allocation) -> Iterator[tuple[str, PartKind, Decimal]]:
    debts = [(bill.number, PartKind.PRINCIPAL, principal), (bill.number, PartKind.LATE_FEE, bill.late_fee)]
    return iter(debts if order is Allocation.OLDEST_PRINCIPAL_FIRST else reversed(debts))
