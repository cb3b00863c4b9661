"""One case of any kind under test: acted on, replied to, waited for as its users do."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

from tests.processes.outside import Outside
from workflows.messages.case import ActionRequest, ActionResult, CaseView, CustomerReply, ReplyIntent
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import Actor

CHINA = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """An instant of 2026 in Shanghai, such as ``05-12 10:00`` or ``05-12 10:04:59``."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


REST = 5.0
"""Real seconds that a case is given to come to rest; one that cannot is looked at as it is."""
PATIENCE = 20.0
"""Real seconds that a test waits for what has to come."""


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; fail when it never does."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it never came"
        await asyncio.sleep(0.02)


def code_of(refusal: WorkflowUpdateFailedError) -> str:
    """The stable code of a refused update."""
    assert isinstance(refusal.cause, ApplicationError)
    return refusal.cause.type or ""


@dataclass
class CaseUnderTest:
    """One case of any kind under test."""

    handle: WorkflowHandle[Any, Any]
    skipper: TimeSkipper
    outside: Outside
    number: str
    messages: int = 0

    async def view(self) -> CaseView:
        """The case as it is now; asked again where a busy machine took the replay of a long case for a deadlock."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer: CaseView = await self.handle.query("view", result_type=CaseView)
                return answer
            except WorkflowQueryFailedError:
                if time.monotonic() > until:
                    raise

    async def wait_until(self, text: str) -> None:
        """Let business time run to that instant."""
        remaining = at(text) - (await self.view()).now
        assert remaining.total_seconds() > 0, f"business time is past {text} already"
        await self.skipper.fast_forward(self.handle, remaining)

    async def act(self, actor: Actor, action: str, message_id: str = "", **details: Any) -> ActionResult:
        """Send an action as the starter does."""
        self.messages += 1
        request = ActionRequest(
            action=action,
            community="YGHY",
            actor=actor,
            message_id=message_id or f"m{self.messages}",
            digest="d",
            details=details,
        )
        answer = await self.send(request)
        await self.comes_to_rest()
        return answer

    async def send(self, request: ActionRequest) -> ActionResult:
        """Send a request whose id is the update's id."""
        answer: ActionResult = await self.handle.execute_update(
            "act", request, id=request.message_id, result_type=ActionResult
        )
        return answer

    async def refusal_of(self, actor: Actor, action: str, **details: Any) -> str:
        """Send an action that is to be refused, and return the refusal's code."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.act(actor, action, **details)
        return code_of(refused.value)

    async def reply(
        self,
        intent: str,
        text: str = "",
        message_id: str = "",
        community: str = "YGHY",
        sender_phone: str = "",
        **more: Any,
    ) -> None:
        """Send what the customer says."""
        self.messages += 1
        message = CustomerReply(
            message_id=message_id or f"r{self.messages}",
            community=community,
            intent=ReplyIntent(intent),
            text=text,
            sender_phone=sender_phone,
            **more,
        )
        await self.handle.signal("reply", message)

    async def hear(self, word: CaseWord, sender: str, message_id: str = "", **facts: str) -> None:
        """Send what another case says to this one."""
        self.messages += 1
        passed_on = PassedOn(
            to=self.number,
            sender=sender,
            community="YGHY",
            message_id=message_id or f"w{self.messages}",
            word=word,
            at=(await self.view()).now,
            facts=facts,
        )
        await self.handle.signal("hear", passed_on)

    async def state(self) -> str:
        """The state's code."""
        return (await self.view()).state

    async def becomes(self, state: str) -> CaseView:
        """Wait (a few real seconds at most) until the case has reached a state, and what follows is written."""
        seen = await self.comes_true(lambda view: view.state == state, state)
        await self.comes_to_rest()
        return seen

    async def comes_to_rest(self) -> None:
        """Wait while something is under way, such as a line on its way to the record; while it cannot end, do not."""
        until = time.monotonic() + REST
        while not self.outside.database_is_down and time.monotonic() < until:
            raw = (await self.handle.describe()).raw_description
            if not raw.pending_activities and not raw.HasField("pending_workflow_task"):
                return
            await asyncio.sleep(0.02)

    async def offered_to(self, code: str) -> CaseView:
        """Wait (a few real seconds at most) until the job is offered to that technician."""
        return await self.comes_true(lambda view: view.state == "dispatched" and view.assignee == code, code)

    async def comes_true(self, condition: Callable[[CaseView], bool], what: str) -> CaseView:
        """Poll the case until the condition holds; say what the case is when it never does."""
        until = time.monotonic() + PATIENCE
        while not condition(seen := await self.view()):
            assert time.monotonic() < until, f"not {what} after {PATIENCE} s: {seen!r}"
            await asyncio.sleep(0.05)
        return seen

    async def told(self, event: str, *recipients: str) -> None:
        """Wait until exactly these have been told of an event."""
        await eventually(lambda: sorted(self.outside.told(event)) == sorted(recipients))

    async def has_orders(self, *outcomes: str) -> None:
        """Wait until the work orders on record have come to these outcomes, in order."""
        await eventually(lambda: [order.outcome for order in self.outside.work_orders] == list(outcomes))

    async def recorded(self, event: str) -> None:
        """Wait until the record has a line of that event."""
        await eventually(lambda: event in self.outside.events)
