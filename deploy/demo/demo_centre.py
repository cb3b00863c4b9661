"""A service centre for one demo: real servers in a folder that is removed afterwards, and a clock that can be moved."""

import asyncio
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
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
from workflows.messages.repair_actions import RepairAction

COMMUNITY: Final = "YGHY"
_PATIENCE_SECONDS: Final = 20
_CONNECTIONS: Final = 60
_GATEWAY: Final = Caller("wechat", Role.INTAKE, "", frozenset({COMMUNITY}), None)
_NOT_BY_ITSELF: Final = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=5000)
"""A case's clock moves only when it is told to."""


@dataclass
class DemoCentre:
    """What the story can do: report, act, reply, let time pass, look."""

    database: Database
    cases: CaseStarter
    clock: TimeSkipper
    mail: MailPeer
    number: str = ""
    messages: int = 0

    async def report(self, report: RepairReport, at: datetime) -> CaseView:
        """Have a repair reported at that instant, which must be the centre's ``now``."""
        snapshot = await asyncio.to_thread(load_snapshot, self.database, at)
        self.number = (await self.cases.start_repair(report, _GATEWAY, "demo", snapshot)).number
        return await self.quiet()

    async def act(self, actor: Actor, action: RepairAction, **details: object) -> CaseView:
        """Have a member of staff act, and return the case when all has come of it that comes by itself."""
        request = ActionRequest(
            action=action, community=COMMUNITY, actor=actor, message_id=self._next(), details=details
        )
        await self.cases.act(self.number, request, _GATEWAY)
        return await self.quiet()

    async def reply(self, intent: ReplyIntent, text: str) -> CaseView:
        """Have the customer say something."""
        reply = CustomerReply(message_id=self._next(), community=COMMUNITY, intent=intent, text=text)
        await self.cases.reply(self.number, reply)
        return await self.quiet()

    async def wait_until(self, instant: datetime) -> CaseView:
        """Let business time run to that instant."""
        left = instant - (await self.view()).now
        await self.clock.fast_forward(self.clock.client.get_workflow_handle(self.number), left)
        return await self.quiet()

    async def end(self, at: datetime) -> None:
        """Let business time run to that instant, by which the process must have ended."""
        case = self.clock.client.get_workflow_handle(self.number)
        await self.clock.fast_forward(case, at - (await self.view()).now)
        await asyncio.wait_for(case.result(), _PATIENCE_SECONDS)

    async def view(self) -> CaseView:
        """The case as it is now."""
        return await self.cases.view(self.number, COMMUNITY)

    async def quiet(self) -> CaseView:
        """Wait until nothing is under way: no step of the process, no mail, no line on its way to the records."""
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while True:
            case = await self.clock.client.get_workflow_handle(self.number).describe()
            raw = case.raw_description
            if not raw.pending_activities and not raw.HasField("pending_workflow_task"):
                return await self.view()
            if time.monotonic() > give_up:
                raise TimeoutError(f"{self.number} did not come to rest in {_PATIENCE_SECONDS} s")
            await asyncio.sleep(0.05)

    def record(self) -> CaseRecordView:
        """The case as PostgreSQL has it."""
        record = get_case(self.database, COMMUNITY, self.number)
        assert record is not None  # noqa: S101 - the process has ended, and it waits for its record
        return record

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
        yield DemoCentre(database, CaseStarter(clock.client, keyring, archive, now=lambda: now), clock, mail)


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
