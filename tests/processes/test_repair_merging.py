"""Duplicates of a repair 并单, and what the records know of the fault; numbers of docs/domain/scenarios.md."""

import pytest

from tests.processes.case_under_test import CaseUnderTest, at, eventually
from tests.processes.centre import CALENDAR_2026, DESK, Centre, technician
from workflows.messages.background import CaseBackground
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.records import RepairRecord
from workflows.messages.repair_policy import RepairPolicy
from workflows.rules.repair_background import looking_back

T1 = technician("T001")


def deliver(centre: Centre) -> None:
    """Let words reach the cases that they are for."""

    async def post(word: PassedOn) -> None:
        await centre.skipper.client.get_workflow_handle(word.to).signal("hear", word)

    centre.outside.post = post


def told_of(centre: Centre, event: str, case: CaseUnderTest) -> list[str]:
    return [
        notice.recipient.key
        for notice in centre.outside.notices
        if notice.event == event and notice.case == case.number
    ]


async def test_rpr_09_wife_and_husband_report_the_same_leak_and_both_are_informed(centre: Centre) -> None:
    deliver(centre)
    wife = await centre.report("厨房漏水", received="05-12 10:00:00", accepted_by=DESK)
    await wife.offered_to("T001")
    centre.outside.background = CaseBackground(possible_duplicates=(wife.number,), same_faults=2)
    husband = await centre.report("厨房漏水", received="05-12 12:00:00", accepted_by=DESK)
    await husband.offered_to("T001")
    await eventually(lambda: told_of(centre, "duplicate_suspected", husband) == ["role:cs_assistant"])
    result = await husband.act(DESK, "merge", into=wife.number, reason="同一户同一故障")
    assert result.state == "closed"
    await eventually(lambda: sorted(told_of(centre, "case_merged", husband)) == ["customer", "staff:T001"])
    await eventually(lambda: "joined" in [line.event for line in centre.outside.lines_of(wife.number)])
    await wife.act(T1, "take")
    both = ["customer", f"customer:{husband.number}"]
    await eventually(lambda: sorted(told_of(centre, "repair_dispatched", wife)) == both)
    await wife.act(T1, "arrive")
    await wife.act(T1, "complete")
    await eventually(lambda: sorted(told_of(centre, "repair_completed", wife)) == both)
    await husband.reply("reject", "还在漏")
    await wife.becomes("in_progress")
    assert await husband.state() == "closed"
    records = [
        form
        for batch in centre.outside.batches
        if batch.header.number == husband.number
        for form in batch.forms
        if isinstance(form, RepairRecord)
    ]
    assert (records[-1].closed_as, records[-1].merged_into) == ("merged", wife.number)


async def test_rpr_21_a_second_visitor_s_broken_street_lamp_is_merged_by_its_place(centre: Centre) -> None:
    deliver(centre)
    first = await centre.report("路灯不亮", unit="P-LAMP-07", received="05-12 19:00:00", accepted_by=DESK)
    await first.offered_to("T001")
    second = await centre.report("路灯坏了", unit="P-LAMP-07", received="05-12 21:00:00")
    assert (await second.act(DESK, "merge", into=first.number)).state == "closed"
    await eventually(lambda: "joined" in [line.event for line in centre.outside.lines_of(first.number)])
    assert {request.unit for request in centre.outside.recalled} == {"P-LAMP-07"}


async def test_a_case_into_which_nothing_can_be_merged_any_more_leaves_the_other_as_it_was(centre: Centre) -> None:
    case = await centre.dispatched(received="05-12 10:00:00")
    before = await case.view()
    centre.outside.deaf = {"BX-7K3QM-9TXAB"}
    assert (await case.act(DESK, "merge", into="BX-7K3QM-9TXAB")).state == "closed"
    view = await case.becomes("dispatched")
    await case.recorded("merge_failed")
    assert (view.assignee, {c.name for c in view.clocks}) == ("T001", {c.name for c in before.clocks})
    assert {c.due_at for c in view.clocks} == {c.due_at for c in before.clocks}
    assert (await case.act(T1, "take")).state == "acknowledged"
    assert centre.outside.told("case_merged") == []


async def test_a_report_that_waits_for_acceptance_waits_on_when_it_cannot_be_merged(centre: Centre) -> None:
    case = await centre.report(received="05-12 10:00:00")
    centre.outside.deaf = {"BX-7K3QM-9TXAB"}
    await case.act(DESK, "merge", into="BX-7K3QM-9TXAB")
    await case.recorded("merge_failed")
    view = await case.becomes("received")
    assert [clock.name for clock in view.clocks] == ["acceptance"]


async def test_a_closed_case_takes_nobodys_place(centre: Centre) -> None:
    deliver(centre)
    closed = await centre.completed()
    await closed.reply("confirm")
    await closed.becomes("closed")
    case = await centre.dispatched()
    await case.act(T1, "take")
    await case.act(DESK, "merge", into=closed.number)
    await eventually(lambda: "merge_failed" in [line.event for line in centre.outside.lines_of(case.number)])
    await case.comes_true(lambda view: view.state == "dispatched" and bool(view.assignee), "dispatched anew")


@pytest.mark.parametrize("into", ["", "HF-7K3QM-9TXAB", "same"])
async def test_a_repair_is_merged_only_into_another_repair(centre: Centre, into: str) -> None:
    case = await centre.dispatched()
    assert await case.refusal_of(DESK, "merge", into=case.number if into == "same" else into) == "not_a_repair"


async def test_a_case_that_has_taken_others_in_is_not_merged_itself(centre: Centre) -> None:
    case = await centre.dispatched()
    await case.hear(CaseWord.MERGED, "BX-7K3QM-9TXAB")
    await case.recorded("joined")
    assert await case.refusal_of(DESK, "merge", into="BX-AAAAA-AAAAA") == "has_merged_cases"


async def test_what_the_customer_of_a_merged_case_says_is_heard_by_the_case_that_goes_on(centre: Centre) -> None:
    case = await centre.dispatched()
    await case.act(DESK, "merge", into="BX-7K3QM-9TXAB")
    await case.told("case_merged", "customer", "staff:T001")
    await case.reply("comment", "什么时候来")
    await eventually(lambda: [word.word for word in centre.outside.words] == ["merged", "reply_forwarded"])
    word = centre.outside.words[-1]
    assert word.reply is not None
    assert (word.to, word.reply.text) == ("BX-7K3QM-9TXAB", "什么时候来")


async def test_when_the_case_that_goes_on_is_over_the_merged_one_is_opened_again_by_its_customer(
    centre: Centre,
) -> None:
    case = await centre.dispatched()
    await case.act(DESK, "merge", into="BX-7K3QM-9TXAB")
    await case.told("case_merged", "customer", "staff:T001")
    centre.outside.deaf = {"BX-7K3QM-9TXAB"}
    await case.reply("reopen", "又漏了")
    await case.offered_to("T001")
    await case.recorded("reopened")


async def test_the_reporter_of_a_merged_case_does_not_cancel_the_others(centre: Centre) -> None:
    deliver(centre)
    main = await centre.dispatched()
    other = await centre.report()
    await other.act(DESK, "merge", into=main.number)
    await eventually(lambda: "joined" in [line.event for line in centre.outside.lines_of(main.number)])
    await other.reply("cancel", "我不修了")
    await eventually(lambda: told_of(centre, "customer_replied", main) == ["role:cs_assistant"])
    assert await main.state() == "dispatched"


async def test_the_third_same_fault_in_ninety_days_is_a_hot_issue_and_is_revisited_whatever_the_quota(
    centre: Centre,
) -> None:
    centre.outside.background = CaseBackground(same_faults=3)
    case = await centre.completed(received="05-12 10:00:00")
    await case.told("hot_issue", "role:cs_supervisor")
    await case.recorded("selected_for_revisit")
    assert [request.mandatory for request in centre.outside.selections_asked] == ["hot_issue"]
    (asked,) = centre.outside.recalled
    assert (asked.merge_from, asked.count_from) == (at("05-11 10:00"), at("02-11 00:00"))
    assert (asked.unit, asked.trade) == ("1-0301", "plumbing")


async def test_twice_is_not_hot_yet(centre: Centre) -> None:
    centre.outside.background = CaseBackground(same_faults=2)
    case = await centre.completed()
    await case.recorded("completed")
    assert centre.outside.told("hot_issue") == []


async def test_the_records_are_asked_of_an_emergency_only_when_somebody_has_been_sent(centre: Centre) -> None:
    case = await centre.report("楼上爆管")
    await case.offered_to("T001")
    await eventually(lambda: len(centre.outside.recalled) == 1)
    assert centre.outside.recalled[0].hazard == "burst_pipe"


async def test_a_report_without_a_place_is_compared_with_none(centre: Centre) -> None:
    case = await centre.completed(unit="")
    await case.recorded("completed")
    assert centre.outside.recalled == []


def test_looking_back_counts_hours_to_the_minute_and_days_from_midnight() -> None:
    policy = RepairPolicy()
    assert looking_back(at("05-12 10:00"), policy.merge_within, CALENDAR_2026) == at("05-11 10:00")
    assert looking_back(at("05-12 10:00"), policy.same_fault_within, CALENDAR_2026) == at("02-11 00:00")
    assert looking_back(at("05-31 10:00"), policy.finish.limit.parse("P3M"), CALENDAR_2026) == at("02-28 00:00")
