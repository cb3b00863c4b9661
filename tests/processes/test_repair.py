"""The repair 报修, transition by transition; RPR numbers are those of docs/domain/scenarios.md."""

import inspect
from itertools import pairwise

import pytest

from tests.processes.case_under_test import at, eventually
from tests.processes.centre import CONTROL_ROOM, DESK, LEAD, SITE_MANAGER, SUPERVISOR, Centre, technician
from workflows.messages.people import Role
from workflows.messages.repair import RepairState
from workflows.messages.repair_policy import RepairPolicy
from workflows.processes.repair import Repair

T1, T2 = technician("T001"), technician("T002")
EMERGENCY_TOLD = ("role:control_room", "role:engineering_lead", "role:cs_supervisor", "role:site_manager")


async def test_a_repair_goes_from_the_report_to_the_closed_form(centre: Centre) -> None:
    case = await centre.report()
    assert await case.state() == "received"
    accepted = await case.act(DESK, "accept")
    assert accepted.state == "accepted"
    await case.offered_to("T001")
    assert (await case.act(T1, "take")).allowed == (
        "decline", "arrive", "no_show", "call", "reschedule", "refused_entry",
    )  # fmt: skip
    assert (await case.act(T1, "arrive")).state == "in_progress"
    assert (await case.act(T1, "complete", work_done="更换阀芯")).state == "completed"
    await case.reply("confirm")
    view = await case.becomes("closed")
    assert view.due_at is None
    await case.recorded("closed")
    assert centre.outside.events == [
        "reported", "accepted", "offered", "taken", "arrived", "work_started", "completed", "verified", "closed",
    ]  # fmt: skip


async def test_every_line_is_numbered_in_order_and_explains_the_change_of_state(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("confirm")
    await case.recorded("closed")
    lines = centre.outside.lines
    assert [line.sequence for line in lines] == list(range(1, len(lines) + 1))
    assert all(later.state_before == earlier.state for earlier, later in pairwise(lines))
    assert all(line.actor.role for line in lines)


async def test_only_the_first_batch_holds_who_reported(centre: Centre) -> None:
    case = await centre.completed()
    await case.recorded("completed")
    assert [batch.opening is not None for batch in centre.outside.batches].count(True) == 1
    assert centre.outside.batches[0].opening is not None
    assert all("13800000001" not in notice.model_dump_json() for notice in centre.outside.notices)


async def test_rpr_01_accepted_and_dispatched_within_five_minutes_each_is_in_time(centre: Centre) -> None:
    case = await centre.report(policy=RepairPolicy(auto_dispatch=False), received="05-12 10:00:00")
    await case.wait_until("05-12 10:04:50")
    await case.act(DESK, "accept")
    await case.wait_until("05-12 10:09:00")
    await case.act(DESK, "dispatch")
    view = await case.offered_to("T001")
    assert not view.breached
    assert "clock_breached" not in centre.outside.events


async def test_the_desk_is_reminded_after_four_fifths_of_the_five_minutes(centre: Centre) -> None:
    case = await centre.report(received="05-12 10:00:00")
    await case.wait_until("05-12 10:03:55")
    assert centre.outside.told("clock_reminder") == []
    await case.wait_until("05-12 10:04:05")
    await case.told("clock_reminder", "role:cs_assistant")


async def test_rpr_02_a_message_not_accepted_in_five_minutes_alerts_the_supervisor_and_can_still_be_accepted(
    centre: Centre,
) -> None:
    case = await centre.report(received="05-12 10:00:00")
    await case.wait_until("05-12 10:05:01")
    await case.told("clock_breached", "role:cs_supervisor", "role:control_room")
    assert (await case.view()).breached
    assert (await case.act(DESK, "accept")).state == "accepted"
    view = await case.offered_to("T001")
    assert view.breached, "a missed deadline stays missed"


async def test_the_site_manager_learns_of_a_message_still_waiting_at_the_end_of_the_next_working_day(
    centre: Centre,
) -> None:
    case = await centre.report(received="05-12 10:00:00")
    await case.wait_until("05-13 23:59:00")
    assert centre.outside.told("clock_escalated") == []
    await case.wait_until("05-14 00:00:01")
    await case.told("clock_escalated", "role:site_manager")


async def test_rpr_03_a_repair_as_soon_as_possible_is_due_15_minutes_after_dispatch(centre: Centre) -> None:
    case = await centre.report(policy=RepairPolicy(auto_dispatch=False), received="05-12 10:06:30", accepted_by=DESK)
    await case.wait_until("05-12 10:10:00")
    await case.act(DESK, "dispatch")
    view = await case.offered_to("T001")
    arrival = next(clock for clock in view.clocks if clock.name == "arrival")
    assert arrival.due_at.replace(microsecond=0, second=0) == at("05-12 10:25")


async def test_rpr_03_an_appointment_is_due_five_minutes_before_it(centre: Centre) -> None:
    case = await centre.dispatched(received="05-12 10:10:00", appointment="05-12 14:00")
    arrival = next(clock for clock in (await case.view()).clocks if clock.name == "arrival")
    assert arrival.due_at == at("05-12 13:55")


async def test_a_late_arrival_is_told_to_the_lead_and_to_the_customer(centre: Centre) -> None:
    case = await centre.dispatched(received="05-12 10:00:00")
    await case.act(T1, "take")
    await case.wait_until("05-12 10:15:10")
    await case.told("clock_breached", "role:engineering_lead")
    await case.told("arrival_delayed", "customer")
    assert (await case.act(T1, "arrive")).state == "in_progress"


async def test_a_technician_who_declines_is_followed_by_the_next_and_the_arrival_clock_keeps_its_start(
    centre: Centre,
) -> None:
    case = await centre.dispatched(received="05-12 10:00:00")
    before = next(clock for clock in (await case.view()).clocks if clock.name == "arrival")
    assert (await case.act(T1, "decline", reason="在另一户抢修")).state == "dispatched"
    view = await case.offered_to("T002")
    after = next(clock for clock in view.clocks if clock.name == "arrival")
    assert (after.started_at, after.due_at) == (before.started_at, before.due_at)
    await case.told("repair_offered", "staff:T001", "staff:T002")
    await case.recorded("declined")
    assert centre.outside.told("repair_dispatched") == [], "the customer is told a name only when it is certain"
    await case.act(T2, "take")
    await case.told("repair_dispatched", "customer")


async def test_a_technician_who_does_not_answer_in_five_minutes_is_followed_by_the_next(centre: Centre) -> None:
    case = await centre.dispatched(received="05-12 10:00:00")
    await case.wait_until("05-12 10:05:10")
    await case.offered_to("T002")
    await case.has_orders("missed", "offered")
    await case.told("repair_withdrawn", "staff:T001")
    assert await case.refusal_of(T1, "take") == "not_the_assignee"


async def test_after_two_misses_the_lead_assigns(centre: Centre) -> None:
    case = await centre.dispatched(received="05-12 10:00:00")
    await case.wait_until("05-12 10:05:05")
    await case.offered_to("T002")
    await case.wait_until("05-12 10:10:15")
    await case.told("nobody_available", "role:engineering_lead")
    view = await case.view()
    assert (view.state, view.assignee) == ("dispatched", "")
    await case.act(LEAD, "dispatch", technician="T003")
    await case.offered_to("T003")


async def test_when_nobody_is_on_duty_the_lead_is_told_and_assigns(centre: Centre) -> None:
    centre.outside.technicians = []
    case = await centre.report(accepted_by=DESK)
    await case.told("nobody_available", "role:engineering_lead")
    assert await case.state() == "accepted"
    await case.act(LEAD, "dispatch", technician="T009")
    await case.offered_to("T009")


async def test_the_desk_can_give_a_job_to_somebody_else_before_arrival(centre: Centre) -> None:
    case = await centre.dispatched()
    await case.act(T1, "take")
    await case.act(SUPERVISOR, "dispatch", technician="T003")
    await case.offered_to("T003")
    await case.has_orders("withdrawn", "offered")


async def test_an_emergency_is_told_and_dispatched_before_anybody_accepts_it(centre: Centre) -> None:
    case = await centre.report("楼上爆管,水从天花板喷水下来")
    view = await case.offered_to("T001")
    assert view.level == "emergency"
    await case.told("emergency", *EMERGENCY_TOLD)
    assert all(notice.emergency for notice in centre.outside.notices if notice.event == "emergency")
    assert centre.outside.requests[0].trade == "plumbing"


async def test_an_emergency_is_told_while_postgresql_is_down(centre: Centre) -> None:
    centre.outside.database_is_down = True
    case = await centre.report("厨房燃气泄漏")
    await case.told("emergency", *EMERGENCY_TOLD)
    assert centre.outside.batches == []


async def test_the_desk_cannot_make_a_hazard_an_ordinary_repair(centre: Centre) -> None:
    case = await centre.report("马桶堵塞反水")
    assert (await case.view()).level == "urgent"
    assert await case.refusal_of(DESK, "accept", repair_class="general") == "hazard_outranks"
    await case.act(DESK, "accept", repair_class="emergency")
    assert (await case.view()).level == "emergency"


async def test_rpr_16_a_free_job_is_accepted_by_default_after_48_hours(centre: Centre) -> None:
    case = await centre.completed(received="05-06 10:00:00")
    done = (await case.view()).now
    await case.wait_until("05-08 09:59:50")
    assert await case.state() == "completed"
    await case.wait_until("05-08 10:00:30")
    await case.becomes("closed")
    await case.recorded("closed")
    await case.recorded("verified")
    line = next(line for line in centre.outside.lines if line.event == "verified")
    assert (line.label, line.facts["how"]) == ("默认验收", "default")
    assert abs((line.at - done).total_seconds() - 48 * 3600) < 5


async def test_a_customer_who_refuses_the_work_sends_the_technician_back_to_it(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("reject", "还在滴水")
    view = await case.becomes("in_progress")
    assert view.assignee == "T001"
    assert (await case.act(T1, "complete", work_done="换整个龙头")).state == "completed"


async def test_a_closed_repair_is_reopened_within_seven_days_under_its_number(centre: Centre) -> None:
    case = await centre.completed(received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("closed")
    await case.wait_until("05-19 23:00:00")
    await case.reply("reopen", "又滴水了")
    view = await case.becomes("dispatched")
    assert view.number == case.number
    assert centre.outside.requests[-1].attempt == 2


async def test_a_repair_ends_when_its_reopen_window_is_over(centre: Centre) -> None:
    case = await centre.completed(received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("closed")
    await case.skipper.fast_forward(case.handle, at("05-20 00:01") - (await case.view()).now)
    outcome = await case.handle.result()
    assert (outcome.number, outcome.state) == (case.number, "closed")


async def test_a_customer_cancels_before_the_technician_is_there(centre: Centre) -> None:
    case = await centre.dispatched()
    await case.reply("cancel", "自己修好了")
    await case.becomes("closed")
    await case.told("case_cancelled", "customer", "staff:T001")
    await case.has_orders("withdrawn")


async def test_a_reply_that_the_state_does_not_provide_for_is_noted_and_told_to_the_desk(centre: Centre) -> None:
    case = await centre.in_progress()
    await case.reply("cancel", "不修了")
    await case.told("customer_replied", "role:cs_assistant")
    assert await case.state() == "in_progress"


async def test_a_second_extension_is_the_site_managers_and_none_goes_into_the_past(centre: Centre) -> None:
    case = await centre.in_progress(received="05-12 10:00:00")
    move = {"clock": "finish", "reason": "业主出差"}
    assert await case.refusal_of(SUPERVISOR, "move_deadline", due_at=at("05-12 09:00"), **move) == "deadline_in_past"
    await case.act(SUPERVISOR, "move_deadline", due_at=at("05-20 18:00"), **move)
    assert await case.refusal_of(SUPERVISOR, "move_deadline", due_at=at("05-25 18:00"), **move) == "beyond_authority"
    await case.act(SITE_MANAGER, "move_deadline", due_at=at("05-25 18:00"), **move)
    assert (await case.view()).due_at == at("05-25 18:00")


async def test_a_supervisor_moves_a_deadline_on_record_and_nobody_else_can(centre: Centre) -> None:
    case = await centre.in_progress(received="05-12 10:00:00")
    assert await case.refusal_of(DESK, "move_deadline", clock="finish", due_at=at("05-20 18:00")) == (
        "not_allowed_for_role"
    )
    assert await case.refusal_of(SUPERVISOR, "move_deadline", clock="revisit", due_at=at("05-20 18:00")) == (
        "unknown_clock"
    )
    await case.act(SUPERVISOR, "move_deadline", clock="finish", due_at=at("05-20 18:00"), reason="业主出差")
    assert (await case.view()).due_at == at("05-20 18:00")
    await case.wait_until("05-16 12:00:00")
    assert not (await case.view()).breached
    await case.wait_until("05-20 18:00:01")
    await case.told("clock_breached", "role:cs_supervisor")


async def test_a_notice_that_no_channel_takes_is_on_record(centre: Centre) -> None:
    centre.outside.no_channel_takes = {"repair_completed"}
    case = await centre.completed()
    await case.recorded("delivery_failed")
    await case.recorded("delivery_failed")
    line = next(line for line in centre.outside.lines if line.event == "delivery_failed")
    assert line.facts == {"event": "repair_completed", "recipient": "customer", "status": "failed"}


async def test_a_rejected_update_met_by_a_cold_worker_leaves_the_history_replayable(centre: Centre) -> None:
    case = await centre.in_progress(received="05-12 10:00:00")
    assert await case.refusal_of(DESK, "complete") == "not_allowed_for_role"
    await case.act(SUPERVISOR, "move_deadline", clock="finish", due_at=at("05-20 18:00"), reason="业主出差")
    await case.recorded("deadline_moved")
    assert (await case.view()).due_at == at("05-20 18:00")


async def test_whom_the_lead_names_while_somebody_is_being_looked_for_gets_the_job(centre: Centre) -> None:
    centre.outside.database_is_down = True
    case = await centre.report("厨房燃气泄漏")
    await eventually(lambda: centre.outside.refused_writes > 1)
    await case.act(LEAD, "dispatch", technician="T003")
    centre.outside.database_is_down = False
    await case.wait_until("05-12 10:01:00")
    await case.offered_to("T003")
    await case.has_orders("withdrawn", "offered")


async def test_work_refused_by_the_customer_is_a_visit_of_its_own_and_the_first_stays_on_record(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("reject", "还在滴水")
    await case.becomes("in_progress")
    await case.act(T1, "complete", work_done="换整个龙头")
    await case.has_orders("done", "done")
    assert [order.work_done for order in centre.outside.work_orders] == ["更换阀芯", "换整个龙头"]


async def test_a_technician_who_cannot_go_on_is_replaced_and_the_customers_arrival_clock_keeps_its_start(
    centre: Centre,
) -> None:
    case = await centre.in_progress(received="05-12 10:00:00")
    await case.act(LEAD, "dispatch", technician="T003", reason="技工受伤")
    view = await case.offered_to("T003")
    await case.has_orders("withdrawn", "offered")
    await case.told("repair_withdrawn", "staff:T001")
    arrival = next(clock for clock in view.clocks if clock.name == "arrival")
    assert arrival.started_at < at("05-12 10:01")


async def test_the_control_room_takes_down_what_the_technician_says_by_telephone(centre: Centre) -> None:
    case = await centre.dispatched()
    for action in ("take", "arrive", "complete"):
        await case.act(CONTROL_ROOM, action)
    await case.recorded("completed")
    assert {line.actor.role for line in centre.outside.lines if line.event in ("taken", "completed")} == {
        Role.CONTROL_ROOM
    }


async def test_a_case_without_anybody_on_duty_is_offered_again_when_the_next_shift_has_begun(centre: Centre) -> None:
    centre.outside.technicians = []
    case = await centre.report(accepted_by=DESK, received="05-12 08:21:00")
    await case.told("nobody_available", "role:engineering_lead")
    centre.outside.technicians = ["T001"]
    await case.wait_until("05-12 08:31:30")
    await case.offered_to("T001")
    assert centre.outside.told("nobody_available") == ["role:engineering_lead"]


async def test_an_appointment_moves_the_time_to_completion(centre: Centre) -> None:
    case = await centre.dispatched(received="05-12 10:00:00", appointment="05-18 09:00")
    finish = next(clock for clock in (await case.view()).clocks if clock.name == "finish")
    assert finish.due_at == at("05-22 00:00"), "three days from the appointment, not from the report"


async def test_words_of_danger_in_a_later_message_make_it_an_emergency(centre: Centre) -> None:
    case = await centre.dispatched()
    await case.reply("comment", "现在插座冒烟了")
    view = await case.comes_true(lambda seen: seen.level == "emergency", "emergency")
    await case.told("emergency", *EMERGENCY_TOLD)
    finish = next(clock for clock in view.clocks if clock.name == "finish")
    assert (finish.due_at - finish.started_at).total_seconds() == 2 * 3600


async def test_words_of_danger_do_not_wait_for_the_desk(centre: Centre) -> None:
    case = await centre.report("屋里味道很怪")
    await case.reply("comment", "是燃气泄漏!")
    await case.offered_to("T001")
    await case.told("emergency", *EMERGENCY_TOLD)


async def test_an_emergency_recognised_by_the_desk_is_told_as_one(centre: Centre) -> None:
    case = await centre.report("屋里味道很怪")
    await case.act(DESK, "accept", repair_class="emergency")
    await case.told("emergency", *EMERGENCY_TOLD)


async def test_a_number_that_is_not_the_reporters_decides_nothing(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("confirm", "好了", sender_phone="+8613900000002")
    await case.told("customer_replied", "role:cs_assistant")
    assert await case.state() == "completed"
    await case.reply("confirm", "好了", sender_phone="13800000001")
    await case.becomes("closed")


async def test_a_reopening_is_told_to_those_in_charge(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("confirm")
    await case.becomes("closed")
    await case.reply("reopen", "又漏了")
    await case.told("case_reopened", "customer", "role:engineering_lead", "role:cs_supervisor")


def test_every_state_that_a_repair_can_rest_in_has_a_step() -> None:
    steps = inspect.getsource(Repair.step)
    assert {state for state in RepairState if f"_S.{state.name}:" in steps} == set(RepairState)


@pytest.mark.parametrize("stage", ["received", "accepted", "dispatched", "acknowledged", "in_progress"])
async def test_the_desk_can_cancel_for_the_customer_until_the_work_is_done(centre: Centre, stage: str) -> None:
    if stage in ("received", "accepted"):
        case = await centre.report(policy=RepairPolicy(auto_dispatch=False))
        if stage == "accepted":
            await case.act(DESK, "accept")
    else:
        case = await centre.dispatched()
        for action in {"dispatched": (), "acknowledged": ("take",), "in_progress": ("take", "arrive")}[stage]:
            await case.act(T1, action)
    assert await case.state() == stage
    assert (await case.act(DESK, "cancel", reason="客户自行处理")).state == "closed"
    view = await case.view()
    assert (view.clocks, view.assignee, view.due_at) == ((), "", None)
    await case.recorded("cancelled")
    assert centre.outside.lines[-1].state_before == stage


async def test_nothing_can_be_cancelled_once_the_work_is_done(centre: Centre) -> None:
    case = await centre.completed()
    assert await case.refusal_of(DESK, "cancel") == "not_allowed_in_state"
