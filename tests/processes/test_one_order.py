"""What a case says to Temporal does not depend on the order in which a cold worker hears of it (decision 0012)."""

import asyncio

import pytest

from tests.processes.case_under_test import CaseUnderTest
from tests.processes.centre import CONTROL_ROOM, DESK, Centre


async def called(case: CaseUnderTest, times: int) -> None:
    """A line of which nobody is told is written, and the worker has heard of it in a task that says nothing."""
    await case.act(DESK, "call", answered=True)
    await case.comes_true(lambda _: case.outside.events.count("called") == times, "on record")
    tasks = 0
    while tasks != (tasks := (await case.handle.describe()).history_length):
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("action", ["decline", "merge"])
async def test_an_action_that_asks_or_passes_on_something_comes_after_a_task_that_said_nothing(
    centre: Centre, action: str
) -> None:
    case = await centre.dispatched()
    await called(case, 1)
    if action == "decline":
        await case.act(CONTROL_ROOM, "decline", reason="在另一户")
        await case.offered_to("T002")
    else:
        await case.act(DESK, "merge", into="BX-7K3QM-9TXAB")
        await case.told("case_merged", "customer", "staff:T001")


async def test_an_emergency_that_the_desk_recognises_comes_after_a_task_that_said_nothing(centre: Centre) -> None:
    case = await centre.report("屋里味道很怪")
    await called(case, 1)
    await case.act(DESK, "accept", repair_class="emergency")
    await case.offered_to("T001")
    await called(case, 2)
