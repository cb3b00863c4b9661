"""When a period ends 期限 (C1–C5): hours run on; days, working days and months end at 24:00 of their last day."""

import calendar as months
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.periods import Period
from workflows.rules.business_time import local
from workflows.rules.working_days import nth_working_day_after


def deadline(start: datetime, period: Period, calendar: WorkingCalendar) -> datetime:
    """Return the instant at which the period that began at ``start`` is over, on the community's clock.

    Hours and minutes are added as they are. For days the starting day is not counted and the last day ends
    at 24:00, which is 00:00 of the next (C2, C4): ``P0D`` is the end of the same day. A month ends on the
    corresponding day, or on the month's last where there is none. No rolling: see ``working_days``.
    """
    begun = local(start, calendar.tz)
    if period.months:
        return end_of_day(same_day_of_month(begun.date(), period.months), calendar)
    if period.working_days:
        return end_of_day(nth_working_day_after(begun.date(), period.working_days, calendar), calendar)
    if period.days is not None:
        return end_of_day(begun.date() + timedelta(days=period.days), calendar)
    return begun + timedelta(hours=period.hours, minutes=period.minutes)


def is_counted_in_hours(period: Period) -> bool:
    """Whether the period is of hours and minutes, which pause to the minute (C8)."""
    return not period.months and not period.working_days and period.days is None


def end_of_day(day: date, calendar: WorkingCalendar) -> datetime:
    """Return 24:00 of the day on the community's clock."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(calendar.tz))


def last_day(ends_at: datetime, calendar: WorkingCalendar) -> date:
    """Return the day that a deadline of 24:00 belongs to."""
    return (local(ends_at, calendar.tz) - timedelta(microseconds=1)).date()


def same_day_of_month(day: date, count: int) -> date:
    """Return the corresponding day ``count`` months later, or that month's last day (民法典 §202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))
