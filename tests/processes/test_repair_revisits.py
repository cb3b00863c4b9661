"""The revisit of a repair as the repair sees it 报修回访; numbers are those of docs/domain/scenarios.md."""

from collections.abc import Callable

from tests.processes.case_under_test import CaseUnderTest, at, eventually
from tests.processes.centre import DESK, LEAD, Centre, technician
from workflows.messages.passing_on import CaseWord
from workflows.messages.records import RepairRecord
from workflows.messages.selecting import RevisitSelection

T1 = technician("T001")
SELECTED = RevisitSelection(selected=True, rule="rep", cohort="2026-06", position=1, due_at=at("06-13 00:00"))


async def selected(centre: Centre, **how) -> tuple[CaseUnderTest, str]:
    """A completed repair whose revisit is open, and the revisit's number."""
    centre.outside.selection = SELECTED
    case = await centre.completed(**how)
    await case.recorded("selected_for_revisit")
    return case, f"HF-{case.number[3:]}"


def words(centre: Centre) -> list[str]:
    return [word.word for word in centre.outside.words]


async def finish_again(case: CaseUnderTest) -> None:
    assert (await case.act(T1, "complete", work_done="重新安装")).state == "completed"


def says(centre: Centre, *expected: str) -> Callable[[], bool]:
    return lambda: words(centre) == list(expected)


async def test_whether_a_repair_is_revisited_is_asked_at_completion_not_at_acceptance(centre: Centre) -> None:
    case, _ = await selected(centre, received="05-12 10:00:00")
    assert await case.state() == "completed"
    (asked,) = centre.outside.selections_asked
    assert (asked.scopes, asked.overlays, asked.round, asked.barred) == (("repair",), (), 1, ("T001",))
    assert (asked.unit, asked.area, asked.mandatory, asked.kind) == ("1-0301", "A", "", "repair")
    await case.recorded("selected_for_revisit")
    line = next(line for line in centre.outside.lines if line.event == "selected_for_revisit")
    assert (line.facts["rule"], line.facts["position"]) == ("rep", "1")


async def test_an_accepted_repair_awaits_its_revisit_and_closes_when_it_is_over(centre: Centre) -> None:
    case, revisit = await selected(centre)
    await case.reply("confirm", "好了")
    await case.becomes("awaiting_revisit")
    await case.hear(CaseWord.REVISIT_SATISFIED, revisit)
    assert await case.state() == "awaiting_revisit"
    await case.hear(CaseWord.REVISIT_OVER, revisit, result="satisfied")
    await case.becomes("closed")
    await case.told("case_closed", "customer")
    await case.recorded("closed")
    assert centre.outside.forms(RepairRecord)[-1].revisit == revisit


async def test_a_repair_that_is_not_selected_closes_at_acceptance(centre: Centre) -> None:
    centre.outside.selection = RevisitSelection(rule="rep", position=2)
    case = await centre.completed()
    await case.recorded("not_selected")
    await case.reply("confirm")
    await case.becomes("closed")


async def test_rev_24_a_revisit_that_hears_it_is_repaired_records_the_acceptance_before_the_default(
    centre: Centre,
) -> None:
    case, revisit = await selected(centre, received="04-30 17:40:00")
    await case.wait_until("05-01 15:00:00")
    await case.hear(CaseWord.REVISIT_SATISFIED, revisit)
    await case.becomes("awaiting_revisit")
    await case.recorded("verified")
    line = next(line for line in centre.outside.lines if line.event == "verified")
    assert line.facts["how"] == "revisit"
    await case.hear(CaseWord.REVISIT_OVER, revisit, result="satisfied")
    await case.becomes("closed")
    await case.wait_until("05-02 18:00:00")
    assert centre.outside.events.count("verified") == 1


async def test_default_acceptance_and_the_revisit_run_side_by_side(centre: Centre) -> None:
    case, _ = await selected(centre, received="04-30 17:40:00")
    await case.wait_until("05-02 17:41:00")
    await case.becomes("awaiting_revisit")
    await case.recorded("verified")
    line = next(line for line in centre.outside.lines if line.event == "verified")
    assert line.facts["how"] == "default"


async def test_a_dissatisfied_customer_has_the_work_done_again_by_the_day_he_was_told(centre: Centre) -> None:
    case, revisit = await selected(centre, received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("awaiting_revisit")
    await case.hear(CaseWord.REVISIT_DISSATISFIED, revisit, rectify_by="2026-05-14", round="1")
    view = await case.becomes("in_progress")
    assert view.assignee == "T001"
    assert next(clock for clock in view.clocks if clock.name == "finish").due_at == at("05-15 00:00")
    await case.told("rework_ordered", "staff:T001", "role:engineering_lead")
    await finish_again(case)
    await eventually(says(centre, "rectified"))
    assert centre.outside.words[-1].to == revisit
    assert len(centre.outside.selections_asked) == 1, "it is the same revisit's second round"
    await case.reply("confirm")
    await case.becomes("awaiting_revisit")
    await case.hear(CaseWord.REVISIT_DISSATISFIED, revisit, rectify_by="2026-05-15", round="2")
    await case.becomes("in_progress")
    await finish_again(case)
    await eventually(says(centre, "rectified", "rectified"))
    await case.hear(CaseWord.REVISIT_SATISFIED, revisit)
    await case.hear(CaseWord.REVISIT_OVER, revisit, result="satisfied")
    await case.becomes("closed")


async def test_rework_that_the_customer_asks_for_withdraws_the_open_revisit_and_the_next_completion_asks_anew(
    centre: Centre,
) -> None:
    case, revisit = await selected(centre)
    await case.reply("reject", "还在滴水")
    await eventually(says(centre, "revisit_withdrawn"))
    await case.hear(CaseWord.REVISIT_SATISFIED, revisit)
    assert await case.state() == "in_progress", "a revisit that was withdrawn is heard no more"
    await finish_again(case)
    await eventually(lambda: [asked.round for asked in centre.outside.selections_asked] == [1, 2])


async def test_a_customer_who_finds_the_fault_again_while_the_revisit_is_open_has_it_done_again(centre: Centre) -> None:
    case, _ = await selected(centre)
    await case.reply("confirm")
    await case.becomes("awaiting_revisit")
    await case.reply("reopen", "又坏了")
    await case.becomes("in_progress")
    await eventually(says(centre, "revisit_withdrawn"))
    await finish_again(case)
    await eventually(lambda: len(centre.outside.selections_asked) == 2)
    assert centre.outside.selections_asked[-1].mandatory == "reopened"


async def test_a_low_rating_has_a_repair_revisited_that_was_not_selected(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("confirm")
    await case.becomes("closed")
    await case.reply("rate", "太慢", rating=2)
    await case.recorded("selected_for_revisit")
    assert [asked.mandatory for asked in centre.outside.selections_asked] == ["", "low_rating"]
    assert [asked.round for asked in centre.outside.selections_asked] == [1, 1]
    await case.recorded("rated")
    assert centre.outside.forms(RepairRecord)[-1].rating == 2
    await case.reply("rate", "更差了", rating=1)
    await case.comes_true(lambda _: centre.outside.events.count("rated") == 2, "rated twice")
    assert len(centre.outside.selections_asked) == 2, "once a round is enough"


async def test_a_good_rating_is_kept_and_asks_for_nothing(centre: Centre) -> None:
    case = await centre.completed()
    await case.reply("rate", "很好", rating=3)
    await case.recorded("rated")
    assert await case.state() == "completed"
    assert len(centre.outside.selections_asked) == 1


async def test_a_closed_repair_waits_for_its_revisit_beyond_its_reopen_window_and_then_ends(centre: Centre) -> None:
    case = await centre.completed(received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("closed")
    await case.reply("rate", "太慢", rating=1)
    await case.recorded("selected_for_revisit")
    revisit = f"HF-{case.number[3:]}"
    await case.wait_until("05-21 10:00:00")
    assert await case.refusal_of(DESK, "reopen", reason="又漏了") == "reopen_window_over"
    await case.hear(CaseWord.REVISIT_DISSATISFIED, revisit, rectify_by="2026-05-23", round="1")
    await case.becomes("in_progress")
    await finish_again(case)
    await eventually(says(centre, "rectified"))
    await case.hear(CaseWord.REVISIT_OVER, revisit, result="satisfied")
    await case.wait_until("05-23 10:05:00")
    await case.becomes("closed")
    await case.skipper.fast_forward(case.handle, at("05-31 00:01") - (await case.view()).now)
    assert (await case.handle.result()).state == "closed"


async def test_cancelling_the_rework_withdraws_the_revisit_that_waits_for_it(centre: Centre) -> None:
    case, revisit = await selected(centre)
    await case.hear(CaseWord.REVISIT_DISSATISFIED, revisit, rectify_by="2026-05-14", round="1")
    await case.becomes("in_progress")
    await case.act(DESK, "cancel", reason="客户不要了")
    await eventually(says(centre, "revisit_withdrawn"))


async def test_a_case_that_is_no_revisit_of_ours_is_not_heard(centre: Centre) -> None:
    case, _ = await selected(centre)
    await case.hear(CaseWord.REVISIT_SATISFIED, "HF-AAAAA-AAAAA")
    await case.reply("comment", "谢谢")
    await case.recorded("customer_replied")
    assert await case.state() == "completed"


async def test_an_emergency_is_asked_for_with_its_own_rule_and_is_always_revisited(centre: Centre) -> None:
    case = await centre.report("电梯困人")
    await case.offered_to("T001")
    await case.act(DESK, "call", answered=True)
    for action in ("take", "arrive"):
        await case.act(T1, action)
    await case.act(LEAD, "send_second", technician="T002")
    await case.act(T1, "complete")
    await case.recorded("selected_for_revisit")
    (asked,) = centre.outside.selections_asked
    assert (asked.overlays, asked.mandatory, asked.barred) == (("emergency",), "emergency", ("T001", "T002"))
    assert asked.level == "major", "people in a lift are the manager's to revisit"


async def test_with_postgresql_down_an_accepted_repair_closes_only_when_it_is_known_whether_it_is_revisited(
    centre: Centre,
) -> None:
    centre.outside.selection = SELECTED
    case = await centre.in_progress(received="05-12 10:00:00")
    centre.outside.database_is_down = True
    await case.act(T1, "complete")
    await case.reply("confirm")
    await case.becomes("verified")
    centre.outside.database_is_down = False
    await case.wait_until("05-12 10:02:00")
    await case.becomes("awaiting_revisit")
