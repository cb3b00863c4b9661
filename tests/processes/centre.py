"""A service centre for process tests: the real server with a clock for each case, and an outside that remembers."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from tests.processes.outside import Outside
from workers.sandbox import sandboxed
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import (
    ActionRequest,
    ActionResult,
    CaseOpening,
    CaseView,
    Channel,
    CustomerReply,
    ReplyIntent,
    Reporter,
)
from workflows.messages.identifiers import CaseKind, TaskQueue
from workflows.messages.people import Actor, Role
from workflows.messages.policy import RepairPolicy
from workflows.messages.repair import RepairStart
from workflows.processes.repair import Repair
from workflows.rules.case_numbers import case_number
from workflows.rules.repair_classification import classify

CHINA = ZoneInfo("Asia/Shanghai")
DESK = Actor(role=Role.CS_ASSISTANT, code="C001")
SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")
SITE_MANAGER = Actor(role=Role.SITE_MANAGER, code="M001")
CONTROL_ROOM = Actor(role=Role.CONTROL_ROOM, code="Z001")
LEAD = Actor(role=Role.ENGINEERING_LEAD, code="E001")
CALENDAR_2026 = WorkingCalendar(
    years=(2026,),
    days_off=tuple(date(2026, 5, day) for day in (1, 4, 5)),
    make_up_days=(date(2026, 5, 9),),
)


def technician(code: str) -> Actor:
    """The technician of that code."""
    return Actor(role=Role.TECHNICIAN, code=code)


def at(text: str) -> datetime:
    """An instant of 2026 in Shanghai, such as ``05-12 10:00`` or ``05-12 10:04:59``."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


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
class RepairCase:
    """One repair under test."""

    handle: WorkflowHandle[Any, Any]
    skipper: TimeSkipper
    outside: Outside
    number: str
    messages: int = 0

    async def view(self) -> CaseView:
        """The case as it is now."""
        answer: CaseView = await self.handle.query(Repair.view)
        return answer

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
        return await self.send(request)

    async def send(self, request: ActionRequest) -> ActionResult:
        """Send a request whose id is the update's id."""
        answer: ActionResult = await self.handle.execute_update(Repair.act, request, id=request.message_id)
        return answer

    async def refusal_of(self, actor: Actor, action: str, **details: Any) -> str:
        """Send an action that is to be refused, and return the refusal's code."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.act(actor, action, **details)
        return code_of(refused.value)

    async def reply(
        self, intent: str, text: str = "", message_id: str = "", community: str = "YGHY", sender_phone: str = ""
    ) -> None:
        """Send what the customer says."""
        self.messages += 1
        message = CustomerReply(
            message_id=message_id or f"r{self.messages}",
            community=community,
            intent=ReplyIntent(intent),
            text=text,
            sender_phone=sender_phone,
        )
        await self.handle.signal(Repair.reply, message)

    async def state(self) -> str:
        """The state's code."""
        return (await self.view()).state

    async def becomes(self, state: str) -> CaseView:
        """Wait (a few real seconds at most) until the case has reached a state."""
        return await self.comes_true(lambda view: view.state == state, state)

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


@dataclass
class Centre:
    """Starts repairs."""

    skipper: TimeSkipper
    outside: Outside = field(default_factory=Outside)

    async def report(
        self,
        description: str = "厨房水龙头滴水",
        *,
        received: str = "05-12 10:00:00",
        policy: RepairPolicy | None = None,
        accepted_by: Actor | None = None,
        appointment: str = "",
        calendar: WorkingCalendar = CALENDAR_2026,
    ) -> RepairCase:
        """A customer of unit 1-0301 reports a repair at that business instant."""
        policy = policy or RepairPolicy()
        judged = classify(description, None, policy)
        number = case_number(CaseKind.REPAIR, b"test", "wechat", uuid.uuid4().hex)
        opening = CaseOpening(
            number=number,
            kind=CaseKind.REPAIR,
            community="YGHY",
            channel=Channel.PLATFORM,
            received_at=at(received),
            unit="1-0301",
            area="A",
            reporter=Reporter(name="林小满", phone="+8613800000001"),
            description=description,
            policy_version=1,
            accepted_by=accepted_by,
        )
        start = RepairStart(
            opening=opening,
            trade=judged.trade,
            repair_class=judged.repair_class,
            hazard=judged.hazard,
            appointment_at=at(appointment) if appointment else None,
            policy=policy,
            calendar=calendar,
        )
        handle = await self.skipper.client.start_workflow(Repair.run, start, id=number, task_queue=TaskQueue.CASES)
        return RepairCase(handle, self.skipper, self.outside, number)

    async def dispatched(self, **how: Any) -> RepairCase:
        """A repair that the desk has accepted and that is offered to T001."""
        case = await self.report(accepted_by=DESK, **how)
        await case.offered_to("T001")
        return case

    async def in_progress(self, **how: Any) -> RepairCase:
        """A repair on which T001 is at work."""
        case = await self.dispatched(**how)
        await case.act(technician("T001"), "take")
        await case.act(technician("T001"), "arrive")
        return case

    async def completed(self, **how: Any) -> RepairCase:
        """A repair that T001 has completed."""
        case = await self.in_progress(**how)
        await case.act(technician("T001"), "complete", work_done="更换阀芯", materials="阀芯1个", work_minutes=25)
        return case


@asynccontextmanager
async def workers(client: Client, outside: Outside) -> AsyncIterator[None]:
    """Workers for every queue. Nothing is cached: every task replays, so a slip is found at once."""
    cases = Worker(
        client,
        task_queue=TaskQueue.CASES,
        workflows=[Repair],
        workflow_runner=sandboxed(),
        max_cached_workflows=0,
    )
    records, notifications = (
        Worker(client, task_queue=queue, activities=outside.activities)
        for queue in (TaskQueue.RECORDS, TaskQueue.NOTIFICATIONS)
    )
    async with cases, records, notifications:
        yield


@asynccontextmanager
async def service_centre(client: Client, skipper: TimeSkipper) -> AsyncIterator[Centre]:
    """A centre at work."""
    centre = Centre(skipper)
    async with workers(client, centre.outside):
        yield centre
