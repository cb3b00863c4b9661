"""A revisit on the real server: rounds until it is settled, not reached, left out (docs/domain/revisit.md)."""

import uuid
from typing import Any

import pytest

from tests.processes.case_under_test import CaseUnderTest, at, eventually
from tests.processes.centre import CALENDAR_2026, SITE_MANAGER, SUPERVISOR, Centre
from workflows.messages.case import CaseOpening, Channel
from workflows.messages.identifiers import CaseKind, TaskQueue
from workflows.messages.passing_on import CaseWord
from workflows.messages.people import Actor, Role
from workflows.messages.records import RevisitMatter, RevisitRecord, RevisitTask
from workflows.messages.revisit import RevisitStart
from workflows.messages.selecting import RevisitSelection, Visitor
from workflows.processes.revisit import Revisit
from workflows.rules.case_numbers import case_number
from workflows.rules.policy_presets import Preset, preset_policy

STEWARD = Actor(role=Role.STEWARD, code="G001")
OTHER_STEWARD = Actor(role=Role.STEWARD, code="G002")
CONTENT = {"method": "phone", "solved": "yes", "satisfaction": "satisfied", "suggestions": "无"}
UNHAPPY = {**CONTENT, "solved": "no", "satisfaction": "dissatisfied"}


async def selected(
    centre: Centre,
    *,
    received: str = "04-08 09:30",
    due: str = "05-08 00:00",
    **how: Any,
) -> CaseUnderTest:
    """A revisit of a repair, selected at that instant."""
    number = case_number(CaseKind.REVISIT, b"test", "revisit", uuid.uuid4().hex)
    original = case_number(CaseKind.REPAIR, b"test", "wechat", number)
    terms: dict[str, Any] = {"selected": True, "rule": "rep", "position": 1, "due_at": at(due), "by": Role.STEWARD}
    start = RevisitStart(
        opening=CaseOpening(
            number=number,
            kind=CaseKind.REVISIT,
            community="YGHY",
            channel=Channel.REVISIT,
            received_at=at(received),
            unit="1-0301",
            area="A",
            linked=(original,),
        ),
        original=original,
        original_kind="repair",
        original_round=1,
        completed_at=at("04-07 16:00"),
        level=how.pop("level", "general"),
        barred=("T001",),
        policy=how.pop("policy", preset_policy(Preset.RESIDENTIAL_S1, "YGHY", at("01-01 00:00")).revisit),
        selection=RevisitSelection(**{**terms, **how}),
        calendar=CALENDAR_2026,
    )
    handle = await centre.skipper.client.start_workflow(Revisit.run, start, id=number, task_queue=TaskQueue.CASES)
    return CaseUnderTest(handle, centre.skipper, centre.outside, number)


async def assigned(centre: Centre, **how: Any) -> CaseUnderTest:
    """A revisit that G001 is to make."""
    case = await selected(centre, **how)
    await case.becomes("assigned")
    return case


async def over(case: CaseUnderTest) -> str:
    """Wait for the process's end and return the state in which it ended."""
    outcome = await case.handle.result()
    return str(outcome.state if hasattr(outcome, "state") else outcome["state"])


def words(centre: Centre) -> list[str]:
    return [word.word for word in centre.outside.words]


async def test_a_content_customer_settles_it_and_the_supervisor_gives_an_opinion(centre: Centre) -> None:
    case = await assigned(centre)
    assert centre.outside.visitors_asked[0].wanted is Role.STEWARD
    assert centre.outside.visitors_asked[0].barred == ("T001",)
    await case.told("revisit_assigned", "staff:G001")
    assert (await case.act(STEWARD, "record", **CONTENT)).state == "satisfied"
    await eventually(lambda: words(centre) == ["revisit_satisfied", "revisit_over"])
    await case.told("revisit_to_review", "role:cs_supervisor")
    assert await case.refusal_of(SUPERVISOR, "give_opinion", opinion=" ") == "opinion_required"
    await case.act(SUPERVISOR, "give_opinion", opinion="属实")
    assert await over(case) == "reviewed"
    task = centre.outside.forms(RevisitTask)[0]
    assert (task.visitor, task.result, task.opinion, task.opinion_by) == ("G001", "satisfied", "属实", "S001")


async def test_rev_09_a_visit_on_site_without_a_signature_is_refused_and_a_call_says_that_it_was_one(
    centre: Centre,
) -> None:
    case = await assigned(centre)
    assert await case.refusal_of(STEWARD, "record", **{**CONTENT, "method": "onsite"}) == "signature_required"
    await case.act(STEWARD, "record", **CONTENT)
    await eventually(lambda: bool(centre.outside.forms(RevisitRecord)))
    record = centre.outside.forms(RevisitRecord)[0]
    assert (record.signed_as, record.signature) == ("电话回访", "")


async def test_rev_11_a_dissatisfied_customer_is_visited_again_and_again_until_it_is_settled(centre: Centre) -> None:
    case = await assigned(centre)
    assert await case.refusal_of(STEWARD, "record", **UNHAPPY) == "rectify_by_required"
    assert (await case.act(STEWARD, "record", **UNHAPPY, rectify_by="2026-04-11")).state == "rectifying"
    await eventually(lambda: words(centre) == ["revisit_dissatisfied"])
    told = centre.outside.words[0]
    assert told.facts["rectify_by"] == "2026-04-11"
    assert {clock.name: clock.due_at for clock in (await case.view()).clocks}["rectification"] == at("04-12 00:00")
    await case.told("revisit_next_date", f"customer:{told.to}")
    await case.hear(CaseWord.RECTIFIED, told.to)
    await case.becomes("assigned")
    await case.act(STEWARD, "record", **UNHAPPY, rectify_by="2026-04-09")
    assert await case.state() == "rectifying"
    await case.act(SUPERVISOR, "rectified", reason="现场已复核")
    await case.act(STEWARD, "record", **CONTENT)
    await case.act(SUPERVISOR, "give_opinion", opinion="已解决")
    assert await over(case) == "reviewed"
    assert [record.round for record in centre.outside.forms(RevisitRecord)] == [1, 2, 3]
    assert [str(record.next_date) for record in centre.outside.forms(RevisitRecord)] == [
        "2026-04-11",
        "2026-04-09",
        "None",
    ]


async def test_a_promise_to_put_it_right_that_is_missed_is_the_supervisors(centre: Centre) -> None:
    case = await assigned(centre)
    await case.act(STEWARD, "record", **UNHAPPY, rectify_by="2026-04-08")
    await case.wait_until("04-09 00:01")
    await case.told("clock_breached", "role:cs_supervisor")
    assert (await case.view()).breached
    assert await case.state() == "rectifying"


async def test_rev_14_three_attempts_on_two_days_by_two_ways_and_it_counts_no_more(centre: Centre) -> None:
    case = await assigned(centre)
    await case.act(STEWARD, "attempt", channel="phone")
    assert await case.state() == "contacting"
    await case.wait_until("04-08 12:30")
    assert await case.refusal_of(STEWARD, "attempt", channel="phone") == "quiet_hours"
    await case.act(STEWARD, "attempt", channel="onsite", note="家中无人")
    await case.wait_until("04-09 10:00")
    assert (await case.act(STEWARD, "attempt", channel="phone")).state == "unreachable"
    await eventually(lambda: bool(centre.outside.uncounted))
    assert not centre.outside.uncounted[0].leaves_base
    await eventually(lambda: words(centre) == ["revisit_over"])
    await case.told("revisit_unreachable", "role:cs_supervisor")
    await case.act(SUPERVISOR, "give_opinion", opinion="下月再访")
    assert await over(case) == "reviewed"


async def test_rev_27_the_customer_will_not_sign_and_a_second_member_of_staff_does(centre: Centre) -> None:
    case = await assigned(centre)
    unsigned = {**CONTENT, "method": "onsite", "refused_to_sign": True, "refusal_reason": "不愿签字"}
    assert await case.refusal_of(STEWARD, "record", **unsigned) == "second_signer_required"
    await case.act(STEWARD, "record", **unsigned, second_signer="G002")
    await eventually(lambda: bool(centre.outside.forms(RevisitRecord)))
    record = centre.outside.forms(RevisitRecord)[0]
    assert (record.signed_as, record.second_signer) == ("客户拒签", "G002")


async def test_rev_31_whoever_goes_the_deadline_stays(centre: Centre) -> None:
    centre.outside.visitor = Visitor()
    case = await selected(centre)
    await case.told("nobody_available", "role:cs_supervisor")
    due = (await case.view()).due_at
    centre.outside.visitor = Visitor(staff="S001", role=Role.CS_SUPERVISOR)
    await case.wait_until("04-08 10:30:05")
    view = await case.becomes("assigned")
    assert (view.assignee, view.due_at) == ("S001", due)
    await case.act(SUPERVISOR, "assign", visitor="G002", reason="片区管家已返岗")
    view = await case.comes_true(lambda view: view.assignee == "G002", "G002")
    assert view.due_at == due
    assert await case.refusal_of(STEWARD, "record", **CONTENT) == "not_the_assignee"
    await case.act(OTHER_STEWARD, "record", **CONTENT)


async def test_rev_34_an_answer_that_is_missing_is_refused_and_unanswered_is_one(centre: Centre) -> None:
    case = await assigned(centre)
    assert await case.refusal_of(STEWARD, "record", **{**CONTENT, "suggestions": ""}) == "answers_missing"
    silent = {"method": "platform", "solved": "unanswered", "satisfaction": "unanswered", "suggestions": "未答"}
    assert (await case.act(STEWARD, "record", **silent)).state == "satisfied"


async def test_rev_10_a_major_matter_is_visited_on_site_in_every_round(centre: Centre) -> None:
    case = await assigned(centre, onsite_first=True, onsite_always=True, level="major")
    assert centre.outside.visitors_asked[0].wanted is Role.SITE_MANAGER
    assert await case.refusal_of(STEWARD, "record", **CONTENT) == "onsite_required"


async def test_a_new_repair_raised_in_it_becomes_a_case_of_its_own(centre: Centre) -> None:
    case = await assigned(centre)
    matter = {"kind": "repair", "text": "卧室插座没电", "appointed_at": at("04-09 10:00")}
    await case.act(STEWARD, "record", **CONTENT, matters=[matter])
    await eventually(lambda: bool(centre.outside.linked))
    asked = centre.outside.linked[0]
    assert (asked.source, asked.matter, asked.description) == (case.number, 1, "卧室插座没电")
    await case.recorded("matter_linked")
    await case.act(SUPERVISOR, "give_opinion", opinion="好")
    assert await over(case) == "reviewed"
    assert centre.outside.forms(RevisitMatter)[0].linked_case.startswith("BX-")


async def test_an_opinion_raised_in_it_keeps_it_open_until_the_customer_has_his_answer(centre: Centre) -> None:
    case = await assigned(centre)
    matter = {"kind": "opinion", "text": "路灯太暗", "appointed_at": at("04-09 10:00")}
    await case.act(STEWARD, "record", **CONTENT, matters=[matter])
    await case.act(SUPERVISOR, "give_opinion", opinion="好")
    await case.wait_until("04-09 10:00:05")
    await case.told("clock_breached", "role:cs_supervisor")
    assert await case.refusal_of(STEWARD, "answer_matter", matter=2, answer="x") == "unknown_matter"
    await case.act(STEWARD, "answer_matter", matter=1, answer="已加装路灯")
    assert await over(case) == "reviewed"


async def test_rework_overtakes_it(centre: Centre) -> None:
    case = await assigned(centre)
    await case.hear(CaseWord.REVISIT_WITHDRAWN, "BX-AAAAA-AAAAA")
    assert await case.state() == "assigned", "somebody else's word"
    start = await first_start(case)
    await case.hear(CaseWord.REVISIT_WITHDRAWN, start.original)
    assert await over(case) == "withdrawn"
    assert centre.outside.uncounted[0].leaves_base


async def first_start(case: CaseUnderTest) -> RevisitStart:
    history = await case.handle.fetch_history()
    payloads = history.events[0].workflow_execution_started_event_attributes.input
    decoded = await case.skipper.client.data_converter.decode(payloads.payloads, [RevisitStart])
    start = decoded[0]
    assert isinstance(start, RevisitStart)
    return start


@pytest.mark.parametrize("ground", ["anonymous", "letter_only", "merged", "cancelled", "lost"])
async def test_a_supervisor_may_leave_it_out_and_it_leaves_the_base(centre: Centre, ground: str) -> None:
    case = await assigned(centre)
    assert await case.refusal_of(STEWARD, "exempt", ground=ground, reason="匿名") == "not_allowed_for_role"
    assert await case.refusal_of(SUPERVISOR, "exempt", ground=ground) == "reason_required"
    await case.act(SUPERVISOR, "exempt", ground=ground, reason="附证明")
    assert await over(case) == "reviewed"
    assert centre.outside.uncounted[0].leaves_base


async def test_an_open_letter_counts_as_the_visit_but_not_for_a_major_matter(centre: Centre) -> None:
    letter = {"ground": "open_letter", "letter": "GKX-2026-03", "reason": "同一问题已公开答复"}
    major = await assigned(centre, level="major")
    assert await major.refusal_of(SITE_MANAGER, "exempt", **letter) == "onsite_required"
    case = await assigned(centre)
    await case.act(SUPERVISOR, "exempt", **letter)
    assert await over(case) == "reviewed"
    assert centre.outside.uncounted == []


async def test_a_window_that_passes_is_overdue_and_it_is_still_made(centre: Centre) -> None:
    case = await assigned(centre, due="04-09 00:00")
    await case.wait_until("04-09 00:00:05")
    await case.recorded("overdue")
    await case.told("clock_breached", "role:cs_supervisor")
    await case.act(SUPERVISOR, "record", **CONTENT)
    assert (await case.view()).breached


async def test_nobody_reviews_his_own_visit_and_a_managers_is_reviewed_by_nobody(centre: Centre) -> None:
    centre.outside.visitor = Visitor(staff="S001", role=Role.CS_SUPERVISOR)
    case = await assigned(centre)
    await case.act(SUPERVISOR, "record", **CONTENT)
    assert await case.refusal_of(SUPERVISOR, "give_opinion", opinion="好") == "beyond_authority"
    await case.act(SITE_MANAGER, "give_opinion", opinion="好")
    assert await over(case) == "reviewed"
    centre.outside.visitor = Visitor(staff="M001", role=Role.SITE_MANAGER)
    mine = await assigned(centre, level="major")
    await mine.act(SITE_MANAGER, "record", **CONTENT)
    assert await over(mine) == "reviewed"


async def test_an_opinion_that_is_late_is_told_to_the_manager(centre: Centre) -> None:
    case = await assigned(centre)
    await case.act(STEWARD, "record", **CONTENT)
    await case.wait_until("04-11 00:00:05")
    await case.told("clock_breached", "role:site_manager")


async def test_the_same_word_twice_is_taken_once(centre: Centre) -> None:
    case = await assigned(centre)
    start = await first_start(case)
    await case.act(STEWARD, "record", **UNHAPPY, rectify_by="2026-04-10")
    for _ in range(2):
        await case.hear(CaseWord.RECTIFIED, start.original, message_id="once")
    await case.act(STEWARD, "record", **UNHAPPY, rectify_by="2026-04-10")
    await case.hear(CaseWord.RECTIFIED, start.original, message_id="once")
    assert await case.state() == "rectifying"


async def test_a_deadline_moves_once_by_the_supervisor_and_then_by_the_manager(centre: Centre) -> None:
    case = await assigned(centre)
    move = {"clock": "window", "due_at": at("05-20 00:00"), "reason": "客户出差"}
    await case.act(SUPERVISOR, "move_deadline", **move)
    assert await case.refusal_of(SUPERVISOR, "move_deadline", **move) == "beyond_authority"
    assert await case.refusal_of(SITE_MANAGER, "move_deadline", **{**move, "clock": "none"}) == "unknown_clock"
    await case.act(SITE_MANAGER, "move_deadline", **move)


async def test_an_administrator_who_ends_it_frees_the_original_case(centre: Centre) -> None:
    case = await assigned(centre)
    await case.handle.cancel()
    await eventually(lambda: words(centre) == ["revisit_over"])
    await case.told("case_aborted", "role:cs_supervisor")


async def test_what_a_customer_says_to_it_is_told_to_the_visitor(centre: Centre) -> None:
    case = await assigned(centre)
    await case.reply("rate", "很好", rating=5)
    await case.told("customer_replied", "staff:G001")
