"""Suspension of a repair 挂起 and its promised day; RPR numbers are those of docs/domain/scenarios.md."""

import pytest

from tests.processes.case_under_test import CaseUnderTest, at
from tests.processes.centre import DESK, LEAD, SUPERVISOR, Centre, technician
from workflows.messages.clocks import Clock
from workflows.messages.records import RepairRecord, Suspension

T1 = technician("T001")


async def clock_of(case: CaseUnderTest, name: str) -> Clock:
    return next(clock for clock in (await case.view()).clocks if clock.name == name)


async def test_rpr_06_a_part_is_promised_the_finish_clock_stands_still_and_the_day_missed_is_the_supervisors(
    centre: Centre,
) -> None:
    case = await centre.in_progress(received="05-11 10:00:00")
    result = await case.act(T1, "suspend", ground="parts", promised_on="2026-05-12", reason="等龙头")
    assert result.state == "suspended"
    assert (await clock_of(case, "finish")).paused_at is not None
    assert (await clock_of(case, "promise")).due_at == at("05-13 00:00"), "24:00 of the promised day"
    assert (await case.view()).due_at == at("05-13 00:00")
    await case.told("repair_suspended", "customer")
    assert centre.outside.notices[-1].facts["promised_on"] == "2026-05-12"
    await case.wait_until("05-12 23:59:00")
    assert not (await case.view()).breached
    await case.wait_until("05-13 00:00:05")
    await case.told("clock_breached", "role:cs_supervisor")
    assert await case.state() == "suspended"
    result = await case.act(SUPERVISOR, "suspend", ground="parts", promised_on="2026-05-16", reason="厂家延期")
    assert result.state == "suspended"
    assert (await clock_of(case, "promise")).due_at == at("05-17 00:00")
    await case.told("repair_suspended", "customer", "customer")
    assert (await case.act(T1, "resume")).state == "in_progress"
    finish = await clock_of(case, "finish")
    assert (finish.paused_at, finish.due_at) == (None, at("05-17 00:00")), "three days are counted anew from resuming"
    await case.told("repair_resumed", "customer")
    (suspension,) = centre.outside.forms(Suspension)
    assert (suspension.ground, suspension.promised_on.isoformat()) == ("parts", "2026-05-16")
    assert suspension.resumed_at is not None


@pytest.mark.parametrize(("day", "code"), [("2026-05-10", "promise_in_past"), ("2026-05-19", "beyond_authority")])
async def test_rpr_06_a_technician_promises_at_most_seven_days(centre: Centre, day: str, code: str) -> None:
    case = await centre.in_progress(received="05-11 10:00:00")
    assert await case.refusal_of(T1, "suspend", ground="parts", promised_on=day) == code
    assert await case.refusal_of(DESK, "suspend", ground="parts", promised_on=day) == code
    assert (await case.act(T1, "suspend", ground="parts", promised_on="2026-05-18")).state == "suspended"


async def test_rpr_06_more_than_seven_days_is_the_supervisors_to_promise(centre: Centre) -> None:
    case = await centre.in_progress(received="05-11 10:00:00")
    result = await case.act(SUPERVISOR, "suspend", ground="third_party", promised_on="2026-05-31", reason="厂家定制")
    assert result.state == "suspended"
    assert (await clock_of(case, "promise")).due_at == at("06-01 00:00")


async def test_rpr_18_time_from_order_to_completion_is_counted_net_of_suspensions(centre: Centre) -> None:
    case = await centre.in_progress(received="05-11 10:10:00")
    await case.wait_until("05-11 11:00:00")
    await case.act(T1, "suspend", ground="parts", promised_on="2026-05-12")
    await case.wait_until("05-12 15:00:00")
    await case.act(T1, "resume")
    await case.wait_until("05-12 16:40:00")
    await case.act(T1, "complete", work_done="更换阀芯")
    await case.recorded("completed")
    record = centre.outside.forms(RepairRecord)[-1]
    assert record.completed_at is not None
    gross = (record.completed_at - at("05-11 10:10")).total_seconds()
    assert round(gross / 60) == 30 * 60 + 30
    assert record.net_seconds is not None
    assert round(record.net_seconds / 60) == 2 * 60 + 30


async def test_a_suspended_repair_is_cancelled_by_the_desk_and_its_suspension_ends(centre: Centre) -> None:
    case = await centre.in_progress()
    await case.act(LEAD, "suspend", ground="owner", promised_on="2026-05-14")
    assert (await case.act(DESK, "cancel", reason="业主另请他人")).state == "closed"
    assert (await case.view()).clocks == ()
    await case.recorded("cancelled")
    assert centre.outside.forms(Suspension)[-1].resumed_at is not None


async def test_a_customer_cannot_cancel_what_waits_for_a_part_without_the_desk(centre: Centre) -> None:
    case = await centre.in_progress()
    await case.act(T1, "suspend", ground="parts", promised_on="2026-05-14")
    await case.reply("cancel", "不修了")
    await case.told("customer_replied", "role:cs_assistant")
    assert await case.state() == "suspended"


async def test_a_danger_does_not_wait_for_a_part(centre: Centre) -> None:
    case = await centre.in_progress(received="05-12 10:00:00")
    await case.act(T1, "suspend", ground="parts", promised_on="2026-05-14")
    await case.reply("comment", "现在水管爆了")
    view = await case.becomes("in_progress")
    assert view.level == "emergency"
    finish = await clock_of(case, "finish")
    assert finish.paused_at is None
    assert (finish.due_at - finish.started_at).total_seconds() == 2 * 3600


async def test_the_technician_is_reminded_before_the_promised_day_is_over(centre: Centre) -> None:
    case = await centre.in_progress(received="05-11 10:00:00")
    await case.act(T1, "suspend", ground="parts", promised_on="2026-05-12")
    await case.wait_until("05-12 20:00:00")
    await case.told("clock_reminder", "staff:T001")
