"""What came over the desk in a period 收款、有偿服务、停车场、收据 (S4 4.2.1.7, 4.3, 4.6; §9.7–9.11)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, text

from activities.fee_reports.movements import Asked
from activities.fee_reports.report import CashSlip, CashTaken, DayTaken, MonthOfServices, Parking, Rate, Receipts
from activities.ledger.receipt_books import missing_numbers
from workflows.messages.cash_desk import CashDestination
from workflows.messages.ledger import PaymentMethod
from workflows.rules.amounts import ZERO
from workflows.rules.collection_rate import meets, percent
from workflows.rules.fee_calendar import ReportPeriod

TAKEN: Final = """
    SELECT number, account, method, on_day, amount FROM payments
    WHERE community = :community AND on_day BETWEEN :first AND :cut_off
    UNION ALL
    SELECT payments.number, payments.account, method, undoing.on_day, -payments.amount
    FROM payments JOIN journal_entries AS undoing ON undoing.id = payments.reversal
    WHERE payments.community = :community AND undoing.on_day BETWEEN :first AND :cut_off"""
"""Every payment on its day, and every reversal on its own."""
_BY_DAY: Final = text(
    f"SELECT on_day, method, sum(amount) AS amount FROM ({TAKEN}) AS taken GROUP BY on_day, method"  # noqa: S608
)
_SLIPS: Final = text(
    """
    SELECT day, slip, cash, destination, banked_at FROM cash_days
    WHERE community = :community AND day BETWEEN :first AND :cut_off ORDER BY day, slip
    """
)
_REFUNDED: Final = text(
    """
    SELECT coalesce(sum(amount), 0) FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
    WHERE journal_entries.community = :community AND kind = 'refund' AND amount > 0
      AND journal_entries.on_day BETWEEN :first AND :cut_off
    """
)
_PARKING: Final = text(
    """
    SELECT count(*) FILTER (WHERE checked_by <> '') AS days, count(*) FILTER (WHERE checked_by = '') AS waiting,
        coalesce(sum(free_passes) FILTER (WHERE checked_by <> ''), 0) AS free_passes,
        coalesce(sum(due) FILTER (WHERE checked_by <> ''), 0) AS due,
        coalesce(sum(received) FILTER (WHERE checked_by <> ''), 0) AS received,
        coalesce(sum(shortage) FILTER (WHERE checked_by <> ''), 0) AS shortage
    FROM parking_days WHERE community = :community AND day BETWEEN :first AND :cut_off
    """
)
_SERVICES: Final = text(
    """
    SELECT month, count(*) AS jobs, sum(service_fee) AS service_fee, sum(agency) AS agency,
        sum(collected) AS collected
    FROM service_gatherings WHERE community = :community AND month = ANY(:months) GROUP BY month
    """
)
_RECEIPTS: Final = text(
    """
    SELECT count(*) FILTER (WHERE state IN ('issued', 'reversed')) AS issued,
        count(*) FILTER (WHERE state = 'void') AS void, count(*) FILTER (WHERE state = 'red') AS red
    FROM receipts WHERE community = :community AND (issued_at AT TIME ZONE :tz)::date BETWEEN :first AND :cut_off
    """
)
_WHOLE: Final = Decimal(1)


def day_taken(day: date, methods: Mapping[str, Decimal]) -> DayTaken:
    """A day's line, its methods in the order in which every report has them."""
    order = {method: place for place, method in enumerate(PaymentMethod)}
    return DayTaken(
        day=day,
        methods=dict(sorted(methods.items(), key=lambda one: order.get(PaymentMethod(one[0]), 0))),
        total=sum(methods.values(), ZERO),
    )


def cash_taken(connection: Connection, asked: Asked, late: tuple[DayTaken, ...]) -> CashTaken:
    """Return what was taken by day and method, what was banked of it, and what is 在途.

    ``late`` is what earlier reports could not say (``late_entries.py``).
    """
    days: defaultdict[date, dict[str, Decimal]] = defaultdict(dict)
    for row in connection.execute(_BY_DAY, asked.values):
        days[row.on_day][row.method] = row.amount
    slips = tuple(CashSlip(**row) for row in connection.execute(_SLIPS, asked.values).mappings())
    taken = tuple(day_taken(day, days[day]) for day in sorted(days))
    return CashTaken(
        days=taken,
        late_entered=late,
        late_total=sum((day.total for day in late), ZERO),
        slips=slips,
        total=sum((day.total for day in taken), ZERO),
        refunded=connection.execute(_REFUNDED, asked.values).scalar_one(),
        in_transit=sum(
            (slip.cash for slip in slips if slip.destination == CashDestination.IN_TRANSIT and slip.banked_at is None),
            ZERO,
        ),
    )


def parking(connection: Connection, asked: Asked) -> Parking:
    """Return what attendants handed in and cashiers counted; the target is all of it (PKG-01)."""
    row = connection.execute(_PARKING, asked.values).one()
    rate = Rate(
        due=row.due,
        received=row.received,
        percent=percent(row.received, row.due),
        target=_WHOLE,
        met=meets(row.received, row.due, _WHOLE),
    )
    return Parking(days=row.days, free_passes=row.free_passes, shortage=row.shortage, waiting=row.waiting, rate=rate)


def months_of(period: ReportPeriod) -> tuple[str, ...]:
    """The period's months, such as ``2026-04``."""
    return tuple(f"{period.first.year}-{month:02}" for month in range(period.first.month, period.last.month + 1))


def services(connection: Connection, asked: Asked) -> tuple[MonthOfServices, ...]:
    """Return each month's paid services as they were gathered; a month of none has its line too (S4 4.3.2)."""
    months = months_of(asked.period)
    rows = connection.execute(_SERVICES, {"community": asked.community, "months": list(months)}).mappings()
    found = {row["month"]: MonthOfServices(**row) for row in rows}
    return tuple(found.get(month, MonthOfServices(month=month)) for month in months)


def receipts(connection: Connection, asked: Asked, tz: str) -> Receipts:
    """Return the receipts of the period by state, and every number of a book that has been passed over (§9.11)."""
    values = {**asked.values, "tz": tz}
    counted = connection.execute(_RECEIPTS, values).mappings().one()
    missing = missing_numbers(connection, asked.community, f"{asked.cut_off:%Y-%m}", tz)
    return Receipts(**counted, missing=missing)
