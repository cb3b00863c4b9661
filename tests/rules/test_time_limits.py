"""When a period ends (docs/domain/time.md, C1–C5)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.periods import Period
from workflows.rules.time_limits import deadline, end_of_day, last_day, same_day_of_month
from workflows.rules.working_days import (
    is_loaded,
    is_working_day,
    nth_working_day_after,
    roll_following,
    roll_preceding,
    working_days_between,
)

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar(
    years=(2026,),
    days_off=(date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5), date(2026, 6, 19)),
    make_up_days=(date(2026, 5, 9),),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("05-12 10:00", "PT5M", "05-12 10:05"),
        ("04-30 17:40", "PT24H", "05-01 17:40"),  # REV-05: a holiday does not stop hours
        ("05-06 10:00", "PT48H", "05-08 10:00"),  # RPR-16
        ("02-27 09:00", "P3D", "03-03 00:00"),  # REV-06: 03-02 24:00
        ("05-12 16:00", "P7D", "05-20 00:00"),  # REV-23: 05-19 24:00
        ("05-12 16:00", "P0D", "05-13 00:00"),  # 急修: the same day
        ("03-14 12:00", "P1M", "04-15 00:00"),  # REV-08: 04-14 24:00
        ("01-31 12:00", "P1M", "03-01 00:00"),  # the month's last day where there is no 31st
        ("04-30 16:00", "P3B", "05-09 00:00"),  # CMP-01: working days 05-06, 07, 08
        ("05-08 16:00", "P1B", "05-10 00:00"),  # a Saturday that is made up for
    ],
)
def test_a_period_ends_when_the_business_says_it_does(start: str, period: str, end: str) -> None:
    assert deadline(at(start), Period.parse(period), CALENDAR) == at(end)


def test_a_deadline_is_found_on_the_communitys_clock_whatever_zone_the_start_was_in() -> None:
    late_evening_in_london = at("05-13 02:00").astimezone(ZoneInfo("Europe/London"))
    assert deadline(late_evening_in_london, Period.parse("P0D"), CALENDAR) == at("05-14 00:00")


@pytest.mark.parametrize("spelling", ["", "P", "PT", "5分钟", "P1M2D", "PT-5M", "P1DT1H", "1D"])
def test_a_misspelled_period_is_refused(spelling: str) -> None:
    with pytest.raises(ValidationError):
        Period.parse(spelling)


@given(
    st.one_of(
        st.builds(lambda n: f"P{n}D", st.integers(0, 400)),
        st.builds(lambda n: f"P{n}B", st.integers(1, 60)),
        st.builds(lambda n: f"P{n}M", st.integers(1, 24)),
        st.builds(lambda h, m: f"PT{h}H{m}M", st.integers(1, 99), st.integers(1, 59)),
    )
)
def test_a_period_is_read_back_from_its_own_spelling(spelling: str) -> None:
    period = Period.parse(spelling)
    assert Period.parse(str(period)) == period
    assert Period.model_validate_json(period.model_dump_json()) == period


def test_only_hours_and_minutes_have_a_fixed_length() -> None:
    assert Period.parse("PT1H30M").as_timedelta() == timedelta(minutes=90)
    with pytest.raises(ValueError, match="P3D"):
        Period.parse("P3D").as_timedelta()


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, st.integers(0, 30))
def test_counting_working_days_forward_and_back_agree(day: date, count: int) -> None:
    assert working_days_between(day, nth_working_day_after(day, count, CALENDAR), CALENDAR) == count


@given(DAYS)
def test_rolling_ends_on_a_working_day_and_leaves_one_alone(day: date) -> None:
    for rolled in (roll_following(day, CALENDAR), roll_preceding(day, CALENDAR)):
        assert is_working_day(rolled, CALENDAR)
        assert (rolled == day) == is_working_day(day, CALENDAR)
    assert roll_preceding(day, CALENDAR) <= day <= roll_following(day, CALENDAR)


@given(DAYS)
def test_the_end_of_a_day_belongs_to_that_day(day: date) -> None:
    assert last_day(end_of_day(day, CALENDAR), CALENDAR) == day


@given(DAYS, st.integers(0, 24))
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = same_day_of_month(day, months)
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_a_year_that_is_not_loaded_falls_back_to_monday_to_friday_and_can_be_told() -> None:
    assert is_working_day(date(2027, 5, 3), CALENDAR)
    assert not is_loaded(date(2027, 5, 3), CALENDAR)
    assert is_loaded(date(2026, 5, 4), CALENDAR)
