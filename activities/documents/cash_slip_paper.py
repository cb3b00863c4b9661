"""《缴款单》: a day's cash, where it went, and what was taken by each method (S4 4.2.1.7; §9.7, §9.11)."""

from typing import Any, Final

from sqlalchemy import Connection, func, select

from activities.documents.amount_in_words import amount_in_words
from activities.documents.fee_forms import FeeForm
from activities.documents.letterhead import Letterhead
from activities.documents.notice_papers import chinese_day
from activities.documents.paper import Fields
from activities.documents.wording import amount, term, text
from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import CashDay, Payment, Shift, ShiftCount
from activities.records.sealing import table_of
from workflows.messages.cash_desk import CashDestination
from workflows.messages.ledger import PaymentMethod

_NOTES: Final = ("100元", "50元", "20元", "10元", "5元", "1元", "角、分")
"""What is counted by hand on the slip 票面."""


def cash_slip_fields(connection: Connection, letterhead: Letterhead, subject: str) -> Fields:
    """What stands on the slip; raises :class:`LedgerRefusedError` (``unknown_slip``)."""
    slip = connection.execute(
        select(table_of(CashDay)).where(CashDay.community == letterhead.community, CashDay.slip == subject)
    ).one_or_none()
    if slip is None:
        raise LedgerRefusedError("unknown_slip", "没有这张缴款单:请核对编号")
    return {
        "title": FeeForm.CASH_SLIP.label,
        "number": slip.slip,
        "day": chinese_day(slip.day),
        "cash": amount(slip.cash),
        "in_words": amount_in_words(slip.cash),
        "destination": term(CashDestination, slip.destination),
        "destinations": [each.label for each in CashDestination if each is not CashDestination.NOTHING],
        "bank_reference": text(slip.bank_reference),
        "banked_at": letterhead.moment(slip.banked_at),
        "closed_at": letterhead.moment(slip.closed_at),
        "closed_by": letterhead.staff(slip.closed_by),
        "received_by": letterhead.staff(slip.received_by),
        "methods": _by_method(connection, slip),
        "notes": list(_NOTES),
    }


def _by_method(connection: Connection, slip: Any) -> list[Fields]:
    """Each method of the slip's shifts: how many payments, what the system holds, what was counted, the difference."""
    of_the_slip = (Shift.community == slip.community, Shift.slip == slip.slip)
    payments = (
        select(Payment.method, func.count().label("number")).join(Shift, Shift.id == Payment.shift).where(*of_the_slip)
    )
    payments = payments.where(Payment.reversed_at.is_(None)).group_by(Payment.method)
    numbers = {row.method: row.number for row in connection.execute(payments)}
    counts = connection.execute(
        select(
            ShiftCount.method,
            func.sum(ShiftCount.booked).label("booked"),
            func.sum(ShiftCount.counted).label("counted"),
            func.sum(ShiftCount.variance).label("variance"),
        )
        .join(Shift, Shift.id == ShiftCount.shift)
        .where(*of_the_slip)
        .group_by(ShiftCount.method)
    )
    by_method = {row.method: row for row in counts}
    return [
        {
            "method": method.label,
            "number": str(numbers.get(method, 0)),
            "booked": amount(row.booked),
            "counted": amount(row.counted),
            "variance": amount(row.variance),
        }
        for method in PaymentMethod
        if (row := by_method.get(method)) is not None
    ]
