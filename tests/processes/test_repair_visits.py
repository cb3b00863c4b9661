"""Visits of a repair 上门: another trade, nobody at home, another time; RPR numbers are of docs/domain/scenarios.md."""

from tests.processes.case_under_test import CaseUnderTest, at
from tests.processes.centre import DESK, LEAD, SUPERVISOR, Centre, technician
from workflows.messages.clocks import Clock
from workflows.messages.records import RepairRecord
from workflows.messages.repair_policy import RepairPolicy

T1, T2 = technician("T001"), technician("T002")


async def clock_of(case: CaseUnderTest, name: str) -> Clock:
    return next(clock for clock in (await case.view()).clocks if clock.name == name)


async def running(case: CaseUnderTest) -> set[str]:
    return {clock.name for clock in (await case.view()).clocks}


def record_of(centre: Centre) -> RepairRecord:
    return centre.outside.forms(RepairRecord)[-1]


async def taken(centre: Centre, **how) -> CaseUnderTest:
    """A repair that T001 has taken."""
    case = await centre.dispatched(**how)
    await case.act(T1, "take")
    return case


async def test_rpr_05_a_plumber_who_finds_an_electrical_fault_is_followed_by_an_electrician_and_the_clock_counts_on(
    centre: Centre,
) -> None:
    case = await centre.report(policy=RepairPolicy(auto_dispatch=False), received="05-12 10:09:00", accepted_by=DESK)
    await case.wait_until("05-12 10:10:00")
    await case.act(DESK, "dispatch")
    await case.offered_to("T001")
    first = await clock_of(case, "arrival")
    await case.act(T1, "take")
    await case.act(T1, "arrive")
    await case.wait_until("05-12 10:30:00")
    assert await case.refusal_of(T1, "wrong_trade", trade="plumbing") == "same_trade"
    assert (await case.act(T1, "wrong_trade", trade="electrical", reason="热水器漏电")).state == "dispatched"
    await case.act(DESK, "dispatch")
    await case.offered_to("T002")
    arrival = await clock_of(case, "arrival")
    assert (arrival.started_at, arrival.due_at) == (first.started_at, first.due_at), "counts from 10:10"
    answer = await clock_of(case, "technician_answer")
    assert answer.started_at > at("05-12 10:30"), "the next technician has an answer clock of his own"
    assert (centre.outside.requests[-1].trade, centre.outside.requests[-1].declined) == ("electrical", ("T001",))
    await case.recorded("wrong_trade")
    assert record_of(centre).wrong_trades == 1
    assert centre.outside.told("repair_withdrawn") == [], "he knows it himself"
    await case.told("clock_breached", "role:engineering_lead")


async def test_rpr_08_two_visits_and_three_calls_in_vain_close_the_case_and_it_is_reopened_under_its_number(
    centre: Centre,
) -> None:
    case = await taken(centre, received="05-12 10:00:00")
    assert (await case.act(T1, "no_show", reason="敲门无人应")).state == "acknowledged"
    await case.told("customer_absent", "customer", "role:cs_assistant")
    assert {"reappointment", "finish"} <= await running(case)
    for _ in range(3):
        assert (await case.act(DESK, "call", answered=False)).state == "acknowledged"
    assert (await case.act(T1, "no_show")).state == "closed"
    await case.told("customer_given_up", "customer")
    await case.told("case_cancelled", "staff:T001")
    await case.has_orders("withdrawn")
    await case.recorded("given_up")
    assert (record_of(centre).closed_as, record_of(centre).no_shows) == ("given_up", 2)
    await case.wait_until("05-19 20:00:00")
    await case.reply("reopen", "我回来了")
    view = await case.becomes("dispatched")
    assert view.number == case.number
    assert record_of(centre).no_shows == 0, "counted anew"


async def test_a_customer_who_answers_the_telephone_is_not_given_up(centre: Centre) -> None:
    case = await taken(centre)
    for answered in (False, False, True, False):
        await case.act(DESK, "call", answered=answered)
    await case.act(T1, "no_show")
    assert (await case.act(T1, "no_show")).state == "acknowledged"
    assert (await case.act(DESK, "call", answered=False)).state == "acknowledged"
    assert (await case.act(DESK, "call", answered=False)).state == "closed"


async def test_nobody_is_given_up_in_an_emergency(centre: Centre) -> None:
    case = await centre.report("楼上爆管")
    await case.offered_to("T001")
    await case.act(T1, "take")
    for _ in range(3):
        await case.act(DESK, "call", answered=False)
    await case.act(T1, "no_show")
    assert (await case.act(T1, "no_show")).state == "acknowledged"


async def test_a_new_appointment_is_due_by_the_end_of_the_next_working_day(centre: Centre) -> None:
    case = await taken(
        centre, received="05-12 10:00:00", policy=RepairPolicy(finish=RepairPolicy().warranty_repair_start)
    )
    await case.act(T1, "no_show")
    await case.wait_until("05-14 00:00:05")
    await case.told("clock_breached", "role:cs_supervisor")
    await case.recorded("clock_breached")
    line = next(line for line in centre.outside.lines if line.event == "clock_breached")
    assert line.facts["clock"] == "reappointment"


async def test_a_new_appointment_sets_the_arrival_anew_and_is_told(centre: Centre) -> None:
    case = await taken(centre, received="05-12 10:00:00")
    await case.act(T1, "no_show")
    assert await case.refusal_of(DESK, "reschedule", appointment_at=at("05-11 09:00")) == "appointment_in_past"
    result = await case.act(DESK, "reschedule", appointment_at=at("05-14 09:00"), reason="客户周四在家")
    assert result.state == "acknowledged"
    assert (await clock_of(case, "arrival")).due_at == at("05-14 08:55")
    assert (await clock_of(case, "finish")).due_at == at("05-18 00:00"), "three days from the appointment"
    assert "reappointment" not in await running(case)
    await case.told("appointment_changed", "customer", "staff:T001")
    assert (await case.act(T1, "arrive")).state == "in_progress"


async def test_a_customer_names_another_time_himself(centre: Centre) -> None:
    case = await taken(centre, received="05-12 10:00:00")
    await case.reply("reschedule", "改到明天上午", appointment_at=at("05-13 09:30"))
    await case.told("appointment_changed", "customer", "staff:T001")
    assert (await clock_of(case, "arrival")).due_at == at("05-13 09:25")


async def test_a_time_that_has_passed_or_that_nobody_named_is_left_to_the_desk(centre: Centre) -> None:
    case = await taken(centre, received="05-12 10:00:00")
    await case.reply("reschedule", "改到昨天", appointment_at=at("05-11 09:30"))
    await case.reply("reschedule", "改天吧")
    await case.told("customer_replied", "role:cs_assistant", "role:cs_assistant")
    assert centre.outside.told("appointment_changed") == []


async def test_an_emergency_has_no_appointment(centre: Centre) -> None:
    case = await centre.report("楼上爆管")
    await case.offered_to("T001")
    assert await case.refusal_of(DESK, "reschedule", appointment_at=at("05-14 09:00")) == "emergency_cannot_wait"
    await case.reply("reschedule", "下午再来", appointment_at=at("05-13 09:30"))
    await case.told("customer_replied", "role:cs_assistant")


async def test_a_technician_who_has_been_there_and_is_replaced_is_not_asked_again(centre: Centre) -> None:
    case = await centre.in_progress()
    await case.act(LEAD, "dispatch", reason="技工受伤")
    await case.offered_to("T002")
    assert centre.outside.requests[-1].declined == ("T001",)


async def test_who_has_gone_and_refused_to_be_let_in_is_told_the_case_is_over(centre: Centre) -> None:
    case = await taken(centre)
    assert await case.refusal_of(T1, "refused_entry") == "reason_required"
    result = await case.act(
        DESK, "refused_entry", reason="不同意入户,漏水殃及楼下", signature="FJ-1", harms_others=True
    )
    assert result.state == "closed"
    await case.told("case_refused_entry", "customer", "role:site_manager")
    await case.told("repair_withdrawn", "staff:T001")
    await case.recorded("refused_entry")
    assert record_of(centre).closed_as == "refused_entry"
    await case.recorded("refused_entry")
    line = next(line for line in centre.outside.lines if line.event == "refused_entry")
    assert (line.facts["harms_others"], line.facts["signature"]) == ("yes", "FJ-1")


async def test_a_charge_refused_by_the_customer_on_site_harms_nobody_else(centre: Centre) -> None:
    case = await centre.in_progress()
    assert (await case.act(T1, "refused_entry", reason="客户不让继续施工")).state == "closed"
    await case.told("case_refused_entry", "customer")


async def test_what_is_not_a_repair_is_explained_and_closed(centre: Centre) -> None:
    case = await centre.report("想投诉保安")
    assert await case.refusal_of(DESK, "dismiss", to="转投诉") == "reason_required"
    assert (await case.act(DESK, "dismiss", to="转投诉", reason="已转投诉受理")).state == "closed"
    await case.told("case_dismissed", "customer")
    await case.recorded("dismissed")
    assert record_of(centre).closed_as == "dismissed"


async def test_the_desk_may_telephone_a_customer_at_any_time_before_acceptance_of_the_work(centre: Centre) -> None:
    case = await centre.completed()
    assert (await case.act(SUPERVISOR, "call", answered=True, reason="确认效果")).state == "completed"
    await case.recorded("called")
