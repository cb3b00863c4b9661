"""Schedules that open the quarter's and the month's fees, on the real server (S4 4.2.1.1; docs/domain/fee-cycle.md)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client, RPCError, ScheduleBackfill, ScheduleOverlapPolicy, WorkflowExecutionDescription

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from starters.schedules import (
    CATCHUP,
    backfill_schedule,
    deploy_fee_schedules,
    fee_schedules,
    latest_policies,
    schedule_id,
)
from tests.processes.case_under_test import PATIENCE, at
from workers.assembly import build
from workflows.messages.fee_opening import FeePeriodKind
from workflows.messages.identifiers import LEVEL, CaseKind, TaskQueue
from workflows.messages.policy import Policy
from workflows.rules.case_numbers import case_number

HOME = "YGHY"
CYCLE, MONTH = FeePeriodKind.CYCLE, FeePeriodKind.MONTH


@pytest.fixture
async def policies(sample: Database, client: Client) -> AsyncIterator[list[Policy]]:
    """The sample's policies that charge fees; their schedules are taken away afterwards."""
    found = [one for one in latest_policies(sample) if one.fee.enabled]
    yield found
    for policy in found:
        for kind in FeePeriodKind:
            try:
                await client.get_schedule_handle(schedule_id(policy.community, kind)).delete()
            except RPCError:
                continue


@pytest.fixture
async def working(sample: Database, client: Client, keyring: KeyRing, tmp_path: Path) -> AsyncIterator[None]:
    """Workers on the real ledger."""
    url = sample.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, keys_file=tmp_path / "none")
    database = Database.connect(url, keyring, pool_size=20)
    workers = [build(queue, client, settings, database, keyring) for queue in TaskQueue]
    async with workers[0], workers[1], workers[2], workers[3]:
        yield
    database.close()


async def described(client: Client, number: str) -> WorkflowExecutionDescription:
    """Wait until the case runs."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await client.get_workflow_handle(number).describe()
        except RPCError:
            assert asyncio.get_running_loop().time() < until, "it was never opened"
            await asyncio.sleep(0.1)


async def backfill(client: Client, kind: FeePeriodKind, first: str, last: str) -> None:
    """Have a schedule make up for what it did not do between two instants of 2026."""
    span = ScheduleBackfill(start_at=at(first), end_at=at(last), overlap=ScheduleOverlapPolicy.BUFFER_ALL)
    await client.get_schedule_handle(schedule_id(HOME, kind)).backfill(span)


async def openings(client: Client, kind: FeePeriodKind) -> int:
    """How many openings the schedule has begun and ended."""
    query = f"TemporalScheduledById = '{schedule_id(HOME, kind)}' AND ExecutionStatus = 'Completed'"
    return (await client.count_workflows(query)).count


async def test_deploying_twice_changes_nothing_and_what_a_manager_paused_stays_paused(
    client: Client, policies: list[Policy]
) -> None:
    first = await deploy_fee_schedules(client, policies)
    assert first
    assert all(one.created for one in first)
    handle = client.get_schedule_handle(schedule_id(HOME, CYCLE))
    await handle.pause(note="年底对账")
    again = await deploy_fee_schedules(client, policies)
    assert [one.id for one in again] == [one.id for one in first]
    assert not any(one.created for one in again)
    state = (await handle.describe()).schedule.state
    assert (state.paused, state.note) == (True, "年底对账")


async def test_a_new_hour_of_the_policy_reaches_a_schedule_that_is_there(
    client: Client, policies: list[Policy]
) -> None:
    await deploy_fee_schedules(client, policies)
    later = [
        one.model_copy(update={"fee": one.fee.model_copy(update={"extraction_day": 26})})
        for one in policies
        if one.community == HOME
    ]
    await deploy_fee_schedules(client, later)
    times = (await client.get_schedule_handle(schedule_id(HOME, CYCLE)).describe()).info.next_action_times
    assert {one.astimezone(ZoneInfo("Asia/Shanghai")).day for one in times} == {26}


async def test_cyc_01_the_cycle_is_due_on_the_25th_at_half_past_midnight_in_shanghai_and_the_month_on_the_1st(
    client: Client, policies: list[Policy]
) -> None:
    await deploy_fee_schedules(client, policies)
    seen = {}
    for kind in FeePeriodKind:
        told = await client.get_schedule_handle(schedule_id(HOME, kind)).describe()
        times = [one.astimezone(ZoneInfo("Asia/Shanghai")) for one in told.info.next_action_times]
        assert times
        assert told.schedule.policy.catchup_window == CATCHUP >= timedelta(days=90)
        seen[kind] = times
    assert {f"{one:%d %H:%M}" for one in seen[CYCLE]} == {"25 00:30"}
    assert {one.month for one in seen[CYCLE]} <= {3, 6, 9, 12}
    assert {f"{one:%d %H:%M}" for one in seen[MONTH]} == {"01 00:00"}


@pytest.mark.usefixtures("working")
async def test_a_backfill_opens_the_quarter_that_the_schedule_meant_however_late_and_only_once(
    client: Client, policies: list[Policy], keyring: KeyRing
) -> None:
    """After downtime: the 25th of March asks for the second quarter, in the business time of today."""
    await deploy_fee_schedules(client, policies)
    number = case_number(CaseKind.FEE_CYCLE, keyring.case_number_key, "fee_cycle", f"{HOME}:2026Q2")
    await backfill(client, CYCLE, "03-24 12:00", "03-25 12:00")
    opened = await described(client, number)
    assert opened.typed_search_attributes.get(LEVEL) in (None, "2026年第二季度")
    view = await client.get_workflow_handle(number).query("view")
    assert abs(datetime.fromisoformat(view["now"]) - datetime.now(UTC)) < timedelta(minutes=5)
    while await openings(client, CYCLE) < 1:
        await asyncio.sleep(0.1)
    await backfill(client, CYCLE, "03-24 12:00", "03-25 12:00")
    while await openings(client, CYCLE) < 2:
        await asyncio.sleep(0.1)
    assert (await described(client, number)).run_id == opened.run_id


@pytest.mark.usefixtures("working")
async def test_a_backfill_over_three_months_opens_each_of_them(
    client: Client, policies: list[Policy], keyring: KeyRing
) -> None:
    await deploy_fee_schedules(client, policies)
    await backfill(client, MONTH, "03-31 12:00", "06-01 12:00")
    for month in ("2026-04", "2026-05", "2026-06"):
        number = case_number(CaseKind.FEE_MONTH, keyring.case_number_key, "fee_month", f"{HOME}:{month}")
        await described(client, number)


async def test_a_community_that_charges_no_fees_has_no_schedules(client: Client, policies: list[Policy]) -> None:
    off = [one.model_copy(update={"fee": one.fee.model_copy(update={"enabled": False})}) for one in policies]
    assert await deploy_fee_schedules(client, off) == []


async def test_schedules_are_listed_with_their_next_time_and_a_managers_pause(
    client: Client, policies: list[Policy]
) -> None:
    await deploy_fee_schedules(client, policies)
    name = schedule_id(HOME, CYCLE)
    await client.get_schedule_handle(name).pause(note="年底对账")

    async def paused() -> list[tuple[str, str]]:
        return [(one.id, one.note) for one in await fee_schedules(client) if one.paused]

    until = asyncio.get_running_loop().time() + PATIENCE
    while await paused() != [(name, "年底对账")]:  # the list lags behind
        assert asyncio.get_running_loop().time() < until
        await asyncio.sleep(0.1)
    seen = {one.id: one for one in await fee_schedules(client)}
    assert set(seen) == {schedule_id(one.community, kind) for one in policies for kind in FeePeriodKind}
    month = seen[schedule_id(HOME, MONTH)]
    assert month.next_at is not None
    assert month.next_at.astimezone(ZoneInfo("Asia/Shanghai")).day == 1


@pytest.mark.usefixtures("working")
async def test_a_day_that_is_made_up_for_opens_its_quarter(
    client: Client, policies: list[Policy], keyring: KeyRing
) -> None:
    await deploy_fee_schedules(client, policies)
    day = at("06-25 00:00")
    await backfill_schedule(client, schedule_id(HOME, CYCLE), day, day)
    await described(client, case_number(CaseKind.FEE_CYCLE, keyring.case_number_key, "fee_cycle", f"{HOME}:2026Q3"))
