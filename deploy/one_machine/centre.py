"""The centre 服务中心 on one machine: started in order, watched, stopped in order."""

import asyncio
import contextlib
import signal
import sys
import time
from typing import Final

import httpx2
import structlog
from sqlalchemy.exc import OperationalError
from temporalio.service import RPCError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from activities.records.migration import upgrade
from activities.records.suppression_list import SuppressionList
from deploy.one_machine import own_processes
from deploy.one_machine.child_process import ChildProcess, Program
from deploy.one_machine.embedded_postgres import prepared
from deploy.one_machine.first_start import open_to_people, own_keys
from deploy.one_machine.patience import patiently
from deploy.one_machine.place import Place
from deploy.one_machine.taken_back import keep_taken_back
from deploy.one_machine.temporal_server import temporal_server, write_profile
from deploy.one_machine.welcome import welcome
from deploy.preparation import prepare_namespace
from deploy.start_refused import StartRefusedError
from starters.cli.profile import Profile
from starters.schedules import deploy_fee_schedules, latest_policies
from workflows.messages.identifiers import TaskQueue

_log = structlog.get_logger(__name__)
_API_SECONDS: Final = 60


async def run_centre(place: Place, settings: Settings, lock: int) -> None:
    """Run the centre until SIGINT, SIGTERM or SIGHUP; a second signal kills what has not stopped yet.

    Raises ``StartRefusedError`` or ``KeyFileError`` if it cannot start; nothing is left running.
    """
    centre = _Centre(place, settings, lock)
    told = asyncio.Event()

    def stop() -> None:
        if told.is_set():
            centre.kill()
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    stopping = asyncio.create_task(told.wait())
    starting = asyncio.create_task(centre.start())
    try:
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            await stopping
    finally:
        starting.cancel()
        stopping.cancel()
        await centre.stop()


class _Centre:
    def __init__(self, place: Place, settings: Settings, lock: int) -> None:
        self._place = place
        self._settings = settings
        self._lock = lock
        self._running: list[tuple[ChildProcess, ...]] = []
        """In the order of their start; each group needs those before it."""

    async def start(self) -> None:
        """Start everything and return when reports can be taken."""
        began, first = time.monotonic(), not self._place.holds_data
        keyring = own_keys(self._place)
        write_profile(self._place)
        connections = self._settings.workers.concurrent_activities * len(TaskQueue)
        self._run(await asyncio.to_thread(prepared, self._place.postgres_folder, connections))
        self._run(temporal_server(self._place))
        _, profile = await asyncio.gather(self._prepare_temporal(keyring), self._prepare_records(keyring))
        await self._prepare_schedules(keyring)
        self._run(own_processes.workers(self._settings))
        self._run(*own_processes.ways_in())
        await self._wait_for_the_api()
        welcome(self._place, profile, seconds=time.monotonic() - began, first=first)

    async def stop(self) -> None:
        """Stop everything, the ways in first and the databases last."""
        _log.info("stopping")
        while self._running:
            # taken off only when it is gone: until then a second signal must still find it
            await asyncio.gather(*(child.stop() for child in self._running[-1]))
            self._running.pop()
        _log.info("stopped")

    def kill(self) -> None:
        """End everything at once."""
        for group in self._running:
            for child in group:
                child.kill()

    def _run(self, *programs: Program) -> None:
        children = tuple(ChildProcess(program, self._show, inherited=[self._lock]) for program in programs)
        self._running.append(children)
        for child in children:
            child.start()

    def _show(self, name: str, line: str) -> None:
        """Pass on a line of a process; JSON stays JSON."""
        if self._settings.log_format == "json" and not line.startswith("{"):
            _log.warning("process_said", process=name, line=line)
            return
        with contextlib.suppress(OSError):  # nobody reads any more; the centre goes on
            print(line if self._settings.log_format == "json" else f"{name:<8} | {line}", file=sys.stderr, flush=True)

    async def _prepare_records(self, keyring: KeyRing) -> Profile:
        """Tables, sample communities, tokens."""
        database = Database.connect(self._settings.database_url, keyring, pool_size=1)
        try:
            await patiently(lambda: asyncio.to_thread(upgrade, self._settings.database_url), (OperationalError,))
            profile = await asyncio.to_thread(open_to_people, self._place, database)
            # before anybody is let in
            await asyncio.to_thread(keep_taken_back, database, SuppressionList.of(self._settings))
            return profile
        except OperationalError as error:
            raise StartRefusedError(
                f"数据库没有启动:请看上面 postgres 的输出,数据在 {self._place.postgres_folder}",
                f"PostgreSQL did not start: see its lines above; its data are in {self._place.postgres_folder}",
            ) from error
        finally:
            database.close()

    async def _prepare_temporal(self, keyring: KeyRing) -> None:
        """Search attributes and retention."""
        try:
            client = await patiently(lambda: connect(keyring), (RuntimeError,))
            await patiently(lambda: prepare_namespace(client), (RPCError,))
        except (RuntimeError, RPCError) as error:
            raise StartRefusedError(
                f"Temporal 没有启动:请看上面 temporal 的输出,数据在 {self._place.temporal_file}",
                f"Temporal did not start: see its lines above; its data are in {self._place.temporal_file}",
            ) from error

    async def _prepare_schedules(self, keyring: KeyRing) -> None:
        """The quarter's and the month's fees open by themselves; what a manager has paused stays paused."""
        database = Database.connect(self._settings.database_url, keyring, pool_size=1)
        try:
            client = await connect(keyring)
            policies = await asyncio.to_thread(latest_policies, database)
            await patiently(lambda: deploy_fee_schedules(client, policies), (RPCError,))
        finally:
            database.close()

    async def _wait_for_the_api(self) -> None:
        async def ask() -> None:
            (await http.get("/readyz")).raise_for_status()

        # trust_env: a proxy that somebody has set for the internet knows nothing of this machine
        async with httpx2.AsyncClient(base_url=self._place.api_url, trust_env=False) as http:
            try:
                await patiently(ask, (httpx2.HTTPError,), _API_SECONDS)
            except httpx2.HTTPError as error:
                raise StartRefusedError(
                    "接口没有就绪:请看上面 api 的输出", "the API did not become ready: see its lines above"
                ) from error
