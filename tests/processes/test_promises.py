"""The promises that every process keeps, whatever happens around it (docs/architecture.md)."""

import random

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests.processes.case_under_test import CaseUnderTest, at, code_of, eventually
from tests.processes.centre import DESK, SUPERVISOR, Centre, technician
from workflows.messages.case import ActionRequest, ReplyIntent
from workflows.messages.people import Role
from workflows.messages.repair_actions import RepairAction


async def test_with_postgresql_down_staff_are_answered_and_every_line_arrives_in_order_afterwards(
    centre: Centre,
) -> None:
    case = await centre.dispatched()
    await case.recorded("offered")
    centre.outside.database_is_down = True
    await case.act(technician("T001"), "take")
    await case.act(technician("T001"), "arrive")
    assert (await case.act(technician("T001"), "complete", work_done="完成")).state == "completed"
    await eventually(lambda: centre.outside.refused_writes > 0)
    assert "taken" not in centre.outside.events
    assert centre.outside.told("repair_completed") == [], "nobody is told of what is not on record"
    centre.outside.database_is_down = False
    await case.wait_until("05-12 10:02:00")
    await case.recorded("completed")
    assert [line.sequence for line in centre.outside.lines] == list(range(1, len(centre.outside.lines) + 1))
    await case.told("repair_completed", "customer")


async def test_a_message_that_comes_twice_is_carried_out_once_and_answered_alike(centre: Centre) -> None:
    case = await centre.dispatched()
    first = await case.act(technician("T001"), "take", message_id="same")
    assert await case.act(technician("T001"), "take", message_id="same") == first
    await case.reply("comment", "请快一点", message_id="r-same")
    await case.reply("comment", "请快一点", message_id="r-same")
    await case.recorded("customer_replied")
    await case.act(technician("T001"), "arrive")
    await case.recorded("arrived")
    assert centre.outside.events.count("taken") == 1
    assert centre.outside.events.count("customer_replied") == 1


async def test_another_communitys_staff_and_customers_do_not_reach_the_case(centre: Centre) -> None:
    case = await centre.report()
    request = ActionRequest(action="accept", community="XYDX", actor=DESK, message_id="foreign")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.send(request)
    assert code_of(refused.value) == "wrong_community"
    await case.reply("cancel", community="XYDX")
    await case.act(DESK, "accept")
    assert await case.state() != "closed"


@pytest.mark.parametrize(
    ("role", "action", "code"),
    [
        (Role.TECHNICIAN, "accept", "not_allowed_for_role"),
        (Role.CS_ASSISTANT, "repaint", "unknown_action"),
        (Role.CS_ASSISTANT, "cancel", ""),
        (Role.TECHNICIAN, "take", "not_the_assignee"),
        (Role.CUSTOMER, "accept", "not_allowed_for_role"),
    ],
)
async def test_what_the_table_does_not_allow_is_refused_with_its_code(
    centre: Centre, role: Role, action: str, code: str
) -> None:
    case = await centre.report()
    actor = DESK.model_copy(update={"role": role})
    if code:
        assert await case.refusal_of(actor, action) == code
    else:
        assert (await case.act(actor, action)).state == "closed"


async def test_details_of_the_wrong_kind_are_refused_by_code(centre: Centre) -> None:
    case = await centre.in_progress()
    assert await case.refusal_of(technician("T001"), "complete", work_minutes="很多") == "invalid_details"
    assert await case.refusal_of(SUPERVISOR, "move_deadline", clock="finish") == "invalid_details"
    assert await case.state() == "in_progress"


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_messages_and_time_leaves_a_replayable_history_and_a_gapless_record(
    centre: Centre, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - which moves to try, repeatable by seed
    case = await centre.report(chance.choice(["水龙头滴水", "厨房燃气泄漏", "马桶堵塞"]))
    for _ in range(25):
        await one_random_move(case, chance)
    await eventually(lambda: bool(centre.outside.lines))
    sequences = [line.sequence for line in centre.outside.lines]
    assert sequences == list(range(1, len(sequences) + 1))


async def one_random_move(case: CaseUnderTest, chance: random.Random) -> None:
    move = chance.choice(["act", "act", "act", "reply", "time"])
    if move == "act":
        actor = chance.choice([DESK, SUPERVISOR, technician((await case.view()).assignee or "T001")])
        await try_to(case, actor, chance.choice(list(RepairAction)))
    elif move == "reply":
        await case.reply(chance.choice(list(ReplyIntent)), "随便说说")
    else:
        await case.skipper.fast_forward(case.handle, chance.choice([30.0, 240.0, 3600.0, 86400.0]))


async def try_to(case: CaseUnderTest, actor, action: str) -> None:
    details = {"clock": "finish", "due_at": at("06-01 18:00")} if action == "move_deadline" else {}
    try:
        await case.act(actor, action, **details)
    except WorkflowUpdateFailedError as refusal:
        if not code_of(refusal):
            raise
