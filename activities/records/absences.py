"""Who is on leave 请假: whom a roster's 《请假》 says to be away on a day."""

from datetime import date

from sqlalchemy import Connection, or_, select

from activities.records.community_tables import Absence


def on_leave(connection: Connection, community: str, on: date) -> frozenset[str]:
    """Return the codes of those who are away on that day; the day of return is a day at work."""
    away = select(Absence.staff).where(
        Absence.community == community, Absence.since <= on, or_(Absence.until.is_(None), Absence.until > on)
    )
    return frozenset(connection.scalars(away))
