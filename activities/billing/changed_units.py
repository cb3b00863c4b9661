"""Units whose facts or terms came while a table was under way 提取后变动的房号 (F7; ``docs/domain/fees.md``)."""

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection, text

from activities.ledger.billed_periods import Change
from workflows.messages.billing import QuarterJob, UnitRange
from workflows.messages.people import Actor, Role

_CHANGES: Final = text(
    """
    SELECT DISTINCT ON (unit COLLATE "C") unit, key, at, role, code, approved_by
    FROM (
        SELECT unit, key, id, entered_at AS at, entered_role AS role, entered_by AS code,
            array_remove(ARRAY[confirmed_by::text], '') AS approved_by
        FROM unit_facts WHERE community = :community AND entered_at >= :since
        UNION ALL
        SELECT unit, key, id, entered_at, 'cashier', entered_by, approved_by::text[]
        FROM fee_terms WHERE community = :community AND entered_at >= :since
    ) AS changes
    WHERE (:first = '' OR unit COLLATE "C" >= :first) AND (:until = '' OR unit COLLATE "C" < :until)
    ORDER BY unit COLLATE "C", at DESC, id DESC
    """
)
_MARGIN: Final = timedelta(days=1)
"""Clocks of two machines differ by less. A unit too many costs a look, one too few would cost money."""


def changed_units(connection: Connection, job: QuarterJob, chunk: UnitRange) -> list[Change]:
    """Return the newest change of each unit of the chunk that has changed since the day of extraction, by unit."""
    since = datetime.combine(job.extracted_on, time(), job.at.tzinfo) - _MARGIN
    asked = {"community": job.community, "since": since, "first": chunk.first, "until": chunk.until}
    return [
        Change(
            community=job.community,
            unit=row.unit,
            key=f"{job.quarter}:{row.key}",
            at=job.at,
            actor=Actor(role=Role(row.role), code=row.code),
            late_fee=job.late_fee,
            approved_by=tuple(row.approved_by),
        )
        for row in connection.execute(_CHANGES, asked)
    ]
