"""Working days 工作日 (C5): the State Council's calendar as data, Monday–Friday where a year is not loaded."""

from datetime import date, timedelta

from workflows.messages.calendar import WorkingCalendar

CALENDAR_NOT_LOADED = "日历未加载"
"""The visible warning of a deadline computed for a year without a calendar."""


def is_working_day(day: date, calendar: WorkingCalendar) -> bool:
    """Whether the day is worked: make-up days are, holidays are not, else Monday to Friday."""
    if day in calendar.make_up_days:
        return True
    return day.weekday() < 5 and day not in calendar.days_off


def is_loaded(day: date, calendar: WorkingCalendar) -> bool:
    """Whether the calendar knows the day's year; if not, show :data:`CALENDAR_NOT_LOADED`."""
    return day.year in calendar.years


def nth_working_day_after(day: date, count: int, calendar: WorkingCalendar) -> date:
    """Return the count-th working day after the day (which is not counted); count 0 is the day itself."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day, calendar):
            count -= 1
    return day


def working_days_between(start: date, end: date, calendar: WorkingCalendar) -> int:
    """Return how many working days lie after ``start`` up to and including ``end``."""
    return sum(is_working_day(start + timedelta(days=offset), calendar) for offset in range(1, (end - start).days + 1))


def roll_following(day: date, calendar: WorkingCalendar) -> date:
    """Return the day, or the next working day when it is not one (C3, periods that run against a customer)."""
    return day if is_working_day(day, calendar) else nth_working_day_after(day, 1, calendar)


def roll_preceding(day: date, calendar: WorkingCalendar) -> date:
    """Return the day, or the last working day before it (C3, staff deadlines 「…日前」)."""
    while not is_working_day(day, calendar):
        day -= timedelta(days=1)
    return day
