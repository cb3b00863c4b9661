"""Night jobs entered afterwards 补单; numbers of docs/domain/scenarios.md."""

from datetime import datetime

from tests.processes.case_under_test import CaseUnderTest, at
from tests.processes.centre import CONTROL_ROOM, DESK, LEAD, Centre
from workflows.messages.records import RepairRecord, WorkOrder
from workflows.messages.repair import Backfill
from workflows.messages.selecting import RevisitSelection


async def entered(
    centre: Centre,
    *,
    entered_at: str = "04-12 08:40:00",
    arrived_at: datetime | None = None,
    completed_at: datetime | None = None,
    logged: bool = True,
    description: str = "厨房爆管",
) -> CaseUnderTest:
    """A burst pipe of the night, entered the next morning."""
    return await centre.report(
        description,
        received="04-11 23:40:00",
        entered=entered_at,
        accepted_by=DESK,
        backfill=Backfill(
            technician="T001",
            arrived_at=arrived_at or at("04-11 23:52"),
            completed_at=completed_at,
            work_done="关立管、换接头",
            logged=logged,
        ),
    )


async def test_rpr_11_a_night_job_is_entered_with_its_true_times_which_kept_the_limits(centre: Centre) -> None:
    centre.outside.selection = RevisitSelection(selected=True, rule="rep", overlays=("emergency",))
    case = await entered(centre, completed_at=at("04-12 00:35"))
    await case.becomes("completed")
    await case.recorded("backfilled")
    times = {line.event: line.at for line in centre.outside.lines}
    assert times["reported"] == at("04-11 23:40")
    assert times["arrived"] == at("04-11 23:52")
    assert times["completed"] == at("04-12 00:35")
    assert times["backfilled"] >= at("04-12 08:40")
    await case.recorded("backfilled")
    line = next(line for line in centre.outside.lines if line.event == "backfilled")
    assert line.facts["in_time"] == "yes"
    assert not (await case.view()).breached, "arrival within 15 minutes, done within two hours"
    assert centre.outside.requests == [], "nobody is sent any more"
    assert centre.outside.told("emergency") == []
    record, order = centre.outside.forms(RepairRecord)[-1], centre.outside.forms(WorkOrder)[-1]
    assert (record.backfilled, record.net_seconds, record.completed_at) == (True, 55 * 60, at("04-12 00:35"))
    assert (order.technician, order.outcome, order.arrived_at) == ("T001", "done", at("04-11 23:52"))
    await case.told("repair_completed", "customer")
    await case.recorded("selected_for_revisit")
    (asked,) = centre.outside.selections_asked
    assert (asked.completed_at, asked.mandatory, asked.overlays) == (at("04-12 00:35"), "emergency", ("emergency",))
    assert asked.barred == ("T001",)


async def test_a_night_job_that_came_late_has_missed_its_limits_when_it_missed_them(centre: Centre) -> None:
    case = await entered(centre, arrived_at=at("04-12 00:10"), completed_at=at("04-12 02:35"))
    await case.recorded("backfilled")
    assert (await case.view()).breached
    missed = {line.facts["clock"]: line.at for line in centre.outside.lines if line.event == "clock_breached"}
    assert missed == {"arrival": at("04-11 23:55"), "finish": at("04-12 01:40")}
    assert centre.outside.told("clock_breached") == []


async def test_a_night_job_entered_after_half_past_nine_says_so(centre: Centre) -> None:
    case = await entered(centre, entered_at="04-12 10:00:00", completed_at=at("04-12 00:35"))
    await case.recorded("backfilled")
    assert next(line for line in centre.outside.lines if line.event == "backfilled").facts["in_time"] == "no"


async def test_a_night_job_that_is_not_done_yet_goes_on(centre: Centre) -> None:
    case = await entered(centre)
    view = await case.becomes("in_progress")
    assert view.assignee == "T001"
    assert (await case.act(CONTROL_ROOM, "complete", work_done="白天换管")).state == "completed"


async def test_a_free_night_job_is_accepted_by_default_two_days_after_its_entry(centre: Centre) -> None:
    case = await entered(centre, completed_at=at("04-12 00:35"), description="走廊灯不亮")
    await case.becomes("completed")
    await case.wait_until("04-14 08:39:00")
    assert await case.state() == "completed", "not before the customer was told two days ago"
    await case.wait_until("04-14 08:40:10")
    await case.becomes("closed")


async def test_what_the_control_rooms_log_does_not_bear_out_waits_for_the_lead(centre: Centre) -> None:
    case = await entered(centre, completed_at=at("04-12 00:35"), logged=False)
    await case.told("backfill_unproven", "role:engineering_lead")
    assert await case.state() == "received"
    assert await case.refusal_of(DESK, "accept") == "backfill_unproven"
    assert (await case.act(LEAD, "confirm_backfill", reason="监控可见")).state == "completed"
    await case.recorded("backfilled")
    assert centre.outside.forms(RepairRecord)[-1].backfilled


async def test_a_night_job_that_was_never_done_is_closed(centre: Centre) -> None:
    case = await entered(centre, completed_at=at("04-12 00:35"), logged=False)
    await case.told("backfill_unproven", "role:engineering_lead")
    assert (await case.act(LEAD, "refuse_backfill", reason="查无此事")).state == "closed"
    await case.told("backfill_refused", "role:cs_assistant")
    await case.recorded("backfill_refused")
    assert centre.outside.forms(RepairRecord)[-1].closed_as == "backfill_refused"
    assert centre.outside.told("repair_completed") == []


async def test_nobody_reviews_what_is_not_entered_afterwards(centre: Centre) -> None:
    case = await centre.report()
    assert await case.refusal_of(LEAD, "confirm_backfill") == "no_backfill_to_review"
