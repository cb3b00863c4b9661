"""Shifts 当班 of the cash desk (S4 篇4.4; §9.11): money that is taken by hand belongs to somebody's open shift."""

from datetime import date, datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from activities.records.cash_tables import Shift


def open_shift(connection: Connection, community: str, staff: str, day: date, at: datetime) -> int:
    """Open the person's shift and return it; the one that is open already is the one."""
    opened = connection.scalar(
        insert(Shift)
        .values(community=community, staff=staff, day=day, opened_at=at)
        .on_conflict_do_nothing()
        .returning(Shift.id)
    )
    return opened or open_shift_of(connection, community, staff) or 0


def open_shift_of(connection: Connection, community: str, staff: str) -> int | None:
    """The person's open shift; None where there is none."""
    return connection.scalar(
        select(Shift.id).where(Shift.community == community, Shift.staff == staff, Shift.closed_at.is_(None))
    )
