"""What happens to a case when workers are away, records refuse, or an administrator steps in."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.testing import TimeSkipper

from tests.processes.case_under_test import eventually
from tests.processes.centre import DESK, Centre, technician, workers
from workflows.messages.repair import RepairState


async def test_a_cancellation_that_is_there_before_the_first_step_ends_the_case_and_sends_nobody(
    client: Client, time_skipper: TimeSkipper
) -> None:
    centre = Centre(time_skipper)
    case = await centre.report("水管爆了")
    await case.reply("cancel", "关了总阀,不用来")
    async with workers(client, centre.outside):
        await case.becomes("closed")
        await case.recorded("cancelled")
        assert centre.outside.events == ["reported", "accepted", "cancelled"]
        assert centre.outside.requests == []


async def test_an_acceptance_that_is_there_before_the_first_step_stops_the_acceptance_clock(
    client: Client, time_skipper: TimeSkipper
) -> None:
    centre = Centre(time_skipper)
    case = await centre.report()
    accepting = asyncio.create_task(case.act(DESK, "accept"))
    async with workers(client, centre.outside):
        assert (await accepting).state == "accepted"
        view = await case.offered_to("T001")
        assert "acceptance" not in {clock.name for clock in view.clocks}
        await case.recorded("offered")
        assert centre.outside.events[:2] == ["reported", "accepted"]


async def test_an_action_that_meets_a_deadline_already_missed_does_not_hide_the_miss(
    client: Client, time_skipper: TimeSkipper
) -> None:
    centre = Centre(time_skipper)
    async with workers(client, centre.outside):
        case = await centre.report(received="05-12 10:00:00")
        await case.wait_until("05-12 10:04:58")
        left = await time_skipper.get_current_time(case.handle)
    while await time_skipper.get_current_time(case.handle) < left + timedelta(seconds=3):
        await asyncio.sleep(0.1)
    accepting = asyncio.create_task(case.act(DESK, "accept"))
    async with workers(client, centre.outside):
        await accepting
        await case.offered_to("T001")
        assert (await case.view()).breached
        await case.recorded("accepted")
        assert centre.outside.events.index("clock_breached") < centre.outside.events.index("accepted")


async def test_a_reopening_while_the_last_lines_are_being_written_is_not_lost(centre: Centre) -> None:
    case = await centre.completed(received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("closed")
    await case.recorded("closed")
    await case.wait_until("05-19 23:59:50")
    centre.outside.database_is_down = True
    await case.reply("comment", "谢谢")
    await eventually(lambda: centre.outside.refused_writes > 0)
    moving = asyncio.create_task(case.skipper.fast_forward(case.handle, 30.0))
    await case.comes_true(lambda view: view.waiting_for == "整理记录", "ending")
    await case.reply("reopen", "又漏了")
    await case.becomes("accepted")
    centre.outside.database_is_down = False
    await moving
    await case.comes_true(lambda view: view.state == "dispatched", "dispatched")


async def test_an_administrators_cancellation_is_on_record_and_told_before_the_case_ends(centre: Centre) -> None:
    case = await centre.in_progress()
    await case.handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await case.handle.result()
    assert (await case.handle.describe()).status is WorkflowExecutionStatus.CANCELED
    line = centre.outside.lines[-1]
    assert (line.event, line.state_before, line.state) == ("case_aborted", "in_progress", "closed")
    await case.has_orders("withdrawn")
    assert sorted(centre.outside.told("case_aborted")) == ["role:cs_supervisor", "staff:T001"]


async def test_a_record_that_says_something_else_is_told_to_a_person_and_the_customer_is_served_all_the_same(
    centre: Centre,
) -> None:
    centre.outside.number_is_anothers = True
    case = await centre.report(accepted_by=DESK)
    await case.told("record_conflict", "role:cs_supervisor")
    await case.offered_to("T001")
    for action in ("take", "arrive", "complete"):
        await case.act(technician("T001"), action)
    assert await case.state() == RepairState.COMPLETED
    assert centre.outside.lines == []


async def test_a_search_for_a_technician_that_fails_for_good_is_a_matter_for_the_lead(centre: Centre) -> None:
    centre.outside.offers_are_impossible = True
    case = await centre.report(accepted_by=DESK)
    await case.told("nobody_available", "role:engineering_lead")
    centre.outside.offers_are_impossible = False
    await case.act(DESK, "dispatch", technician="T002")
    await case.offered_to("T002")
