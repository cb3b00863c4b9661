"""Temporal Schedules 定时任务: each quarter's cycle on the 25th at 00:30, each month's case on the 1st (S4 4.2.1.1).

Deployed as often as one likes: what a manager has paused stays paused, and after downtime what was missed is caught up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleBackfill,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from activities.connections.database import Database
from activities.records.policies import all_policies
from activities.records.reading import one_state
from workflows.messages.fee_opening import FeeOpeningStart, FeePeriodKind
from workflows.messages.fee_policy import FeePolicy
from workflows.messages.identifiers import FEE_OPENING_WORKFLOW, TaskQueue
from workflows.messages.policy import Policy

CATCHUP: Final = timedelta(days=90)
"""How long after downtime a missed opening still happens."""
_LAST_MONTHS: Final = [ScheduleRange(month) for month in (3, 6, 9, 12)]


@dataclass(frozen=True)
class Deployed:
    """A schedule that is in place; ``created`` is False for one that was there before."""

    id: str
    created: bool


def schedule_id(community: str, kind: FeePeriodKind) -> str:
    """The schedule's name, such as ``fees-cycle-YGHY``."""
    return f"fees-{kind}-{community}"


async def deploy_fee_schedules(client: Client, policies: Iterable[Policy]) -> list[Deployed]:
    """Put the schedules of every community that charges fees into place; idempotent."""
    return [await _deploy(client, policy, kind) for policy in policies if policy.fee.enabled for kind in FeePeriodKind]


def latest_policies(db: Database) -> list[Policy]:
    """The newest policy of each community that has one."""
    with one_state(db) as connection:
        return [versions[-1] for versions in all_policies(connection).values() if versions]


@dataclass(frozen=True)
class FeeSchedule:
    """A schedule as it stands: when it opens next, None for never, and why somebody has paused it."""

    id: str
    kind: FeePeriodKind
    next_at: datetime | None
    paused: bool
    note: str


async def fee_schedules(client: Client) -> list[FeeSchedule]:
    """Return the schedules of fees, by name."""
    found = []
    async for listed in await client.list_schedules():
        kind = next((kind for kind in FeePeriodKind if listed.id.startswith(schedule_id("", kind))), None)
        if kind is None or listed.info is None or listed.schedule is None:
            continue
        state, times = listed.schedule.state, listed.info.next_action_times
        found.append(FeeSchedule(listed.id, kind, times[0] if times else None, state.paused, state.note or ""))
    return sorted(found, key=lambda one: one.id)


async def backfill_schedule(client: Client, name: str, first: datetime, last: datetime) -> None:
    """Have a schedule open what it did not open between two days, both included; what is open stays as it is."""
    span = ScheduleBackfill(
        start_at=first - timedelta(seconds=1), end_at=last + timedelta(days=1), overlap=ScheduleOverlapPolicy.BUFFER_ALL
    )
    await client.get_schedule_handle(name).backfill(span)


async def _deploy(client: Client, policy: Policy, kind: FeePeriodKind) -> Deployed:
    schedule = _schedule(policy, kind)
    name = schedule_id(policy.community, kind)
    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:

        def keep_state(found: ScheduleUpdateInput) -> ScheduleUpdate:
            present = found.description.schedule
            present.action, present.spec, present.policy = schedule.action, schedule.spec, schedule.policy
            return ScheduleUpdate(schedule=present)

        await client.get_schedule_handle(name).update(keep_state)
        return Deployed(name, created=False)
    return Deployed(name, created=True)


def _schedule(policy: Policy, kind: FeePeriodKind) -> Schedule:
    """``BUFFER_ALL``: an opening takes seconds, and none of those that were missed is left out."""
    tz = policy.calendar.tz
    return Schedule(
        action=ScheduleActionStartWorkflow(
            FEE_OPENING_WORKFLOW,
            FeeOpeningStart(community=policy.community, kind=kind, tz=tz),
            id=schedule_id(policy.community, kind),
            task_queue=TaskQueue.CASES,
        ),
        spec=ScheduleSpec(calendars=[_calendar(policy.fee, kind)], time_zone_name=tz),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=CATCHUP),
    )


def _calendar(fee: FeePolicy, kind: FeePeriodKind) -> ScheduleCalendarSpec:
    if kind is FeePeriodKind.MONTH:
        return ScheduleCalendarSpec(
            day_of_month=[ScheduleRange(1)], hour=[ScheduleRange(0)], comment="每月1日开立收费月结"
        )
    at = fee.extraction_time
    return ScheduleCalendarSpec(
        month=_LAST_MONTHS,
        day_of_month=[ScheduleRange(fee.extraction_day)],
        hour=[ScheduleRange(at.hour)],
        minute=[ScheduleRange(at.minute)],
        comment="每季末月25日提取下季度应收",
    )
