"""Random walks: whatever staff, customers, other cases and time do, a repair keeps its promises (docs/architecture.md).

A state machine takes what the table allows just then, lets time pass, and at the end replays the history and looks at
what the case has left behind.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from itertools import pairwise
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from tests import servers
from tests.processes.case_under_test import CaseUnderTest, code_of, eventually
from tests.processes.cases_run import CasesRun
from tests.processes.centre import Centre, workers
from workflows.messages.case import CaseView, ReplyIntent
from workflows.messages.passing_on import CaseWord
from workflows.messages.people import Actor, Role
from workflows.messages.quotes import Charge
from workflows.messages.repair_policy import RepairPolicy

WALKS = int(os.environ.get("GUANJIA_TEST_WALKS", "8"))
"""A few walks that are always the same; more, and other ones each time, where the environment asks for more."""
STEPS = 14
REPORTS = ("水龙头滴水", "马桶堵塞反水", "厨房燃气泄漏", "电梯困人", "墙面开裂")
PROMISED = {
    "received": {"acceptance"},
    "accepted": {"dispatch"},
    "dispatched": {"dispatch", "technician_answer"},
    "acknowledged": {"arrival", "reappointment"},
    "arrived": {"finish"},
    "quoted": {"quote_review", "quote_confirmation"},
    "in_progress": {"finish"},
    "suspended": {"promise"},
}
"""In each state one of these time limits runs, so that no case is ever forgotten."""
Answer = TypeVar("Answer")


def details_of(action: str, view: CaseView, number: int) -> dict[str, Any]:
    """What somebody would fill in for an action."""
    today, soon = view.now.date(), view.now + timedelta(hours=20)
    line = {"code": "W01" if number % 2 else "", "name": "换龙头", "unit": "个", "unit_price": f"{number % 9 + 1}0.00"}
    return {
        "dispatch": {"technician": f"T00{number % 3 + 1}"},
        "wrong_trade": {"trade": ("electrical", "plumbing", "masonry")[number % 3]},
        "call": {"answered": number % 4 == 0},
        "reschedule": {"appointment_at": soon},
        "send_second": {"technician": "T009"},
        "suspend": {"ground": "parts", "promised_on": (today + timedelta(days=number % 12)).isoformat()},
        "complete": {"billed": "95.00", "work_done": "更换"},
        "verify": {"signature": "FJ-1", "rating": number % 5 + 1},
        "merge": {"into": f"BX-{'2A' if number % 2 else '3B'}234-56789"},
        "dismiss": {"to": "无效", "reason": "不属于服务范围"},
        "refused_entry": {"reason": "不让进门", "harms_others": number % 2 == 0},
        "correct_unit": {"unit": "2-0502", "area": "B"},
        "set_port": {"port": "construction"},
        "move_deadline": {"clock": view.clocks[0].name if view.clocks else "", "due_at": soon},
        "cancel": {"reason": "不修了", "fee_agreed": number % 2 == 0},
        "quote": {"lines": [line]},
        "return_quote": {"reason": "偏高"},
        "confirm_quote": {"reason": "电话同意", "signature": "FJ-2"},
        "settle_charge": {"amount": "10.00", "reason": "协商"},
        "collect": {"amount": "10.00", "receipt": "SJ-1"},
    }.get(action, {})


class Walk(RuleBasedStateMachine):
    """One repair, pushed about."""

    loop: ClassVar[asyncio.Runner]
    centre: ClassVar[Centre]
    cases_run: ClassVar[CasesRun]

    def wait(self, doing: Coroutine[Any, Any, Answer]) -> Answer:
        return self.loop.run(doing)

    @initialize(report=st.sampled_from(REPORTS), inside=st.booleans(), auto=st.booleans(), ports=st.booleans())
    def begin(self, report: str, inside: bool, auto: bool, ports: bool) -> None:
        policy = RepairPolicy.model_validate({"auto_dispatch": auto, "call_out_fee": "30.00"})
        self.case: CaseUnderTest = self.wait(
            self.centre.report(report, inside=inside, policy=policy, developer_ports=ports)
        )
        self.over = False

    @precondition(lambda self: not self.over)
    @rule(pick=st.integers(0, 10_000))
    def somebody_acts(self, pick: int) -> None:
        self.wait(self.act(pick))

    async def act(self, pick: int) -> None:
        view = await self.case.view()
        # what cannot happen often would otherwise end every walk at once
        ending = {"cancel", "dismiss", "merge", "refused_entry"} if pick % 5 else set()
        choices = sorted({(a, r) for r, actions in view.allowed.items() for a in actions if a not in ending})
        if not choices:
            return
        action, role = choices[pick % len(choices)]
        actor = Actor(role=Role(role), code=view.assignee if role == Role.TECHNICIAN else f"{role[:2].upper()}1")
        self.case.messages += 1
        message_id, details = f"m{self.case.messages}", details_of(action, view, pick)
        try:
            first = await self.case.act(actor, action, message_id, **details)
        except WorkflowUpdateFailedError as refusal:
            if not code_of(refusal):
                raise
            return
        again = await self.case.act(actor, action, message_id, **details)
        assert again == first, "a repeat is answered alike"

    @precondition(lambda self: not self.over)
    @rule(
        intent=st.sampled_from(list(ReplyIntent)),
        text=st.sampled_from(["", "好的", "现在着火了"]),
        rating=st.integers(1, 5),
    )
    def the_customer_replies(self, intent: ReplyIntent, text: str, rating: int) -> None:
        async def reply() -> None:
            appointment = (await self.case.view()).now + timedelta(hours=rating)
            await self.case.reply(intent, text if rating > 3 else "", rating=rating, appointment_at=appointment)

        self.wait(reply())

    @precondition(lambda self: not self.over)
    @rule(word=st.sampled_from(list(CaseWord)), of_revisit=st.booleans())
    def another_case_speaks(self, word: CaseWord, of_revisit: bool) -> None:
        prefix = "HF" if of_revisit else "BX"
        facts = {"rectify_by": "2026-06-30"} if word is CaseWord.REVISIT_DISSATISFIED else {}
        self.wait(self.case.hear(word, f"{prefix}-{self.case.number[3:]}", **facts))

    @precondition(lambda self: not self.over)
    @rule(minutes=st.sampled_from([1, 6, 16, 240, 1440, 4320, 12960]))
    def time_passes(self, minutes: int) -> None:
        self.wait(self.case.skipper.fast_forward(self.case.handle, timedelta(minutes=minutes)))
        status = self.wait(self.case.handle.describe()).status
        assert status in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED)
        self.over = status is WorkflowExecutionStatus.COMPLETED

    def teardown(self) -> None:
        if hasattr(self, "case"):
            self.wait(self.look_at_what_is_left())

    async def look_at_what_is_left(self) -> None:
        if not self.over:
            await self.comes_to_rest()
            keeps_what_is_promised(await self.case.view())
        await self.cases_run.replay()
        if not self.over:
            await self.case.handle.terminate("the walk is over")
        self.looks_right()

    async def comes_to_rest(self) -> None:
        """Wait until what the case does by itself is done."""
        self.centre.outside.deaf = set()
        passing = ("正在", "查", "确定", "整理")
        await self.case.comes_true(lambda view: not view.waiting_for.startswith(passing), "at rest")

        async def written() -> int:
            return sum(len(batch.lines) for batch in self.batches)

        before = -1
        while before != (before := await written()):
            await asyncio.sleep(0.15)

    @property
    def batches(self) -> list[Any]:
        return self.centre.outside.of_case.get(self.case.number, [])

    def looks_right(self) -> None:
        """The record is without a gap and joined up; nobody was told the same thing twice; nothing was overcharged."""
        lines = self.centre.outside.lines_of(self.case.number)
        assert [line.sequence for line in lines] == list(range(1, len(lines) + 1))
        assert all(later.state_before == earlier.state for earlier, later in pairwise(lines))
        notices = [notice for notice in self.centre.outside.notices if notice.case == self.case.number]
        told = Counter((notice.event, notice.occurrence, notice.recipient.key) for notice in notices)
        assert [key for key, times in told.items() if times > 1] == []
        assert all("13800000001" not in notice.model_dump_json() for notice in notices)
        for batch in self.batches:
            for charge in (form for form in batch.forms if isinstance(form, Charge)):
                assert charge.billable <= max(charge.confirmed, RepairPolicy().call_out_fee + 30)
                assert charge.service_fee + charge.agency == charge.billable


def keeps_what_is_promised(view: CaseView) -> None:
    """In every state in which somebody waits a time limit runs, and time limits stand still only in a suspension."""
    running = {clock.name for clock in view.clocks if clock.paused_at is None}
    paused = {clock.name for clock in view.clocks if clock.paused_at is not None}
    if view.state in PROMISED:
        assert running & PROMISED[view.state], view
    assert not paused or view.state == "suspended", view
    if view.state == "closed":
        assert running <= {"charge_dispute"}, view


@pytest.mark.timeout(300)
def test_a_repair_keeps_its_promises_on_every_walk() -> None:
    with asyncio.Runner() as loop:
        loop.run(prepare(loop))
        try:
            run_state_machine_as_test(
                Walk,
                settings=settings(
                    max_examples=WALKS,
                    stateful_step_count=STEPS,
                    deadline=None,
                    derandomize="GUANJIA_TEST_WALKS" not in os.environ,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            loop.run(clear_away())


async def prepare(loop: asyncio.Runner) -> None:
    """A server and workers of its own, in the loop in which the walks run."""
    Walk.environment = await servers.temporal_server()
    client = await connect(KeyRing.generate(), target_host=Walk.environment.client.service_client.config.target_host)
    config = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=5000)
    Walk.loop, Walk.centre = loop, Centre(TimeSkipper(client, config=config))
    Walk.at_work = workers(client, Walk.centre.outside)
    Walk.cases_run = await Walk.at_work.__aenter__()


async def clear_away() -> None:
    await Walk.at_work.__aexit__(None, None, None)
    await Walk.environment.__aexit__(None, None, None)
    await eventually(lambda: True)
