"""A service centre for one demo: real servers in a folder that is removed afterwards, and a clock that can be moved."""

import asyncio
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import OperationalError
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings, Smtp
from activities.connections.temporal import connect
from activities.opening.repair_reports import RepairReport
from activities.records.case_queries import CaseRecordView, get_case
from activities.records.intake_snapshot import Caller, load_snapshot
from activities.records.migration import upgrade
from activities.records.price_list import price_list
from activities.records.sample_community import create_sample
from deploy.demo.mail_peer import MailPeer, mail_peer
from deploy.one_machine.child_process import ChildProcess, Program
from deploy.one_machine.embedded_postgres import database_url, prepared
from deploy.one_machine.patience import patiently
from deploy.one_machine.temporal_server import development_server
from deploy.preparation import prepare_namespace
from starters.case_desk.archive import CaseArchive
from starters.case_desk.cases import CaseStarter
from workers.assembly import build
from workflows.messages.case import ActionRequest, CaseView, CustomerReply, ReplyIntent
from workflows.messages.identifiers import TaskQueue
from workflows.messages.people import Actor, Role
from workflows.messages.quotes import QuoteLine
from workflows.messages.records import RepairRecord

COMMUNITY: Final = "YGHY"
_PATIENCE_SECONDS: Final = 20
_CONNECTIONS: Final = 60
_CALM_LOOKS: Final = 2
_GATEWAY: Final = Caller("wechat", Role.INTAKE, "", frozenset({COMMUNITY}), None)
_NOT_BY_ITSELF: Final = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=5000)
"""A case's clock moves only when it is told to."""


@dataclass
class DemoCentre:
    """What the story can do: report, act, reply, let time pass, look. ``numbers`` are its cases, the repair first."""

    database: Database
    cases: CaseStarter
    clock: TimeSkipper
    mail: MailPeer
    case_number_key: bytes = field(repr=False)
    numbers: list[str] = field(default_factory=list)
    reached: dict[str, datetime] = field(default_factory=dict)
    messages: int = 0

    async def report(self, report: RepairReport, at: datetime) -> CaseView:
        """Have a repair reported at that instant, which must be the centre's ``now``."""
        snapshot = await asyncio.to_thread(load_snapshot, self.database, at)
        self.numbers.append((await self.cases.start_repair(report, _GATEWAY, "demo", snapshot)).number)
        await self.quiet()
        return await self.view(self.numbers[0])

    async def act(self, number: str, actor: Actor, action: str, /, **details: object) -> CaseView:
        """Have a member of staff act, and return the case when all has come of it that comes by itself."""
        request = ActionRequest(
            action=action, community=COMMUNITY, actor=actor, message_id=self._next(), details=details
        )
        await self.cases.act(number, request, _GATEWAY)
        await self.quiet()
        return await self.view(number)

    async def reply(self, intent: ReplyIntent, text: str) -> CaseView:
        """Have the customer say something about the repair."""
        reply = CustomerReply(message_id=self._next(), community=COMMUNITY, intent=intent, text=text)
        await self.cases.reply(self.numbers[0], reply)
        await self.quiet()
        return await self.view(self.numbers[0])

    async def wait_until(self, instant: datetime) -> None:
        """Let business time of every case run to that instant."""
        await self.find_the_revisit()
        for number in self.numbers:
            # a case that nothing has woken since answers with the time at which it went to sleep
            since = max((await self.view(number)).now, self.reached.get(number, instant.min.replace(tzinfo=UTC)))
            if instant > since:
                await self.clock.fast_forward(self.clock.client.get_workflow_handle(number), instant - since)
            self.reached[number] = instant
        await self.quiet()

    async def find_the_revisit(self) -> None:
        """Know the revisit from the moment that the record of the repair names it."""
        record = get_case(self.database, COMMUNITY, self.numbers[0])
        forms = record.forms if record is not None else ()
        revisit = next((form.revisit for form in forms if isinstance(form, RepairRecord)), "")
        if revisit and revisit not in self.numbers:
            self.numbers.append(revisit)

    async def end(self, number: str, at: datetime) -> None:
        """Let business time run to that instant, by which the process of that case must have ended."""
        case = self.clock.client.get_workflow_handle(number)
        await self.clock.fast_forward(case, at - max((await self.view(number)).now, self.reached[number]))
        await asyncio.wait_for(case.result(), _PATIENCE_SECONDS)

    async def has_ended(self, number: str) -> None:
        """Wait for the end of a case that has nothing more to wait for; its clock is moved no more."""
        await asyncio.wait_for(self.clock.client.get_workflow_handle(number).result(), _PATIENCE_SECONDS)
        self.numbers.remove(number)

    async def view(self, number: str) -> CaseView:
        """The case as it is now."""
        return await self.cases.view(number, COMMUNITY)

    async def quiet(self) -> None:
        """Wait until nothing is under way: no step of any case, no mail, no line on its way to the records."""
        give_up = time.monotonic() + _PATIENCE_SECONDS
        calm = 0
        while calm < _CALM_LOOKS:
            calm = calm + 1 if await self._all_rest() else 0
            if time.monotonic() > give_up:
                raise TimeoutError(f"{', '.join(self.numbers)} did not come to rest in {_PATIENCE_SECONDS} s")
            await asyncio.sleep(0.05)

    async def _all_rest(self) -> bool:
        """Whether every case rests; one looks twice, because a word from one case wakes another."""
        await self.find_the_revisit()
        for number in self.numbers:
            case = await self.clock.client.get_workflow_handle(number).describe()
            raw = case.raw_description
            if raw.pending_activities or raw.HasField("pending_workflow_task"):
                return False
        return True

    def record(self, number: str) -> CaseRecordView:
        """The case as PostgreSQL has it."""
        record = get_case(self.database, COMMUNITY, number)
        assert record is not None  # noqa: S101 - the process has ended, and it waits for its record
        return record

    def price(self, code: str) -> QuoteLine:
        """A line of a quote at the posted price."""
        with self.database.begin() as connection:
            posted = {item.code: item for item in price_list(connection, COMMUNITY, date(2026, 5, 12))}
        item = posted[code]
        return QuoteLine(code=code, name=item.name, unit=item.unit, unit_price=item.unit_price)

    def _next(self) -> str:
        self.messages += 1
        return f"demo-{self.messages}"


@asynccontextmanager
async def demo_centre(now: datetime, complain: Callable[[str, str], None]) -> AsyncIterator[DemoCentre]:
    """Start everything with the sample communities, and remove everything; reports come in at ``now``.

    ``complain`` gets (who, line) when one of the servers has something to say.
    """
    keyring = KeyRing.generate()
    async with AsyncExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="guanjia-demo-", ignore_cleanup_errors=True))
        mail = await running.enter_async_context(mail_peer())
        database = await _records(running, Path(folder, "postgres"), keyring, complain)
        client = await _temporal(running, keyring, complain)
        clock = TimeSkipper(client, config=_NOT_BY_ITSELF)
        # what somebody has set up for a real centre must not be told of an invented case
        settings = Settings(
            database_url=database_url(Path(folder, "postgres")),
            keys_file=Path(folder, "none"),
            smtp=Smtp(host="127.0.0.1", port=mail.port, sender="客服中心 <service@example.com>", starttls=False),
            notification_order=("mail",),
            emergency_contacts={},
            metrics_address="",
        )
        for queue in TaskQueue:
            await running.enter_async_context(build(queue, client, settings, database, keyring))
        archive = CaseArchive(database)
        running.callback(archive.close)
        starter = CaseStarter(clock.client, keyring, archive, now=lambda: now)
        yield DemoCentre(database, starter, clock, mail, keyring.case_number_key)


async def _temporal(running: AsyncExitStack, keyring: KeyRing, complain: Callable[[str, str], None]) -> Client:
    """The real server, with a clock for each case that can be moved on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = development_server(
        *("--port", str(port), "--headless", "--log-level", "error"),
        *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
        *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"'),
    )
    await _started(running, program, complain)
    address = {"target_host": f"127.0.0.1:{port}", "namespace": "default"}
    client = await patiently(lambda: connect(keyring, **address), (RuntimeError,))
    await patiently(lambda: prepare_namespace(client), (RPCError,))
    return client


async def _records(
    running: AsyncExitStack, folder: Path, keyring: KeyRing, complain: Callable[[str, str], None]
) -> Database:
    """The real PostgreSQL, with tables and the sample communities."""
    await _started(running, await asyncio.to_thread(prepared, folder, _CONNECTIONS), complain)
    await patiently(lambda: asyncio.to_thread(upgrade, database_url(folder)), (OperationalError,))
    database = Database.connect(database_url(folder), keyring, pool_size=10)
    running.callback(database.close)
    await asyncio.to_thread(create_sample, database)
    return database


async def _started(running: AsyncExitStack, program: Program, complain: Callable[[str, str], None]) -> None:
    process = ChildProcess(program, complain)
    process.start()
    running.push_async_callback(process.stop)
