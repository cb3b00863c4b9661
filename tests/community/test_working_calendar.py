"""Working days of 2026 as domain C5 lists them, and days announced since."""

from datetime import date, timedelta

from activities.connections.database import Database
from activities.records.working_calendar import announce_day, working_calendar
from workflows.messages.calendar import WorkingCalendar
from workflows.rules.working_days import is_loaded, is_working_day


def days(*ranges: tuple[int, int, int]) -> set[date]:
    """Days of 2026: (month, first, last)."""
    return {date(2026, month, day) for month, first, last in ranges for day in range(first, last + 1)}


HOLIDAYS_2026 = days((1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7))
MAKE_UP_2026 = days((1, 4, 4), (2, 14, 14), (2, 28, 28), (5, 9, 9), (9, 20, 20), (10, 10, 10))


def calendar_of(database: Database, *years: int) -> WorkingCalendar:
    with database.begin() as connection:
        return working_calendar(connection, years)


def test_every_day_of_2026_is_as_the_state_council_published_it(database: Database) -> None:
    calendar = calendar_of(database, 2026)
    for offset in range(365):
        day = date(2026, 1, 1) + timedelta(days=offset)
        worked = day in MAKE_UP_2026 or (day.weekday() < 5 and day not in HOLIDAYS_2026)
        assert is_working_day(day, calendar) is worked, day
    assert calendar.make_up_days == tuple(sorted(MAKE_UP_2026))
    assert calendar.years == (2026,)


def test_a_year_that_is_not_published_is_absent_and_falls_back_to_weekdays(database: Database) -> None:
    calendar = calendar_of(database, 2026, 2031)
    assert calendar.years == (2026,)
    assert not is_loaded(date(2031, 1, 1), calendar)
    assert is_working_day(date(2031, 1, 1), calendar)  # a Wednesday


def test_a_day_announced_later_outranks_the_published_calendar(database: Database) -> None:
    announce_day(database, date(2026, 5, 6), working=False, note="市政府通知")
    announce_day(database, date(2026, 5, 16), working=True, note="市政府通知")
    announce_day(database, date(2026, 5, 9), working=False, note="更正")
    announce_day(database, date(2026, 5, 4), working=True, note="更正")
    calendar = calendar_of(database, 2026)
    worked = [day for day in days((5, 1, 16)) if is_working_day(day, calendar)]
    assert sorted(day.day for day in worked) == [4, 7, 8, 11, 12, 13, 14, 15, 16]


def test_an_announcement_that_is_entered_again_is_replaced(database: Database) -> None:
    announce_day(database, date(2026, 5, 6), working=False, note="通知")
    announce_day(database, date(2026, 5, 6), working=True, note="撤回")
    assert is_working_day(date(2026, 5, 6), calendar_of(database, 2026))


def test_announced_days_of_an_unpublished_year_count_although_the_warning_stays(database: Database) -> None:
    announce_day(database, date(2031, 1, 1), working=False, note="元旦")
    calendar = calendar_of(database, 2031)
    assert not is_working_day(date(2031, 1, 1), calendar)
    assert not is_loaded(date(2031, 1, 1), calendar)


def test_a_calendar_holds_only_the_years_that_were_asked_for(database: Database) -> None:
    announce_day(database, date(2025, 5, 6), working=False, note="通知")
    assert all(day.year == 2026 for day in calendar_of(database, 2026).days_off)
    assert calendar_of(database).years == ()
