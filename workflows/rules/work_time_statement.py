"""The work-time statement 工时统计表 (S4 二.4; RPR-18): what a job is, its figures, and when the statement is due.

A job runs from the order, or from the reopening, to the completion that was not undone; work rejected by the customer
or in a revisit goes on with the same job. It belongs to the month of its completion. Durations are whole seconds.
"""

import calendar as months
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.notices import NoticeEvent
from workflows.messages.people import Trade
from workflows.messages.records import Suspension
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.repair_events import RepairEvent
from workflows.messages.repair_policy import RepairPolicy
from workflows.rules.work_time import net_seconds
from workflows.rules.working_days import nth_working_day_after

_DONE: Final = frozenset(
    {RepairState.COMPLETED, RepairState.VERIFIED, RepairState.AWAITING_REVISIT, RepairState.CLOSED}
)
_SHARE: Final = Decimal("0.0001")


@dataclass(frozen=True)
class WorkLine:
    """What the statement needs of one line of a record; ``clock`` is the one that the line is about, or ""."""

    at: datetime
    event: str
    state_before: str
    state: str
    clock: str = ""


@dataclass(frozen=True)
class RepairHistory:
    """What the statement needs of one repair: its lines in order, and who completed an order when."""

    case: str
    trade: str
    repair_class: str
    ordered_at: datetime
    lines: Sequence[WorkLine]
    suspensions: Sequence[Suspension] = ()
    completed_orders: Sequence[tuple[datetime, str]] = ()


@dataclass(frozen=True)
class Job:
    """One job 件: how long it took, gross and net of suspensions 挂起, and whether its finish limit was kept."""

    case: str
    trade: str
    technician: str
    repair_class: str
    ordered_at: datetime
    completed_at: datetime
    gross_seconds: int
    net_seconds: int
    in_time: bool


@dataclass(frozen=True)
class Figures:
    """The figures of some jobs; ``share_in_time`` is from 0 to 1 with four places."""

    jobs: int
    gross_median: int
    gross_longest: int
    net_median: int
    net_longest: int
    in_time: int
    share_in_time: Decimal


@dataclass(frozen=True)
class Group:
    """The figures of one trade, technician or class; ``label`` is what people call it."""

    code: str
    label: str
    figures: Figures


def statement_due(year: int, month: int, policy: RepairPolicy, calendar: WorkingCalendar) -> datetime:
    """Return when the statement of that month is due: the third working day of the next month, 18:00 (own)."""
    last_day = date(year, month, months.monthrange(year, month)[1])
    day = nth_working_day_after(last_day, policy.work_time_due.working_days, calendar)
    return datetime.combine(day, policy.work_time_due_at, ZoneInfo(calendar.tz))


def jobs_of(repair: RepairHistory) -> tuple[Job, ...]:
    """Return the finished jobs of a repair: one, and one more for each time it was reopened."""
    return tuple(
        _job(repair, ordered_at, completed_at, lines)
        for ordered_at, lines in _rounds(repair)
        if (completed_at := _completed_at(lines)) is not None
    )


def _rounds(repair: RepairHistory) -> Iterator[tuple[datetime, list[WorkLine]]]:
    """Yield the lines from the order, and from each reopening on."""
    ordered_at, lines = repair.ordered_at, list[WorkLine]()
    for line in repair.lines:
        if line.state_before == RepairState.CLOSED and line.state != RepairState.CLOSED:
            yield ordered_at, lines
            ordered_at, lines = line.at, []
        lines.append(line)
    yield ordered_at, lines


def _completed_at(lines: Sequence[WorkLine]) -> datetime | None:
    """Return the last completion; None where there is none, or the work went on after it."""
    completed_at = None
    for line in lines:
        if line.event == RepairEvent.COMPLETED:
            completed_at = line.at
        elif line.state not in _DONE:
            completed_at = None
    return completed_at


def _job(repair: RepairHistory, ordered_at: datetime, completed_at: datetime, lines: Iterable[WorkLine]) -> Job:
    by = [technician for at, technician in sorted(repair.completed_orders) if at <= completed_at]
    missed = any(line.event == NoticeEvent.CLOCK_BREACHED and line.clock == RepairClock.FINISH for line in lines)
    return Job(
        case=repair.case,
        trade=repair.trade,
        technician=by[-1] if by else "",
        repair_class=repair.repair_class,
        ordered_at=ordered_at,
        completed_at=completed_at,
        gross_seconds=net_seconds(ordered_at, completed_at, ()),
        net_seconds=net_seconds(ordered_at, completed_at, repair.suspensions),
        in_time=not missed,
    )


def figures_of(jobs: Sequence[Job]) -> Figures | None:
    """Return the figures of the jobs; None where there are none, because a median of nothing is not 0."""
    if not jobs:
        return None
    gross, net = sorted(job.gross_seconds for job in jobs), sorted(job.net_seconds for job in jobs)
    in_time = sum(job.in_time for job in jobs)
    return Figures(
        jobs=len(jobs),
        gross_median=_median(gross),
        gross_longest=gross[-1],
        net_median=_median(net),
        net_longest=net[-1],
        in_time=in_time,
        share_in_time=(Decimal(in_time) / len(jobs)).quantize(_SHARE, ROUND_HALF_UP),
    )


def _median(ordered: Sequence[int]) -> int:
    lower, upper = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return (lower + upper + 1) // 2


def by_trade(jobs: Iterable[Job]) -> tuple[Group, ...]:
    """Return the figures of each trade 工种."""
    return _groups(jobs, lambda job: job.trade, {trade.value: trade.label for trade in Trade})


def by_technician(jobs: Iterable[Job]) -> tuple[Group, ...]:
    """Return the figures of each technician 技工, by code."""
    return _groups(jobs, lambda job: job.technician, {})


def by_class(jobs: Iterable[Job]) -> tuple[Group, ...]:
    """Return the figures of each class 紧急程度, most urgent first."""
    return _groups(jobs, lambda job: job.repair_class, {one.value: one.label for one in RepairClass})


def _groups(jobs: Iterable[Job], of: Callable[[Job], str], labels: dict[str, str]) -> tuple[Group, ...]:
    groups: dict[str, list[Job]] = {code: [] for code in labels}
    for job in sorted(jobs, key=of):
        groups.setdefault(of(job), []).append(job)
    return tuple(
        Group(code=code, label=labels.get(code, code), figures=figures)
        for code, members in groups.items()
        if (figures := figures_of(members)) is not None
    )
