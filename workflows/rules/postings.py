"""What a movement of the ledger debits and credits 分录 (§8 Money, §9; ``docs/domain/fees.md``).

Each movement is one pure function that returns its legs; they sum to zero. Debit is positive and credit negative, CNY.
Amounts are given as they are spoken of, positive; only a variance has a sign. Late fee is income when it is paid and
never a receivable (own).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workflows.messages.ledger import FeeItem, LedgerAccount, PaymentMethod
from workflows.messages.money import Amount
from workflows.rules.allocation import Part, PartKind
from workflows.rules.amounts import ZERO

_L = LedgerAccount


class Leg(NamedTuple):
    """One side of an entry. ``account`` is the payer's and ``bill`` what it is for, "" where neither applies."""

    ledger_account: LedgerAccount
    amount: Amount
    account: str = ""
    bill: str = ""
    item: FeeItem | None = None


def bill_issued(account: str, bill: str, item: FeeItem, amount: Amount) -> list[Leg]:
    """计提应收: a bill is issued (S4 4.2.1)."""
    return [
        Leg(_L.RECEIVABLE, amount, account, bill, item),
        Leg(item.income, -amount, account, bill, item),
    ]


def payment(account: str, method: PaymentMethod, parts: Sequence[Part], items: Mapping[str, FeeItem]) -> list[Leg]:
    """收款: what a payment of an account settles (§9.5). ``items`` names the item of every bill among the parts."""
    taken = sum((part.amount for part in parts), ZERO)
    return [Leg(method.into, taken, account), *_settled(account, parts, items)]


def prepayment_applied(account: str, parts: Sequence[Part], items: Mapping[str, FeeItem]) -> list[Leg]:
    """预存抵扣: a prepayment settles bills of its account (FEE-26)."""
    used = sum((part.amount for part in parts), ZERO)
    return [Leg(_L.PREPAYMENT, used, account), *_settled(account, parts, items)]


def payment_set_free(account: str, bill: str, item: FeeItem, amount: Amount) -> list[Leg]:
    """已收转预存: what had been paid of a bill is prepaid from now on, and the bill is open by as much.

    It takes an application of prepayment back (PAY-05), or makes room for a credit to a paid bill (FEE-18).
    """
    return [Leg(_L.RECEIVABLE, amount, account, bill, item), Leg(_L.PREPAYMENT, -amount, account)]


def reversal(legs: Iterable[Leg]) -> list[Leg]:
    """冲回: the same entry the other way round (PAY-05)."""
    return [leg._replace(amount=-leg.amount) for leg in legs]


def credit(account: str, bill: str, item: FeeItem, amount: Amount) -> list[Leg]:
    """减免/更正: a bill was too high by the amount and becomes less (§9.4)."""
    return reversal(bill_issued(account, bill, item, amount))


def late_fee_returned(account: str, bill: str, item: FeeItem, amount: Amount) -> list[Leg]:
    """多收违约金转预存: a late fee that was paid turned out to be too high (§9.4)."""
    return [Leg(_L.LATE_FEE_INCOME, amount, account, bill, item), Leg(_L.PREPAYMENT, -amount, account)]


def debt_transferred(old: tuple[str, str], new: tuple[str, str], item: FeeItem, amount: Amount) -> list[Leg]:
    """债务承担: open principal becomes another account's bill (FEE-17). ``old`` and ``new`` are account and bill."""
    return [Leg(_L.RECEIVABLE, amount, *new, item), Leg(_L.RECEIVABLE, -amount, *old, item)]


def late_fee_moved(old: tuple[str, str], new: tuple[str, str], amount: Amount) -> list[Leg]:
    """债务承担: the late fee that was paid already for a principal goes with it to the new account's bill."""
    return [Leg(_L.LATE_FEE_INCOME, amount, *old), Leg(_L.LATE_FEE_INCOME, -amount, *new)]


def prepayment_refunded(account: str, method: PaymentMethod, amount: Amount) -> list[Leg]:
    """退预存."""
    return _paid_out(_L.PREPAYMENT, account, method, amount)


def deposit_taken(account: str, method: PaymentMethod, amount: Amount) -> list[Leg]:
    """收押金: a liability, never income (§8 Money)."""
    return reversal(deposit_refunded(account, method, amount))


def deposit_refunded(account: str, method: PaymentMethod, amount: Amount) -> list[Leg]:
    """退押金, to the account that paid it; no interest (§8 Money)."""
    return _paid_out(_L.DEPOSIT, account, method, amount)


def deducted_from_deposit(account: str, item: FeeItem, amount: Amount) -> list[Leg]:
    """押金扣款: proven loss or agreed damages. The order contractor → owner is the caller's (§8 Money)."""
    return [Leg(_L.DEPOSIT, amount, account), Leg(item.income, -amount, account, "", item)]


def banked(amount: Amount) -> list[Leg]:
    """缴存银行: the day's cash goes to the bank (S4 4.2.1.7)."""
    return [Leg(_L.BANK, amount), Leg(_L.CASH_ON_HAND, -amount)]


def cleared(amount: Amount) -> list[Leg]:
    """清算到账: a provider pays out what it took for us by POS or code."""
    return [Leg(_L.BANK, amount), Leg(_L.CLEARING, -amount)]


def cash_differs(method: PaymentMethod, variance: Amount) -> list[Leg]:
    """长短款: counted less booked; a surplus 长款 is positive, a shortage 短款 negative (§9.7)."""
    return [Leg(method.into, variance), Leg(_L.CASH_DIFFERENCE, -variance)]


def direct_income(item: FeeItem, method: PaymentMethod, amount: Amount, account: str = "") -> list[Leg]:
    """直接收入: money for which there is no bill, such as parking by the hour (§9.8) or a pass (§8 Money)."""
    return [Leg(method.into, amount, account), Leg(item.income, -amount, account, "", item)]


def agency_in(method: PaymentMethod, amount: Amount, account: str = "") -> list[Leg]:
    """代收: money of others, taken for them; no surcharge and no income (L2 §44)."""
    return [Leg(method.into, amount, account), Leg(_L.AGENCY, -amount, account)]


def agency_part_of_bill(account: str, case: str, amount: Amount) -> list[Leg]:
    """代办: what a service's bill asks back of money laid out for the customer is no income (SVC-01)."""
    return [
        Leg(_L.SERVICE_INCOME, amount, account, case, FeeItem.SERVICE),
        Leg(_L.AGENCY, -amount, account, case),
    ]


def service_collected(method: PaymentMethod, case: str, fee: Amount, agency: Amount) -> list[Leg]:
    """有偿服务实收: what was collected for a case; money laid out for the customer is no income (SVC-01)."""
    return [
        Leg(method.into, fee + agency),
        Leg(_L.SERVICE_INCOME, -fee, "", case, FeeItem.SERVICE),
        Leg(_L.AGENCY, -agency, "", case),
    ]


def agency_out(method: PaymentMethod, amount: Amount, account: str = "") -> list[Leg]:
    """代付: money of others, paid on to them."""
    return _paid_out(_L.AGENCY, account, method, amount)


def _paid_out(liability: LedgerAccount, account: str, method: PaymentMethod, amount: Amount) -> list[Leg]:
    return [Leg(liability, amount, account), Leg(method.into, -amount, account)]


def _settled(account: str, parts: Iterable[Part], items: Mapping[str, FeeItem]) -> list[Leg]:
    """The credit side of money that settles debts."""
    return [
        Leg(_L.PREPAYMENT, -part.amount, account)
        if part.kind is PartKind.PREPAYMENT
        else Leg(
            _L.RECEIVABLE if part.kind is PartKind.PRINCIPAL else _L.LATE_FEE_INCOME,
            -part.amount,
            account,
            part.bill,
            items[part.bill],
        )
        for part in parts
    ]
