"""How far back earlier repairs of the same fault are looked for 同类报修 (``docs/domain/repair.md``; own figures)."""

from datetime import datetime, time, timedelta

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.periods import Period
from workflows.rules.business_time import local
from workflows.rules.time_limits import is_counted_in_hours, same_day_of_month


def looking_back(since: datetime, period: Period, calendar: WorkingCalendar) -> datetime:
    """Return the instant from which on a case counts that lies at most ``period`` before ``since``.

    Hours to the minute; for days and months the corresponding day counts from 00:00 of the community's clock.
    Working days are counted as days: looking a little too far back does no harm.
    """
    begun = local(since, calendar.tz)
    if is_counted_in_hours(period):
        return begun - period.as_timedelta()
    if period.months:
        day = same_day_of_month(begun.date(), -period.months)
    else:
        day = begun.date() - timedelta(days=(period.days or 0) + period.working_days)
    return datetime.combine(day, time(), begun.tzinfo)
