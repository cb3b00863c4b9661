"""Duty 值班: which weekly shift covers an instant (``docs/domain/roles.md``; S0 4.1.3, S4 二.1)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

DUTY_ZONE: Final = "Asia/Shanghai"
"""The clock by which rotas are written (C1)."""


@dataclass(frozen=True)
class Shift:
    """A weekly duty: Monday is 0; ``ends`` not after ``starts`` runs past midnight into the next day.

    It begins on days from ``since`` on and before ``until``, and the last one begun runs to its end.
    """

    weekday: int
    starts: time
    ends: time
    since: date
    until: date | None = None


def holds(since: date, until: date | None, day: date) -> bool:
    """Whether a post or a shift of these dates holds on ``day``: from ``since`` on, and before ``until``."""
    return since <= day and (until is None or day < until)


def covers(shift: Shift, at: datetime) -> bool:
    """Whether the shift is being worked at ``at``, local time; its start counts and its end does not."""
    return any(_covers_begun_on(shift, day, at) for day in (at.date(), at.date() - timedelta(days=1)))


def _covers_begun_on(shift: Shift, day: date, at: datetime) -> bool:
    if day.weekday() != shift.weekday or not holds(shift.since, shift.until, day):
        return False
    begins = datetime.combine(day, shift.starts, at.tzinfo)
    ends = datetime.combine(day, shift.ends, at.tzinfo)
    if shift.ends <= shift.starts:
        ends += timedelta(days=1)
    return begins <= at < ends
