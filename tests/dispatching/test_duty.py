"""Which shift covers an instant: local time, past midnight, from and until."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.rules.duty import Shift, covers, holds

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = date(2026, 4, 15)
DAY = Shift(2, time(8, 30), time(17, 30), since=date(2026, 1, 1))
NIGHT = Shift(2, time(21), time(8, 30), since=date(2026, 1, 1))
ROUND_THE_CLOCK = Shift(2, time(0), time(0), since=date(2026, 1, 1))


def _at(day, hour, minute=0):
    return datetime(2026, 4, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("shift", "at", "covered"),
    [
        (DAY, _at(15, 8, 29), False),
        (DAY, _at(15, 8, 30), True),
        (DAY, _at(15, 17, 29), True),
        (DAY, _at(15, 17, 30), False),
        (DAY, _at(16, 12), False),
        (NIGHT, _at(15, 8), False),
        (NIGHT, _at(15, 21), True),
        (NIGHT, _at(16, 0), True),
        (NIGHT, _at(16, 8, 29), True),
        (NIGHT, _at(16, 8, 30), False),
        (NIGHT, _at(16, 21), False),
        (ROUND_THE_CLOCK, _at(14, 23, 59), False),
        (ROUND_THE_CLOCK, _at(15, 0), True),
        (ROUND_THE_CLOCK, _at(15, 23, 59), True),
        (ROUND_THE_CLOCK, _at(16, 0), False),
    ],
)
def test_a_shift_covers_its_start_and_not_its_end(shift, at, covered):
    assert covers(shift, at) is covered


def test_the_last_night_shift_runs_to_its_end():
    last = Shift(2, time(21), time(8, 30), since=date(2026, 1, 1), until=date(2026, 4, 16))

    assert covers(last, _at(16, 3))
    assert not covers(last, _at(22, 22))


def test_a_shift_that_begins_today_did_not_begin_yesterday():
    first = Shift(2, time(21), time(8, 30), since=date(2026, 4, 16))

    assert not covers(first, _at(16, 3))


def test_until_is_the_first_day_that_no_longer_counts():
    assert not holds(WEDNESDAY, None, WEDNESDAY - timedelta(days=1))
    assert holds(WEDNESDAY, None, WEDNESDAY)
    assert holds(WEDNESDAY, WEDNESDAY + timedelta(days=1), WEDNESDAY)
    assert not holds(WEDNESDAY, WEDNESDAY, WEDNESDAY)


@given(st.times(), st.times(), st.timedeltas(timedelta(0), timedelta(days=14)))
def test_a_day_shift_and_its_opposite_night_shift_cover_every_instant_once(starts, ends, after):
    assume(starts != ends)
    at = _at(1, 0) + after
    since = date(2026, 1, 1)
    week = [Shift(day, *times, since) for day in range(7) for times in ((starts, ends), (ends, starts))]

    assert sum(covers(shift, at) for shift in week) == 1
