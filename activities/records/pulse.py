"""How the service centre stands in numbers 运行指标: open and overdue cases, messages. No personal data."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from activities.connections.database import Database

_CASES = text(
    """
    SELECT community, kind, count(*) AS open,
        count(*) FILTER (WHERE due_at < :now) AS overdue,
        count(*) FILTER (WHERE due_at < :now AND assignee = '') AS overdue_unassigned
    FROM cases WHERE closed_at IS NULL GROUP BY community, kind ORDER BY community, kind
    """
)
_MESSAGES = text(
    """
    SELECT community, channel, status, count(*) AS messages FROM notifications
    WHERE at >= :since GROUP BY community, channel, status ORDER BY community, channel, status
    """
)
_LATE = text("SELECT count(*) FROM late_messages")


@dataclass(frozen=True)
class OpenCases:
    """The open cases of a kind, how many of them are past their due time, and of those how many nobody has."""

    community: str
    kind: str
    open: int
    overdue: int
    overdue_unassigned: int


@dataclass(frozen=True)
class Messages:
    """Messages of a channel since some instant, by what became of them."""

    community: str
    channel: str
    status: str
    messages: int


@dataclass(frozen=True)
class Pulse:
    """Everything at one instant."""

    cases: tuple[OpenCases, ...]
    messages: tuple[Messages, ...]
    late_messages: int


def take_pulse(db: Database, now: datetime, since: datetime) -> Pulse:
    """Return how things stand; messages are those since ``since``. Raises ``OperationalError`` without PostgreSQL."""
    with db.begin() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        return Pulse(
            cases=tuple(OpenCases(**row) for row in connection.execute(_CASES, {"now": now}).mappings()),
            messages=tuple(Messages(**row) for row in connection.execute(_MESSAGES, {"since": since}).mappings()),
            late_messages=connection.scalars(_LATE).one(),
        )
