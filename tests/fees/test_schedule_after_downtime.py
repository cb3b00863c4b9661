"""A schedule whose instant passes while Temporal is down: what it would have opened is opened when Temporal is back."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client, ScheduleCalendarSpec, ScheduleRange, ScheduleUpdate, ScheduleUpdateInput

from activities.connections.keys import KeyRing
from starters.schedules import deploy_fee_schedules, latest_policies, schedule_id
from tests.fees.machine import PATIENCE, Machine, quarter_on
from tests.fees.quarter import HOME, eventually
from workflows.messages.fee_opening import FeePeriodKind
from workflows.rules.business_time import local
from workflows.rules.fee_periods import quarter_asked_for

SOON = timedelta(seconds=6)
"""How far off the instant is: long enough for the schedule to know of it and for the server to go down before it."""


async def due_at(client: Client, moment: datetime) -> None:
    """Move the cycle's schedule to that instant; how it overlaps and catches up stays as it was deployed."""

    def move(found: ScheduleUpdateInput) -> ScheduleUpdate:
        present = found.description.schedule
        at = ScheduleCalendarSpec(
            second=[ScheduleRange(moment.second)], minute=[ScheduleRange(moment.minute)],
            hour=[ScheduleRange(moment.hour)], day_of_month=[ScheduleRange(moment.day)],
        )  # fmt: skip
        present.spec.calendars, present.spec.time_zone_name = [at], "UTC"
        return ScheduleUpdate(schedule=present)

    handle = client.get_schedule_handle(schedule_id(HOME, FeePeriodKind.CYCLE))
    await handle.update(move)

    async def known() -> bool:
        return (await handle.describe()).info.next_action_times[:1] == [moment]

    await eventually(known)


@pytest.mark.timeout(300)
async def test_what_fell_into_the_downtime_is_opened_once_afterwards(machine: Machine, keyring: KeyRing):
    async with quarter_on(machine, keyring) as quarter:
        await deploy_fee_schedules(quarter.client, [one for one in latest_policies(quarter.db) if one.fee.enabled])
        missed = datetime.now(UTC).replace(microsecond=0) + SOON
        await due_at(quarter.client, missed)
        machine.stop_temporal()
        assert datetime.now(UTC) < missed
        assert quarter.rows("SELECT count(*) FROM cases") == [(0,)]
        await asyncio.sleep((missed - datetime.now(UTC)).total_seconds() + 1)
        machine.start_temporal()
        await machine.connected(keyring)

        async def opened() -> bool:
            return bool(quarter.rows("SELECT number FROM cases WHERE kind = 'fee_cycle'"))

        await eventually(opened, PATIENCE)
        handle = quarter.client.get_schedule_handle(schedule_id(HOME, FeePeriodKind.CYCLE))
        told = (await handle.describe()).info
        assert (told.num_actions, told.num_actions_missed_catchup_window) == (1, 0)
        assert told.recent_actions[0].scheduled_at == missed
        assert told.recent_actions[0].started_at >= missed + timedelta(seconds=1)
        asked_for = quarter_asked_for(local(missed, "Asia/Shanghai").date())
        assert quarter.rows("SELECT level_label FROM cases WHERE kind = 'fee_cycle'") == [(asked_for.label,)]
