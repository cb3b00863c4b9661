"""A quarter during which workers, Temporal and PostgreSQL are killed: nothing lost, doubled or skipped."""

import asyncio

import pytest

from activities.connections.keys import KeyRing
from tests.fees.course import Course, assert_billed_once
from tests.fees.machine import PATIENCE, Machine, quarter_on
from tests.fees.quarter import eventually
from workflows.messages.identifiers import Activity

CYCLE = (
    Activity.PLAN_CHUNKS, Activity.ASSESS_CHUNK, Activity.CLOSE_VERSION, Activity.REVIEW_TABLE, Activity.CORRECT_ROWS,
    Activity.ISSUE_BILLS, Activity.CYCLE_STANDING, Activity.LIST_OVERDUE,
)  # fmt: skip
DUNNING = (Activity.ISSUE_SHEET, Activity.REGISTER_SEAL, Activity.RECORD_DELIVERY, Activity.CLOSE_ARREARS)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_workers_killed_at_every_step_of_a_quarter_lose_and_double_nothing(
    machine: Machine, keyring: KeyRing, moment: str
):
    points = [f"{name} {moment}" for name in (*CYCLE, *DUNNING)]

    async def all_have_died() -> bool:
        return machine.deaths == len(points)

    async with quarter_on(machine, keyring, *points) as quarter:
        await Course(quarter).play()
        await eventually(all_have_died, PATIENCE)  # the last one dies after its effect
        assert_billed_once(quarter)
    fired = {path.name for path in machine.folder.iterdir()}
    assert {point.replace(" ", "_") for point in points} <= fired
    assert machine.deaths == len(points)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", ["temporal", "postgres"])
async def test_servers_killed_at_every_step_of_a_quarter_lose_and_double_nothing(
    machine: Machine, keyring: KeyRing, part: str
):
    class Blows(Course):
        async def blow(self) -> None:
            kill = machine.kill_temporal if part == "temporal" else machine.kill_postgres
            await asyncio.to_thread(kill)
            await machine.connected(keyring)

    async with quarter_on(machine, keyring) as quarter:
        await Blows(quarter).play()
        assert_billed_once(quarter)
    assert machine.deaths == 9
