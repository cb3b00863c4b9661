"""Playing a repair and its revisit 报修与回访, from the report to the reviewed record, on either side alike.

The bare side is told the same messages as JSON objects, so that payloads have the same size before encryption.
"""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from temporalio.client import Client, RPCError, WorkflowHandle
from temporalio.service import RPCStatusCode

from activities.opening.case_start import start_case
from activities.opening.repair_reports import RepairReport, repair_start
from activities.opening.temporal_face import attributes_at_start, details, summary
from activities.records.intake_snapshot import Caller, IntakeSnapshot, load_snapshot
from bench.bare import repair as bare
from bench.repairs.centre import COMMUNITY, Centre, Process
from bench.repairs.screen import Screen
from tests.plain_repair import ACCEPT, DESK, STEPS, confirmation, technician, wish
from workflows.messages.case import Channel, Reporter
from workflows.messages.clocks import clock_rule
from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Message
from workflows.messages.people import Actor, Role
from workflows.messages.repair import RepairStart
from workflows.rules.case_numbers import case_number

MORNING: Final = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When every report comes in: technicians are on duty, whatever the hour at which the bench runs."""
_SUPERVISOR: Final = Actor(role=Role.CS_SUPERVISOR, code="S001")
_UNIT: Final = "图书馆"
_CONTENT: Final = {"method": "phone", "solved": "yes", "satisfaction": "satisfied", "suggestions": "无"}

_OFFERS: Final = (
    'SELECT "case", extract(epoch FROM min(recorded_at))::float FROM {} '
    "WHERE event = 'offered' AND \"case\" = ANY(:numbers) GROUP BY 1"
)


@dataclass(frozen=True)
class Side:
    """Ours or the bare one: how a case is started and spoken to, and where its record is seen."""

    name: str
    client: Client
    worker: tuple[str, ...]
    """The module of its worker process, and its arguments."""
    start: Callable[[RepairStart], Awaitable[Any]]
    said: Callable[[Message], Any]
    """How a message is handed to the client."""
    revisit_of: Callable[[str], str]
    """The number of a repair's revisit."""
    screen: Screen
    offers: str
    """Selects number and Unix time of the offers to technicians in the cases ``:numbers``."""


def sides_of(centre: Centre) -> tuple[Side, Side]:
    """Return ours and the bare one."""
    client, bare_client, secret = centre.client, centre.bare_client, centre.keyring.case_number_key

    async def start_bare(start: RepairStart) -> None:
        await bare_client.start_workflow(
            bare.REPAIR,
            _as_json(start),
            id=start.opening.number,
            task_queue=bare.QUEUE,
            search_attributes=attributes_at_start(start),
            static_summary=summary(start),
            static_details=details(start),
        )

    ours = Side(
        name="guanjia",
        client=client,
        worker=("deploy.command", "worker"),
        start=lambda start: start_case(client, start),
        said=lambda message: message,
        revisit_of=lambda number: case_number(CaseKind.REVISIT, secret, "revisit", f"{number}:1"),
        screen=Screen(centre.database, "SELECT number, state, assignee FROM cases WHERE number = ANY(:numbers)"),
        offers=_OFFERS.format("case_lines"),
    )
    other = Side(
        name="bare",
        client=bare_client,
        worker=("bench.bare.repair_worker",),
        start=start_bare,
        said=_as_json,
        revisit_of=bare.revisit_of,
        screen=Screen(centre.database, "SELECT number, state, assignee FROM bare_cases WHERE number = ANY(:numbers)"),
        offers=_OFFERS.format("bare_case_lines"),
    )
    return ours, other


def _as_json(message: Message) -> Any:
    return message.model_dump(mode="json")


class Story:
    """One repair, step by step as its people take them; ``patiently``, when nothing is under way any more."""

    def __init__(self, side: Side, start: RepairStart, *, patiently: bool = False) -> None:
        self.side = side
        self.patiently = patiently
        self.number = start.opening.number
        self._start = start

    @property
    def revisit(self) -> str:
        """The number of its revisit."""
        return self.side.revisit_of(self.number)

    async def report(self) -> None:
        """报修: the customer's message becomes a case, which waits to be accepted."""
        await self.side.start(self._start)
        await self._rest()

    async def accept(self) -> None:
        """受理, by the desk."""
        await self.act(self.number, ACCEPT, DESK)

    async def offered(self) -> str:
        """派工: wait until a technician sees the job, and return who it is."""
        return (await self.side.screen.until(self.number, lambda row: bool(row.assignee))).assignee

    async def confirmed(self) -> None:
        """From the report to the customer's 验收."""
        await self.report()
        await self.accept()
        person = technician(await self.offered())
        for step in STEPS:
            if step != ACCEPT:
                await self.act(self.number, step, person)
        await self._handle(self.number).signal("reply", self.side.said(confirmation(COMMUNITY)))
        await self._rest()

    async def revisited(self) -> None:
        """回访: a steward telephones, the supervisor reviews, and the repair is closed."""
        visitor = (await self.side.screen.until(self.revisit, lambda row: bool(row.assignee))).assignee
        await self.act(self.revisit, "record", Actor(role=Role.STEWARD, code=visitor), _CONTENT)
        await self.side.screen.until(self.number, lambda row: row.state == "closed")
        await self.act(self.revisit, "give_opinion", _SUPERVISOR, {"opinion": "属实"})
        await self.side.screen.until(self.revisit, lambda row: row.state == "reviewed")

    async def play(self) -> None:
        """All of it."""
        await self.confirmed()
        await self.revisited()

    async def act(
        self, number: str, action: str, actor: Actor, told: dict[str, Any] | None = None, key: str = ""
    ) -> None:
        """Have somebody act on the repair or its revisit, and wait for the answer; ``key`` tells repeats apart."""
        request = wish(number, action, actor, COMMUNITY, told=told, key=key)
        await self._handle(number).execute_update("act", self.side.said(request), id=request.message_id)
        await self._rest()

    async def _rest(self) -> None:
        """Where every step is looked at: until neither case has anything under way but timers."""
        while self.patiently and await self._something_is_under_way():  # noqa: ASYNC110 - a real server has no event
            await asyncio.sleep(0.05)

    async def _something_is_under_way(self) -> bool:
        for number in (self.number, self.revisit):
            try:
                described = (await self._handle(number).describe()).raw_description
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                continue  # there is no revisit yet
            if described.pending_activities or described.HasField("pending_workflow_task"):
                return True
        return False

    def _handle(self, number: str) -> WorkflowHandle[Any, Any]:
        return self.side.client.get_workflow_handle(number)


def _reported(number: str, snapshot: IntakeSnapshot) -> RepairStart:
    report = RepairReport(
        community=COMMUNITY,
        unit=_UNIT,
        channel=Channel.PLATFORM,
        description="卫生间水龙头滴水,关不紧,请尽快安排师傅",
        reporter=Reporter(name="赵明远", phone="+8617400200001", mail="resident200001@example.com"),
    )
    communities = frozenset((COMMUNITY,))
    desk = Caller(caller="bench", role=DESK.role, staff=DESK.code, communities=communities, expires_at=None)
    start = repair_start(number, report, desk, snapshot, MORNING)
    # a place of its own, or all of them would be reports of one fault
    opening = start.opening.model_copy(update={"unit": number[3:]})
    return start.model_copy(update={"opening": opening})


class Stage:
    """Both sides, and what plays on them."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.ours, self.bare = self.sides = sides_of(centre)
        self._snapshot = load_snapshot(centre.database, MORNING)

    def story(self, side: Side, *, patiently: bool = False, is_in_no_hurry: bool = False) -> Story:
        """A repair that nobody has reported yet; with no hurry it may wait a month for each of its people."""
        start = _reported(case_number(CaseKind.REPAIR, b"bench", side.name, uuid.uuid4().hex), self._snapshot)
        if is_in_no_hurry:
            month = clock_rule("P30D", Role.CS_SUPERVISOR)
            policy = start.policy.model_copy(
                update=dict.fromkeys(("acceptance", "technician_answer", "arrival"), month)
            )
            start = start.model_copy(update={"policy": policy})
        return Story(side, start, patiently=patiently)

    @contextlib.asynccontextmanager
    async def workers(self, cached_cases: int = 1000) -> AsyncIterator[tuple[Process, Process]]:
        """A worker process of each side, after one whole story each, and their screens."""
        async with contextlib.AsyncExitStack() as running:
            processes = []
            for side in self.sides:
                variables = {"GUANJIA_WORKERS__CACHED_CASES": str(cached_cases)}
                processes.append(running.enter_context(self.centre.process(*side.worker, **variables)))
                await running.enter_async_context(side.screen.on())
                await self.story(side).play()
            ours, bare = processes
            yield ours, bare
