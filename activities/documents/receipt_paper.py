"""《收据》: for whom, for what, how much, in which way, by whom (S4 4.2.1.6; §9.7; ``docs/domain/fees.md``)."""

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from activities.connections.personal_data import PersonalDataCipher
from activities.documents.amount_in_words import amount_in_words
from activities.documents.fee_forms import FeeForm
from activities.documents.letterhead import Letterhead
from activities.documents.notice_papers import bill_label, chinese_day, period_label
from activities.documents.paper import Fields
from activities.documents.payers import Payer, payers_of
from activities.documents.wording import amount, term, text
from activities.ledger.payments import legs_of
from activities.ledger.receipt_books import spelled_receipt
from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import Bill
from activities.records.cash_tables import Payment, Receipt
from activities.records.sealing import table_of
from workflows.messages.cash_desk import ReceiptState
from workflows.messages.ledger import FeeItem, LedgerAccount, PaymentMethod
from workflows.rules.business_time import local
from workflows.rules.postings import Leg

_LONGEST: Final = 9
_MARKS: Final = {ReceiptState.VOID: "作废", ReceiptState.REVERSED: "已红冲"}


def receipt_number(subject: str) -> int:
    """The number as it was typed, with or without leading zeros; raises :class:`LedgerRefusedError`."""
    if not (subject.isascii() and subject.isdigit() and len(subject.lstrip("0")) <= _LONGEST):
        raise _unknown()
    return int(subject)


def receipt_fields(
    connection: Connection, personal: PersonalDataCipher, letterhead: Letterhead, subject: str
) -> Fields:
    """What stands on the receipt; raises :class:`LedgerRefusedError` (``unknown_receipt``)."""
    community = letterhead.community
    receipt, payment = _receipt(connection, community, receipt_number(subject)), None
    payment = connection.execute(
        select(table_of(Payment)).where(Payment.community == community, Payment.number == receipt.payment)
    ).one()
    payer = payers_of(connection, personal, community, [payment.account]).get(payment.account, Payer("", "", ""))
    red = receipt.state == ReceiptState.RED
    tz = letterhead.policy.calendar.tz
    return {
        "title": FeeForm.RECEIPT.label,
        "number": spelled_receipt(receipt.number),
        "book": text(receipt.book),
        "issued_on": chinese_day(local(receipt.issued_at, tz).date()),
        "unit": text(payer.unit),
        "payer": payer.name,
        "account": payment.account,
        "items": _items(connection, community, payment.entry, -1 if red else 1),
        "amount": amount(receipt.amount),
        "in_words": ("(红字)" if red else "") + amount_in_words(abs(receipt.amount)),
        "method": term(PaymentMethod, payment.method),
        "payment": payment.number,
        "transaction": text(payment.transaction),
        "paid_at": letterhead.moment(payment.succeeded_at),
        "cashier": letterhead.staff(receipt.issued_by),
        "red": red,
        "red_of": "" if receipt.red_of is None else spelled_receipt(receipt.red_of),
        "stamp": _MARKS.get(ReceiptState(receipt.state), ""),
        "cancelled": _cancelled(receipt, letterhead),
        "lost": "客户联已登记遗失,本页仅供查核,不代替原收据" if receipt.lost_copy_at else "",
    }


def _receipt(connection: Connection, community: str, number: int) -> Row[Any]:
    found = connection.execute(
        select(table_of(Receipt)).where(Receipt.community == community, Receipt.number == number)
    ).one_or_none()
    if found is None:
        raise _unknown()
    return found


def _unknown() -> LedgerRefusedError:
    return LedgerRefusedError("unknown_receipt", "没有这张收据:请核对收据号")


def _items(connection: Connection, community: str, entry: int, sign: int) -> list[Fields]:
    """What the money was used for: principal and late fee of each bill, prepayment, deposit, other income."""
    legs = [leg for leg in legs_of(connection, entry) if leg.amount < 0]
    bills = {
        row.number: row
        for row in connection.execute(
            select(Bill).where(Bill.community == community, Bill.number.in_([leg.bill for leg in legs if leg.bill]))
        )
    }
    return [_item(leg, bills.get(leg.bill), sign) for leg in legs]


def _item(leg: Leg, bill: Row[Any] | None, sign: int) -> Fields:
    used: Decimal = -leg.amount * sign
    name = leg.item.label if leg.item else leg.ledger_account.label
    if bill is not None:
        late = leg.ledger_account is LedgerAccount.LATE_FEE_INCOME
        name = f"滞纳金({term(FeeItem, bill.item)})" if late else bill_label(bill)
    return {
        "name": name,
        "period": period_label(bill.period) if bill is not None else "",
        "bill": leg.bill,
        "amount": amount(used),
    }


def _cancelled(receipt: Row[Any], letterhead: Letterhead) -> str:
    """Who granted the cancellation, and when; its reason is not for paper."""
    if receipt.state not in _MARKS or receipt.voided_at is None:
        return ""
    mark = ReceiptState(receipt.state).label
    return f"{mark}:{letterhead.moment(receipt.voided_at)},批准人 {letterhead.staff(receipt.approved_by)}"
