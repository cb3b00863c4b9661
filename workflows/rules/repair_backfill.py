"""Night jobs entered afterwards 补单: by when, and whether the true times kept the limits (S0 4.1.3; RPR-11)."""

from datetime import datetime, time, timedelta

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.clocks import ClockRule
from workflows.rules.business_time import local
from workflows.rules.time_limits import deadline


def backfill_due(called_at: datetime, by: str, calendar: WorkingCalendar) -> datetime:
    """Return by when a job is to be entered: the next such time of day after the call (``by`` such as ``09:30``)."""
    called = local(called_at, calendar.tz)
    due = datetime.combine(called.date(), time.fromisoformat(by), called.tzinfo)
    return due if due > called else due + timedelta(days=1)


def kept(rule: ClockRule, since: datetime, happened_at: datetime, calendar: WorkingCalendar) -> bool:
    """Whether what happened at its true time happened within the limit."""
    return happened_at <= deadline(since, rule.limit, calendar)
