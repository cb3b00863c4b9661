"""The calendar of working days 工作日历 (C5): the State Council's, with the days announced since."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from activities.connections.database import Database
from activities.records.community_tables import CalendarOverride
from workflows.messages.calendar import WorkingCalendar


def working_calendar(connection: Connection, years: Iterable[int]) -> WorkingCalendar:
    """Return the working days of the years, as data that a start message can carry.

    A year that has not been published yet is absent from ``years`` of the result, so that deadlines in it show
    日历未加载; days announced for it by :func:`announce_day` count all the same.
    """
    wanted = sorted(set(years))
    published = {year: working for year in wanted if (working := _published(year)) is not None}
    working = {day: works for days in published.values() for day, works in days.items()}
    rows = connection.execute(select(CalendarOverride.day, CalendarOverride.working)).all()
    working |= {day: works for day, works in rows if day.year in wanted}
    return WorkingCalendar(
        years=tuple(published),
        days_off=tuple(sorted(day for day, works in working.items() if day.weekday() < 5 and not works)),
        make_up_days=tuple(sorted(day for day, works in working.items() if day.weekday() >= 5 and works)),
    )


def calendar_around(connection: Connection, day: date) -> WorkingCalendar:
    """Return the working days of the day's year and of the years beside it.

    What is entered late began last year at worst; what begins today can reach into next year.
    """
    return working_calendar(connection, range(day.year - 1, day.year + 2))


def announce_day(db: Database, day: date, *, working: bool, note: str) -> None:
    """Enter that a day is worked, or not, whatever the published calendar says; entered again, it is replaced.

    ``note`` names the announcement. Deadlines already computed do not move.
    """
    announced = insert(CalendarOverride).values(day=day, working=working, note=note)
    replacing = announced.on_conflict_do_update(
        index_elements=[CalendarOverride.day], set_={"working": working, "note": note}
    )
    with db.begin() as connection:
        connection.execute(replacing)


@cache
def _published(year: int) -> Mapping[date, bool] | None:
    """Return for each day of the year whether it is worked, or None where the year is not in the library."""
    first = date(year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]
    try:
        return {day: chinese_calendar.is_workday(day) for day in days}
    except NotImplementedError:
        return None
