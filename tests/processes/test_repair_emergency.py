"""Emergencies of a repair 应急: the lift, the second person, what to say; numbers of docs/domain/scenarios.md."""

import pytest

from tests.processes.case_under_test import CaseUnderTest, at
from tests.processes.centre import CONTROL_ROOM, DESK, LEAD, Centre, technician
from workflows.messages.clocks import Clock
from workflows.messages.records import RepairRecord

T1 = technician("T001")
TOLD_WHAT_TO_DO = ("customer", "role:cs_assistant", "role:control_room")


async def clock_of(case: CaseUnderTest, name: str) -> Clock:
    return next(clock for clock in (await case.view()).clocks if clock.name == name)


async def running(case: CaseUnderTest) -> set[str]:
    return {clock.name for clock in (await case.view()).clocks}


async def test_rpr_12_a_lift_contractor_who_is_not_there_in_half_an_hour_is_a_matter_for_119_and_the_site_manager(
    centre: Centre,
) -> None:
    case = await centre.report("电梯困人,3号楼", received="05-12 08:00:00")
    await case.offered_to("T001")
    assert (await clock_of(case, "lift_contractor")).due_at == at("05-12 08:30")
    await case.wait_until("05-12 08:29:00")
    assert centre.outside.told("lift_rescue_late") == []
    await case.wait_until("05-12 08:30:01")
    await case.told("lift_rescue_late", "role:control_room", "role:site_manager")
    assert all(notice.emergency for notice in centre.outside.notices if notice.event == "lift_rescue_late")
    assert (await case.view()).breached
    assert "contractor_arrived" in (await case.act(CONTROL_ROOM, "call", answered=True)).allowed
    await case.act(CONTROL_ROOM, "contractor_arrived")
    assert "lift_contractor" not in await running(case)
    assert await case.refusal_of(CONTROL_ROOM, "contractor_arrived") == "no_contractor_awaited"


async def test_rpr_12_a_lift_contractor_in_time_is_on_record(centre: Centre) -> None:
    case = await centre.report("电梯困人", received="05-12 08:00:00")
    await case.offered_to("T001")
    await case.wait_until("05-12 08:20:00")
    await case.act(CONTROL_ROOM, "contractor_arrived")
    await case.wait_until("05-12 08:31:00")
    await case.recorded("contractor_arrived")
    assert centre.outside.told("lift_rescue_late") == []


async def test_a_second_person_is_sent_to_an_emergency_within_five_minutes_or_the_lead_is_alerted(
    centre: Centre,
) -> None:
    case = await centre.report("楼上爆管", received="05-12 10:00:00")
    await case.offered_to("T001")
    assert await case.refusal_of(LEAD, "send_second", technician="T001") == "same_person"
    assert await case.refusal_of(LEAD, "send_second", technician=" ") == "unknown_technician"
    await case.act(T1, "take")
    await case.wait_until("05-12 10:05:05")
    await case.told("clock_breached", "role:engineering_lead")
    assert (await case.act(LEAD, "send_second", technician="T002")).state == "acknowledged"
    assert "second_person" not in await running(case)
    await case.told("second_person_sent", "staff:T002")
    await case.recorded("second_sent")
    assert centre.outside.forms(RepairRecord)[-1].second_technician == "T002"


@pytest.mark.parametrize(
    ("words", "hazard"), [("厨房燃气泄漏", "gas"), ("楼上爆管", "burst_pipe"), ("电梯困人", "lift_entrapment")]
)
async def test_the_customer_and_the_desk_are_told_what_to_do_until_help_comes(
    centre: Centre, words: str, hazard: str
) -> None:
    case = await centre.report(words)
    await case.told("emergency_script", *TOLD_WHAT_TO_DO)
    assert {n.facts["hazard"] for n in centre.outside.notices if n.event == "emergency_script"} == {hazard}


async def test_a_fire_has_no_script_of_ours(centre: Centre) -> None:
    case = await centre.report("配电箱着火")
    await case.offered_to("T001")
    assert centre.outside.told("emergency_script") == []


async def test_words_of_danger_later_on_start_the_clocks_of_an_emergency(centre: Centre) -> None:
    case = await centre.dispatched()
    await case.reply("comment", "有人困在电梯里了")
    await case.told("emergency_script", *TOLD_WHAT_TO_DO)
    assert {"second_person", "lift_contractor"} <= await running(case)


async def test_an_emergency_inside_a_home_never_waits_for_a_quote(centre: Centre) -> None:
    case = await centre.report("楼上爆管", inside=True)
    await case.offered_to("T001")
    await case.act(T1, "take")
    assert (await case.act(T1, "arrive")).state == "in_progress"


async def test_an_emergency_done_has_no_clocks_left(centre: Centre) -> None:
    case = await centre.report("电梯困人")
    await case.offered_to("T001")
    await case.act(T1, "take")
    await case.act(T1, "arrive")
    await case.act(T1, "complete")
    assert await running(case) == set()


async def test_a_late_arrival_at_an_emergency_is_the_site_managers_after_fifteen_minutes(centre: Centre) -> None:
    case = await centre.report("楼上爆管", received="05-12 10:00:00")
    await case.offered_to("T001")
    await case.act(T1, "take")
    await case.act(LEAD, "send_second", technician="T002")
    await case.wait_until("05-12 10:15:10")
    await case.told("clock_breached", "role:site_manager")
    await case.wait_until("05-12 10:45:20")
    await case.told("clock_escalated", "role:company_manager")


async def test_a_late_arrival_at_an_urgent_repair_is_the_site_managers_after_thirty_minutes(centre: Centre) -> None:
    case = await centre.dispatched(description="马桶堵塞", received="05-12 10:00:00")
    await case.act(T1, "take")
    await case.wait_until("05-12 10:20:00")
    assert centre.outside.told("clock_breached") == []
    await case.wait_until("05-12 10:30:10")
    await case.told("clock_breached", "role:site_manager")


@pytest.mark.parametrize(
    ("words", "due"), [("厨房水龙头滴水", "05-16 00:00"), ("马桶堵塞", "05-13 00:00"), ("楼上爆管", "05-12 12:00")]
)
async def test_a_repair_that_takes_too_long_is_the_supervisors(centre: Centre, words: str, due: str) -> None:
    case = await centre.report(words, received="05-12 10:00:00", accepted_by=DESK)
    await case.offered_to("T001")
    await case.act(T1, "take")
    await case.act(T1, "arrive")
    if words == "楼上爆管":
        await case.act(LEAD, "send_second", technician="T002")
    finish = await clock_of(case, "finish")
    assert finish.due_at.replace(second=0, microsecond=0) == at(due)
    await case.skipper.fast_forward(case.handle, (finish.due_at - (await case.view()).now).total_seconds() + 1)
    await case.told("clock_breached", "role:cs_supervisor")


async def test_words_of_danger_after_the_work_was_done_send_the_technician_back(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("comment", "插座又冒烟了")
    view = await case.becomes("in_progress")
    assert (view.level, view.assignee) == ("emergency", "T001")
    await case.told("rework_ordered", "staff:T001", "role:engineering_lead")
    await case.recorded("hazard_reported")


async def test_words_of_danger_do_not_wait_for_a_new_appointment(centre: Centre) -> None:
    case = await centre.dispatched()
    await case.act(T1, "take")
    await case.act(T1, "no_show")
    await case.reply("comment", "我在路上,邻居说水管爆了")
    await case.comes_true(lambda view: view.level == "emergency", "emergency")
    assert "reappointment" not in await running(case)
    arrival = await clock_of(case, "arrival")
    assert (arrival.due_at - arrival.started_at).total_seconds() == 15 * 60
