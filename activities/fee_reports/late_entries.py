"""补录 (§9.10, §18; own): money of a day whose report had been sent before it was entered, such as a bank's value date.

A report that was sent stays as it was, so the next one of its kind has the money on a line of its own: what all
reports say is what all days have taken. As with the 调整, what a later report has said is not said again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from activities.fee_reports.cash_figures import TAKEN, day_taken
from activities.fee_reports.movements import Asked
from activities.fee_reports.report import DayTaken
from workflows.rules.amounts import ZERO

_SENT: Final = text(
    """
    SELECT (body->>'first')::date AS first, (body->>'last')::date AS last, body->'cash'->'days' AS days,
        coalesce(body->'cash'->'late_entered', '[]') AS late_entered
    FROM fee_reports WHERE community = :community AND kind = :kind AND (body->>'last')::date < :first
    """
)
_NOW: Final = text(
    f"SELECT on_day, method, sum(amount) AS amount FROM ({TAKEN}) AS taken GROUP BY on_day, method"  # noqa: S608
)
LATE_LINES: Final = """
    SELECT 'payment' AS source, number AS reference, '' AS bill, account, '' AS unit, method AS item, on_day,
        least(amount, late - (so_far - amount)) AS amount
    FROM (
        SELECT payments.*, late.amount AS late,
            sum(payments.amount) OVER (PARTITION BY on_day, payments.method ORDER BY entry DESC) AS so_far
        FROM payments
        JOIN unnest(CAST(:late_days AS date[]), CAST(:late_methods AS text[]), CAST(:late_amounts AS numeric[]))
            AS late (day, method, amount) ON day = on_day AND late.method = payments.method
        WHERE community = :community
    ) AS entered
    WHERE so_far - amount < late"""
"""The payments that a day's and method's late money consists of: those that were entered last."""


class _Late(NamedTuple):
    day: date
    method: str


def late_entries(connection: Connection, asked: Asked) -> tuple[DayTaken, ...]:
    """Return by day what was entered too late for the earlier reports of this kind, and no later one has said."""
    values = {"community": asked.community, "kind": asked.period.kind, "first": asked.period.first}
    sent = connection.execute(_SENT, values).all()
    if not sent:
        return ()
    bounds = {"first": min(row.first for row in sent), "cut_off": max(row.last for row in sent)}
    late: defaultdict[_Late, Decimal] = defaultdict(lambda: ZERO)
    for row in connection.execute(_NOW, {"community": asked.community, **bounds}):
        if any(one.first <= row.on_day <= one.last for one in sent):
            late[_Late(row.on_day, row.method)] += row.amount
    for one in sent:
        for said, amount in _said((*one.days, *one.late_entered)):
            late[said] -= amount
    days: defaultdict[date, dict[str, Decimal]] = defaultdict(dict)
    for (day, method), amount in late.items():
        if amount:
            days[day][method] = amount
    return tuple(day_taken(day, days[day]) for day in sorted(days))


def in_columns(late: Iterable[DayTaken]) -> dict[str, list[Any]]:
    """The parameters of :data:`LATE_LINES`."""
    rows = [(one.day, method, amount) for one in late for method, amount in one.methods.items()]
    names = ("late_days", "late_methods", "late_amounts")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _said(days: Iterable[Mapping[str, Any]]) -> Iterable[tuple[_Late, Decimal]]:
    for one in days:
        for method, amount in one["methods"].items():
            yield _Late(date.fromisoformat(one["day"]), method), Decimal(amount)
