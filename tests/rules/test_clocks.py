"""Clocks: remind at 80 %, alert at 100 %, next level, pause, override (docs/domain/time.md, C6–C8)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.clocks import Clock, ClockRule, ClockStage
from workflows.messages.people import Role
from workflows.messages.periods import Period
from workflows.rules import clocks

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar(years=(2026,), days_off=(date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


def clock(limit: str, started: str, after: str = "P1B") -> Clock:
    rule = ClockRule(limit=Period.parse(limit), alert=(Role.CS_SUPERVISOR,), next_after=Period.parse(after))
    return clocks.start_clock("contact", "首次联系", rule, at(started), CALENDAR)


def stages(running: Clock, *instants: str) -> list[ClockStage | None]:
    seen = []
    for instant in instants:
        running, stage = clocks.ring(running, at(instant))
        seen.append(stage)
    return seen


def test_cmp_14_a_two_hour_clock_reminds_after_96_minutes_and_goes_up_at_the_end_of_the_next_working_day() -> None:
    running = clock("PT2H", "04-14 10:00")
    assert (running.remind_at, running.due_at, running.escalate_at) == (
        at("04-14 11:36"),
        at("04-14 12:00"),
        at("04-16 00:00"),
    )


def test_a_clock_rings_each_stage_once_and_in_order() -> None:
    assert stages(
        clock("PT5M", "05-12 10:00", after="PT30M"),
        "05-12 10:03", "05-12 10:04", "05-12 10:04", "05-12 10:05", "05-12 10:34", "05-12 10:35", "05-13 10:35",
    ) == [None, ClockStage.REMINDED, None, ClockStage.BREACHED, None, ClockStage.ESCALATED, None]  # fmt: skip


def test_a_worker_that_was_away_past_the_deadline_does_not_remind_of_what_is_already_missed() -> None:
    assert stages(clock("PT5M", "05-12 10:00"), "05-12 12:00", "05-12 12:00") == [ClockStage.BREACHED, None]


def test_a_paused_clock_does_not_ring() -> None:
    standing = clocks.pause(clock("PT5M", "05-12 10:00"), at("05-12 10:01"))
    assert clocks.next_ring(standing) is None
    assert clocks.ring(standing, at("05-20 10:00")) == (standing, None)


def test_an_hour_clock_moves_by_the_length_of_the_pause_and_its_reminder_with_it() -> None:
    standing = clocks.pause(clock("PT2H", "05-12 10:00"), at("05-12 11:00"))
    running = clocks.resume(standing, at("05-12 15:00"), CALENDAR)
    assert (running.due_at, running.remind_at) == (at("05-12 16:00"), at("05-12 15:36"))


def test_a_day_clock_keeps_its_unused_days_and_counts_them_anew_from_the_day_of_resuming() -> None:
    standing = clocks.pause(clock("P3D", "05-11 10:00"), at("05-12 11:00"))
    running = clocks.resume(standing, at("05-20 09:00"), CALENDAR)
    assert running.due_at == at("05-23 00:00"), "two days unused: 21st and 22nd"


def test_a_working_day_clock_counts_its_unused_working_days_anew() -> None:
    standing = clocks.pause(clock("P3B", "04-28 10:00"), at("04-29 11:00"))
    running = clocks.resume(standing, at("04-30 09:00"), CALENDAR)
    assert running.due_at == at("05-08 00:00"), "04-30 and 05-06 were unused; after 04-30 these are 05-06 and 05-07"


def test_a_missed_deadline_stays_missed_through_a_pause() -> None:
    missed, _ = clocks.ring(clock("PT5M", "05-12 10:00"), at("05-12 10:06"))
    resumed = clocks.resume(clocks.pause(missed, at("05-12 10:07")), at("05-12 11:00"), CALENDAR)
    assert clocks.is_breached(resumed)
    assert resumed.due_at == missed.due_at


def test_an_override_moves_the_reminder_and_rings_anew() -> None:
    missed, _ = clocks.ring(clock("PT5M", "05-12 10:00"), at("05-12 10:06"))
    moved = clocks.override(missed, at("05-12 11:00"), CALENDAR, at("05-12 10:10"))
    assert moved.stage is ClockStage.RUNNING
    assert clocks.next_ring(moved) == at("05-12 10:48")


def test_an_override_into_the_past_does_not_undo_a_miss() -> None:
    missed, _ = clocks.ring(clock("PT5M", "05-12 10:00"), at("05-12 10:06"))
    assert clocks.is_breached(clocks.override(missed, at("05-12 10:05"), CALENDAR, at("05-12 10:10")))


def test_the_earliest_deadline_of_those_that_run_is_the_cases() -> None:
    short, long = clock("PT5M", "05-12 10:00"), clock("PT2H", "05-12 10:00")
    assert clocks.earliest_due((long, short)) == short.due_at
    assert clocks.earliest_due((long, clocks.pause(short, at("05-12 10:01")))) == long.due_at
    assert clocks.earliest_due(()) is None


INSTANTS = st.timedeltas(timedelta(0), timedelta(300)).map(lambda since_new_year: at("01-01") + since_new_year)


@given(
    INSTANTS, st.sampled_from(["PT5M", "PT2H", "P0D", "P3D", "P2B", "P1M"]), st.timedeltas(timedelta(0), timedelta(40))
)
def test_a_clock_never_rings_before_its_time_and_always_in_order(
    started: datetime, limit: str, later: timedelta
) -> None:
    rule = ClockRule(limit=Period.parse(limit))
    running = clocks.start_clock("any", "任意", rule, started, CALENDAR)
    assert running.started_at <= running.remind_at <= running.due_at <= running.escalate_at
    now, seen = started + later, []
    while True:
        due = clocks.next_ring(running)
        running, stage = clocks.ring(running, now)
        if stage is None:
            break
        assert due is not None
        assert due <= now
        seen.append(stage)
    order = list(ClockStage)
    assert seen == sorted(seen, key=order.index)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(hours=2)), st.timedeltas(timedelta(0), timedelta(30)))
def test_the_time_left_on_an_hour_clock_is_the_same_before_and_after_a_pause(
    started: datetime, used: timedelta, away: timedelta
) -> None:
    running = clocks.start_clock("any", "任意", ClockRule(limit=Period(hours=3)), started, CALENDAR)
    paused_at = started + used
    resumed = clocks.resume(clocks.pause(running, paused_at), paused_at + away, CALENDAR)
    assert resumed.due_at - (paused_at + away) == running.due_at - paused_at


@pytest.mark.parametrize("limit", ["P3D", "P3B"])
def test_resuming_at_once_on_the_day_of_the_pause_changes_nothing(limit: str) -> None:
    running = clock(limit, "05-11 10:00")
    assert clocks.resume(clocks.pause(running, at("05-12 11:00")), at("05-12 12:00"), CALENDAR) == running
