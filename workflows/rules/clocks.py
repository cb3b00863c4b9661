"""Clocks 时限时钟 (C6–C8): the one mechanism of every deadline — remind, alert, next level, pause, override.

A clock is a value; every function returns a new one. A process holds the clocks that run, asks for the next
instant at which one rings, and acts on what :func:`ring` says.
"""

from datetime import date, datetime, timedelta
from typing import Final

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.clocks import Clock, ClockRule, ClockStage
from workflows.rules.business_time import local
from workflows.rules.time_limits import deadline, end_of_day, is_counted_in_hours, last_day
from workflows.rules.working_days import nth_working_day_after, working_days_between

_NEXT_STAGE: Final = {
    ClockStage.RUNNING: ClockStage.REMINDED,
    ClockStage.REMINDED: ClockStage.BREACHED,
    ClockStage.BREACHED: ClockStage.ESCALATED,
}


def start_clock(
    name: str,
    label: str,
    rule: ClockRule,
    started_at: datetime,
    calendar: WorkingCalendar,
    *,
    due_at: datetime | None = None,
) -> Clock:
    """Return a clock that runs from ``started_at``; ``due_at`` is given where an appointment sets the deadline."""
    due = due_at or deadline(started_at, rule.limit, calendar)
    clock = Clock(name=name, label=label, rule=rule, started_at=started_at, due_at=due, remind_at=due, escalate_at=due)
    return _aligned(clock, calendar)


def _aligned(clock: Clock, calendar: WorkingCalendar) -> Clock:
    """Set the reminder and the next level by the deadline: a moved deadline moves its reminder (C7)."""
    span = max(clock.due_at - clock.started_at, timedelta())
    after = clock.rule.next_after
    return clock.model_copy(
        update={
            "remind_at": clock.started_at + span * clock.rule.remind_share,
            "escalate_at": deadline(clock.due_at, after, calendar),
        }
    )


def next_ring(clock: Clock) -> datetime | None:
    """Return the instant at which the clock next rings; None while it is paused or when it has nothing more to say."""
    if clock.paused_at is not None:
        return None
    match clock.stage:
        case ClockStage.RUNNING:
            return min(clock.remind_at, clock.due_at)
        case ClockStage.REMINDED:
            return clock.due_at
        case ClockStage.BREACHED:
            return clock.escalate_at
        case ClockStage.ESCALATED:
            return None


def ring(clock: Clock, now: datetime) -> tuple[Clock, ClockStage | None]:
    """Return the clock after its next ring, with the stage that it reached, or None when it is not yet time.

    Called again until it returns None, so that a worker that was away misses no stage.
    """
    at = next_ring(clock)
    if at is None or now < at:
        return clock, None
    stage = _NEXT_STAGE[clock.stage]
    if stage is ClockStage.REMINDED and now >= clock.due_at:
        stage = ClockStage.BREACHED
    return clock.model_copy(update={"stage": stage}), stage


def is_breached(clock: Clock) -> bool:
    """Whether the deadline was missed."""
    return clock.stage in (ClockStage.BREACHED, ClockStage.ESCALATED)


def pause(clock: Clock, at: datetime) -> Clock:
    """Return the clock standing still from ``at`` (allowed only in a 挂起 state, with reason and promised date)."""
    return clock if clock.paused_at is not None else clock.model_copy(update={"paused_at": at})


def resume(clock: Clock, at: datetime, calendar: WorkingCalendar) -> Clock:
    """Return the clock running again (C8).

    An hour clock's deadline moves by the length of the pause. A day or working-day clock keeps its unused days
    and counts them anew from the day of resuming, which is not counted.
    """
    if clock.paused_at is None:
        return clock
    running = clock.model_copy(update={"paused_at": None})
    if is_breached(clock) or clock.paused_at >= clock.due_at:
        return running
    if is_counted_in_hours(clock.rule.limit):
        pause_length = at - clock.paused_at
        moved = running.model_copy(
            update={"started_at": clock.started_at + pause_length, "due_at": clock.due_at + pause_length}
        )
        return _aligned(moved, calendar)
    return _aligned(running.model_copy(update={"due_at": _unused_days_from(clock, at, calendar)}), calendar)


def _unused_days_from(clock: Clock, at: datetime, calendar: WorkingCalendar) -> datetime:
    assert clock.paused_at is not None  # noqa: S101 - resume() has looked
    paused_on, ends_on = _day_of(clock.paused_at, calendar), last_day(clock.due_at, calendar)
    resumed_on = _day_of(at, calendar)
    if clock.rule.limit.working_days:
        unused = working_days_between(paused_on, ends_on, calendar)
        return end_of_day(nth_working_day_after(resumed_on, unused, calendar), calendar)
    return end_of_day(resumed_on + (ends_on - paused_on), calendar)


def _day_of(instant: datetime, calendar: WorkingCalendar) -> date:
    return local(instant, calendar.tz).date()


def override(clock: Clock, due_at: datetime, calendar: WorkingCalendar, now: datetime) -> Clock:
    """Return the clock with a deadline that an authorised person has set; it rings anew where that lies ahead."""
    moved = _aligned(clock.model_copy(update={"due_at": due_at, "moved": clock.moved + 1}), calendar)
    if now >= due_at:
        return moved
    return moved.model_copy(update={"stage": ClockStage.REMINDED if now >= moved.remind_at else ClockStage.RUNNING})


def earliest_due(clocks: tuple[Clock, ...]) -> datetime | None:
    """Return the earliest deadline of the clocks that run, missed ones included; None when none runs."""
    return min((clock.due_at for clock in clocks if clock.paused_at is None), default=None)
