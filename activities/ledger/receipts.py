"""Receipts 收据 (§9.7): issued for a payment, void the same day with all copies, in red after the day's closing.

The cashier asks for a cancellation and another person grants it: a superior before the closing, finance afterwards.
A number is never used again; the payment gets a new receipt.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.receipt_books import take_number
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.shifts import SUPERVISORS
from activities.records.cash_tables import Payment, Receipt, Shift
from activities.records.sealing import seal_columns, table_of
from workflows.messages.cash_desk import ReceiptState
from workflows.messages.people import Actor, Role


@dataclass(frozen=True)
class Cancelled:
    """What came of a cancellation: the red receipt where there is one, and the payment's new receipt."""

    number: int
    state: ReceiptState
    red: int | None = None
    reissued: int | None = None


def issue_receipt(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    payment: str,
    amount: Decimal,
    cashier: str,
    at: datetime,
) -> int:
    """Issue the receipt of a payment out of the cashier's book and return its number; there is one for a payment.

    Raises :class:`LedgerRefusedError`: ``unknown_payment``, ``payment_reversed``, ``receipt_differs``,
    ``no_receipt_book``.
    """
    paid = _locked_payment(connection, community, payment)
    if paid.amount != amount:
        raise LedgerRefusedError("receipt_differs", "收据金额与收款金额不一致:请核对后再开")
    there = connection.scalar(
        select(Receipt.number).where(
            Receipt.community == community, Receipt.payment == payment, Receipt.state == ReceiptState.ISSUED
        )
    )
    if there is not None:
        return there
    if paid.reversed_at is not None:
        raise LedgerRefusedError("payment_reversed", "该笔收款已冲回,不能开收据")
    return _write(connection, personal, community, payment, amount, cashier, at)


def ask_cancellation(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    number: int,
    cashier: str,
    copies_kept: bool,
    reason: str,
    at: datetime,
) -> None:
    """申请作废/红冲 by the cashier; the receipt holds until it is granted. Asked again, the reason is replaced.

    Raises :class:`LedgerRefusedError`: ``unknown_receipt``, ``receipt_not_in_force``, ``reason_required``,
    ``copies_missing`` (before the closing all copies have to be there).
    """
    receipt = _in_force(connection, community, number)
    if not reason.strip():
        raise LedgerRefusedError("reason_required", "请写明作废/红冲的原因")
    if not copies_kept and may_be_voided(connection, receipt, at):
        raise LedgerRefusedError("copies_missing", "作废须收回全部联次:联次不全的,日结后由财务红冲")
    values = seal_columns(personal, Receipt, {"voided_by": cashier, "reason": reason})
    connection.execute(update(Receipt).where(Receipt.community == community, Receipt.number == number).values(values))


def grant_void(
    connection: Connection, personal: PersonalDataCipher, *, community: str, number: int, approver: Actor, at: datetime
) -> Cancelled:
    """作废 (RCP-01) by a superior, the day of issue before its closing; the payment gets a new receipt.

    Raises :class:`LedgerRefusedError`: ``unknown_receipt``, ``receipt_not_in_force``, ``not_asked_for``,
    ``beyond_authority``, ``two_persons``, ``void_too_late``.
    """
    receipt = _asked_for(connection, community, number, approver)
    if approver.role not in SUPERVISORS:
        raise LedgerRefusedError("beyond_authority", "收据作废须由客服主管或管理处经理批准")
    if not may_be_voided(connection, receipt, at):
        raise LedgerRefusedError("void_too_late", "已日结或已过当日,不能作废:请由财务红冲")
    _cancel(connection, receipt, ReceiptState.VOID, approver, at)
    return Cancelled(number, ReceiptState.VOID, reissued=_reissued(connection, personal, receipt, at))


def grant_red(
    connection: Connection, personal: PersonalDataCipher, *, community: str, number: int, approver: Actor, at: datetime
) -> Cancelled:
    """红冲 by finance after the closing: a receipt in red undoes the number, and the payment gets a new one.

    Raises :class:`LedgerRefusedError`: ``unknown_receipt``, ``receipt_not_in_force``, ``not_asked_for``,
    ``beyond_authority``, ``two_persons``, ``void_instead``.
    """
    receipt = _asked_for(connection, community, number, approver)
    if approver.role is not Role.FINANCE:
        raise LedgerRefusedError("beyond_authority", "日结后的红冲须由财务部批准")
    if may_be_voided(connection, receipt, at):
        raise LedgerRefusedError("void_instead", "当日尚未日结:请由主管作废")
    _cancel(connection, receipt, ReceiptState.REVERSED, approver, at)
    red = _write(
        connection,
        personal,
        community,
        receipt.payment,
        -receipt.amount,
        receipt.voided_by,
        at,
        state=ReceiptState.RED,
        red_of=number,
    )
    reissued = _reissued(connection, personal, receipt, at)
    return Cancelled(number, ReceiptState.REVERSED, red=red, reissued=reissued)


def register_lost_copy(connection: Connection, community: str, number: int, at: datetime) -> None:
    """遗失登记: the customer's copy is lost; the original is not issued again. The first registration stays.

    Raises :class:`LedgerRefusedError` (``unknown_receipt``).
    """
    receipt = _locked(connection, community, number)
    if receipt.lost_copy_at is None:
        connection.execute(
            update(Receipt).where(Receipt.community == community, Receipt.number == number).values(lost_copy_at=at)
        )


def may_be_voided(connection: Connection, receipt: Row[Any], at: datetime) -> bool:
    """Whether it is the local day of issue, and the shift of its payment is in no 《缴款单》 yet."""
    if receipt.issued_at.astimezone(at.tzinfo).date() != at.date():
        return False
    slip = connection.scalar(
        select(Shift.slip)
        .join(Payment, Payment.shift == Shift.id)
        .where(Payment.community == receipt.community, Payment.number == receipt.payment)
    )
    return not slip


def _write(  # noqa: PLR0917 - the columns of a receipt, in their order
    connection: Connection,
    personal: PersonalDataCipher,
    community: str,
    payment: str,
    amount: Decimal,
    cashier: str,
    at: datetime,
    state: ReceiptState = ReceiptState.ISSUED,
    red_of: int | None = None,
) -> int:
    book, number = take_number(connection, community, cashier)
    values = {
        "community": community,
        "number": number,
        "book": book,
        "payment": payment,
        "amount": amount,
        "state": state,
        "issued_at": at,
        "issued_by": cashier,
        "red_of": red_of,
    }
    connection.execute(insert(Receipt).values(seal_columns(personal, Receipt, values)))
    return number


def _reissued(connection: Connection, personal: PersonalDataCipher, receipt: Row[Any], at: datetime) -> int | None:
    """The payment's new receipt; None where the payment itself was reversed."""
    paid = _locked_payment(connection, receipt.community, receipt.payment)
    if paid.reversed_at is not None:
        return None
    return _write(connection, personal, receipt.community, receipt.payment, receipt.amount, receipt.voided_by, at)


def _cancel(connection: Connection, receipt: Row[Any], state: ReceiptState, approver: Actor, at: datetime) -> None:
    connection.execute(
        update(Receipt)
        .where(Receipt.community == receipt.community, Receipt.number == receipt.number)
        .values(state=state, voided_at=at, approved_by=approver.code)
    )


def _locked_payment(connection: Connection, community: str, payment: str) -> Row[Decimal, datetime | None]:
    paid = connection.execute(
        select(Payment.amount, Payment.reversed_at)
        .where(Payment.community == community, Payment.number == payment)
        .with_for_update(key_share=True)
    ).one_or_none()
    if paid is None:
        raise LedgerRefusedError("unknown_payment", "没有这笔收款:请核对编号")
    return paid


def _locked(connection: Connection, community: str, number: int) -> Row[Any]:
    receipt = connection.execute(
        select(table_of(Receipt)).where(Receipt.community == community, Receipt.number == number).with_for_update()
    ).one_or_none()
    if receipt is None:
        raise LedgerRefusedError("unknown_receipt", "没有这张收据:请核对收据号")
    return receipt


def _in_force(connection: Connection, community: str, number: int) -> Row[Any]:
    receipt = _locked(connection, community, number)
    if receipt.state != ReceiptState.ISSUED:
        raise LedgerRefusedError("receipt_not_in_force", f"该收据{ReceiptState(receipt.state).label},不能再作废或红冲")
    return receipt


def _asked_for(connection: Connection, community: str, number: int, approver: Actor) -> Row[Any]:
    receipt = _in_force(connection, community, number)
    if not receipt.voided_by:
        raise LedgerRefusedError("not_asked_for", "该收据没有待批准的作废或红冲申请")
    if approver.code in {receipt.voided_by, receipt.issued_by}:
        raise LedgerRefusedError("two_persons", "作废、红冲须由开票人和申请人以外的人批准")
    return receipt
