"""A service centre for process tests: the real server with a clock for each case, and an outside that remembers."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from temporalio.client import Client
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.plain_repair import technician
from tests.processes.case_under_test import CaseUnderTest, at, eventually
from tests.processes.cases_run import CasesRun
from tests.processes.outside import Outside
from workers.assembly import PROCESSES
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import (
    CaseOpening,
    Channel,
    Reporter,
)
from workflows.messages.identifiers import CaseKind, TaskQueue
from workflows.messages.people import Actor, Role
from workflows.messages.repair import Backfill, RepairStart
from workflows.messages.repair_policy import RepairPolicy
from workflows.processes.repair import Repair
from workflows.rules.case_numbers import case_number
from workflows.rules.repair_classification import classify

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


@dataclass
class Centre:
    """Starts cases."""

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
        unit: str = "1-0301",
        entered: str = "",
        backfill: Backfill | None = None,
        inside: bool | None = None,
        building_accepted_on: date | None = None,
        developer_ports: bool = False,
    ) -> CaseUnderTest:
        """A customer of a unit reports a repair at that business instant, or it is entered afterwards at another."""
        policy = policy or RepairPolicy()
        judged = classify(description, None, policy)
        number = case_number(CaseKind.REPAIR, b"test", "wechat", uuid.uuid4().hex)
        opening = CaseOpening(
            number=number,
            kind=CaseKind.REPAIR,
            community="YGHY",
            channel=Channel.PLATFORM,
            received_at=at(received),
            unit=unit,
            area="A",
            reporter=Reporter(name="林小满", phone="+8613800000001"),
            description=description,
            policy_version=1,
            accepted_by=accepted_by,
            entered_at=at(entered) if entered else None,
        )
        start = RepairStart(
            opening=opening,
            trade=judged.trade,
            repair_class=judged.repair_class,
            hazard=judged.hazard,
            appointment_at=at(appointment) if appointment else None,
            policy=policy,
            calendar=calendar,
            inside=inside,
            building_accepted_on=building_accepted_on,
            developer_ports=developer_ports,
            backfill=backfill,
        )
        handle = await self.skipper.client.start_workflow(Repair.run, start, id=number, task_queue=TaskQueue.CASES)
        return CaseUnderTest(handle, self.skipper, self.outside, number)

    async def dispatched(self, **how: Any) -> CaseUnderTest:
        """A repair that the desk has accepted and that is offered to T001."""
        case = await self.report(accepted_by=DESK, **how)
        await case.offered_to("T001")
        # on record the offer stands; a step that is only being taken may still be taken again after a message
        await eventually(lambda: "offered" in self.outside.events_of(case.number))
        return case

    async def in_progress(self, **how: Any) -> CaseUnderTest:
        """A repair on which T001 is at work."""
        case = await self.dispatched(**how)
        await case.act(technician("T001"), "take")
        await case.act(technician("T001"), "arrive")
        return case

    async def completed(self, **how: Any) -> CaseUnderTest:
        """A repair that T001 has completed."""
        case = await self.in_progress(**how)
        await case.act(technician("T001"), "complete", work_done="更换阀芯", materials="阀芯1个", work_minutes=25)
        return case


@asynccontextmanager
async def workers(client: Client, outside: Outside, *, cached: int = 0) -> AsyncIterator[CasesRun]:
    """Workers for every queue. Nothing is cached: every task replays, so a slip is found at once.

    At the end every case is replayed in the sandbox, which costs too much at every task. ``cached`` is for many cases.
    """
    run = CasesRun(client)
    effects = (*outside.activities, *outside.ledger.billing, *outside.ledger.dunning)
    cases = Worker(
        client,
        task_queue=TaskQueue.CASES,
        workflows=PROCESSES,
        activities=effects,
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=cached,
        interceptors=[run],
    )
    notifications, billing = (
        Worker(client, task_queue=queue, activities=effects) for queue in (TaskQueue.NOTIFICATIONS, TaskQueue.BILLING)
    )
    async with cases, notifications, billing:
        yield run
    await run.replay()


@asynccontextmanager
async def service_centre(client: Client, skipper: TimeSkipper) -> AsyncIterator[Centre]:
    """A centre at work."""
    centre = Centre(skipper)
    async with workers(client, centre.outside):
        yield centre
