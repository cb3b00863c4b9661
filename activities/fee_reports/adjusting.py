"""调整 (§9.10, §18): what has changed since a report was sent stands in the next one; the one that was sent stays.

Payments that come after a report's cut-off are no change of it: they are the next period's 清欠.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from activities.fee_reports.detail import RECURRING
from activities.fee_reports.movements import PLACED, POSTED, Asked
from activities.fee_reports.report import AdjustedLine, Adjustment
from workflows.messages.ledger import FeeItem
from workflows.rules.amounts import ZERO
from workflows.rules.collection_rate import percent
from workflows.rules.fee_calendar import ReportKind, parse_period

_Key = tuple[str, str]
"""Account and item."""
_Pair = tuple[Decimal, Decimal]
"""Due and received, CNY."""
_SENT: Final = text(
    """
    SELECT period, body->'adjustments' AS adjustments, (body->'collection'->>'due')::numeric AS due,
        (body->'collection'->>'received')::numeric AS received, body->'collection'->>'percent' AS percent
    FROM fee_reports WHERE community = :community AND kind = :kind AND (body->>'last')::date < :first
    ORDER BY body->>'first'
    """
)
_FROZEN: Final = text(
    """
    SELECT line->>'account' AS account, line->>'item' AS item, (line->>'due')::numeric AS due,
        (line->>'received')::numeric AS received
    FROM fee_reports, jsonb_array_elements(body->'lines') AS line
    WHERE community = :community AND kind = :kind AND period = :period AND line->>'scope' = 'period'
        AND line->>'item' = ANY(:items)
    """
)


def _now(by: str) -> TextClause:
    """What reports that were sent would say today, by period and whatever else."""
    return text(
        f"""
        WITH {PLACED}, sent AS (
            SELECT * FROM unnest(CAST(:periods AS text[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
                AS sent (period_code, first, last)
        )
        SELECT {by}, sum(due) AS due, sum(received) AS received
        FROM placed JOIN sent ON NOT is_old_debt AND month BETWEEN first AND last AND item = ANY(:items)
        JOIN ({POSTED}) AS posted ON posted.bill = number AND (due <> 0 OR counted_on <= last)
        GROUP BY {by}
        """  # noqa: S608 - constants
    )


_TOTALS: Final = _now("period_code")
_LINES: Final = _now("account, item")


def adjustments(connection: Connection, asked: Asked) -> tuple[Adjustment, ...]:
    """Return what changed of every earlier report of this kind that was sent, beyond what a later one has said."""
    kind = asked.period.kind
    sent = connection.execute(_SENT, {"community": asked.community, "kind": kind, "first": asked.period.first}).all()
    if not sent:
        return ()
    periods = [parse_period(kind, row.period) for row in sent]
    values = {
        "community": asked.community,
        "cut_off": asked.cut_off,
        "items": list(RECURRING),
        "periods": [period.code for period in periods],
        "firsts": [period.first for period in periods],
        "lasts": [period.last for period in periods],
    }
    now = {row.period_code: (row.due, row.received) for row in connection.execute(_TOTALS, values)}
    made = []
    for row, period in zip(sent, periods, strict=True):
        said = _said_since(sent, row.period)
        known = _plus((row.due, row.received), _sum(said.values()))
        present = now.get(row.period, (ZERO, ZERO))
        if present != known:
            lines = _lines(connection, asked, period.code, (period.first, period.last), said)
            made.append(
                Adjustment(
                    period=row.period,
                    label=period.label,
                    due=present[0] - known[0],
                    received=present[1] - known[1],
                    percent_as_sent=row.percent,
                    percent_now=percent(present[1], present[0]),
                    lines=lines,
                )
            )
    return tuple(made)


def _said_since(sent: Iterable[Any], period: str) -> dict[_Key, _Pair]:
    """What later reports have already said of the period, by account and item."""
    said: dict[_Key, _Pair] = {}
    for row in sent:
        for adjustment in row.adjustments:
            if adjustment["period"] == period:
                for line in adjustment["lines"]:
                    key = (line["account"], line["item"])
                    pair = (Decimal(line["due"]), Decimal(line["received"]))
                    said[key] = _plus(said.get(key, (ZERO, ZERO)), pair)
    return said


def _lines(
    connection: Connection, asked: Asked, code: str, days: tuple[date, date], said: Mapping[_Key, _Pair]
) -> tuple[AdjustedLine, ...]:
    values = {"community": asked.community, "items": list(RECURRING)}
    frozen = connection.execute(_FROZEN, {**values, "kind": ReportKind(asked.period.kind), "period": code})
    known = {(row.account, row.item): (row.due, row.received) for row in frozen}
    for key, pair in said.items():
        known[key] = _plus(known.get(key, (ZERO, ZERO)), pair)
    one = {"cut_off": asked.cut_off, "periods": [code], "firsts": [days[0]], "lasts": [days[1]]}
    now = {(row.account, row.item): (row.due, row.received) for row in connection.execute(_LINES, {**values, **one})}
    changed = []
    for key in sorted({*known, *now}):
        due, received = now.get(key, (ZERO, ZERO))
        due_known, received_known = known.get(key, (ZERO, ZERO))
        if (due, received) != (due_known, received_known):
            changed.append(
                AdjustedLine(
                    account=key[0], item=FeeItem(key[1]), due=due - due_known, received=received - received_known
                )
            )
    return tuple(changed)


def _plus(one: _Pair, other: _Pair) -> _Pair:
    return one[0] + other[0], one[1] + other[1]


def _sum(pairs: Iterable[_Pair]) -> _Pair:
    total = (ZERO, ZERO)
    for pair in pairs:
        total = _plus(total, pair)
    return total
