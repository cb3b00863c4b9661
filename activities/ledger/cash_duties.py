"""What is not in order at the cash desk 日结检查 (S4 4.2.1.7; §9.7): days not closed, cash not in the bank in time."""

from datetime import date

from sqlalchemy import Connection, select, union

from activities.records.cash_tables import CashDay, Payment, Shift
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.cash_desk import CashDestination
from workflows.messages.ledger import PaymentMethod
from workflows.rules.cash_desk import bank_day_after


def unclosed_days(connection: Connection, community: str, before: date) -> tuple[date, ...]:
    """Days before ``before`` with a shift in no 《缴款单》, cash outside a shift, or cash not handed to finance."""
    shifts = select(Shift.day).where(Shift.community == community, Shift.slip == "", Shift.day < before)
    stray = select(Payment.on_day).where(
        Payment.community == community,
        Payment.method == PaymentMethod.CASH,
        Payment.shift.is_(None),
        Payment.reversed_at.is_(None),
        Payment.on_day < before,
    )
    not_received = select(CashDay.day).where(
        CashDay.community == community,
        CashDay.destination == CashDestination.FINANCE,
        CashDay.received_by == "",
        CashDay.day < before,
    )
    return tuple(sorted(connection.scalars(union(shifts, stray, not_received))))


def overdue_in_transit(
    connection: Connection, community: str, on_day: date, calendar: WorkingCalendar
) -> tuple[date, ...]:
    """Days whose cash is in no bank although the next bank day is over."""
    days = connection.scalars(
        select(CashDay.day)
        .where(CashDay.community == community, CashDay.banked_at.is_(None), CashDay.cash > 0, CashDay.day < on_day)
        .distinct()
        .order_by(CashDay.day)
    )
    return tuple(day for day in days if bank_day_after(day, calendar) < on_day)
