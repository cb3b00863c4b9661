"""A whole service centre of separate processes, each of which comes back when it is killed."""

import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.records.tokens import issue_token
from tests.chaos.api_process import CLOCKS
from tests.chaos.provider import Provider, serving
from tests.deploy.centre import free_ports
from tests.fees.machine import Machine, machine_in
from tests.intake_api.signing import signed
from tests.servers import ROOT
from tests.upgrades.builds import PATCHED, UNCHANGED, build_in
from workflows.messages.identifiers import TaskQueue
from workflows.messages.people import Role
from workflows.rules.case_numbers import is_case_number

HOME = "YGHY"
GATEWAY_SECRET = "whsec_" + "Z3VhbmppYS1jaGFvcy1zZWNyZXQtMDEyMzQ1Njc4OTA="
WORKERS = ("worker1", "worker2", "worker3", "worker4")
PATIENCE = 180
"""Seconds within which a word is heard, whoever is down."""
_UNSETTLED = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same request is sent again under the same key."""


class Centre:
    """The machine, its APIs and its provider."""

    def __init__(
        self,
        machine: Machine,
        keyring: KeyRing,
        provider: Provider,
        address: str,
        skipper: TimeSkipper,
        *,
        beside_others: bool,
    ) -> None:
        # a test beside this one is failed if its cases are starved for two seconds; alone, nothing is yielded to
        self.yielding = ("nice", "-n", "10") if beside_others else ()
        self.machine, self.keyring, self.provider, self.skipper = machine, keyring, provider, skipper
        self.ports = free_ports(2)
        self.turns = itertools.cycle(self.ports)
        webhook = {HOME: {"url": address, "secret": GATEWAY_SECRET}}
        machine.environment |= {
            "GUANJIA_WEBHOOK": json.dumps(webhook),
            "GUANJIA_NOTIFICATION_ORDER": json.dumps(["webhook", "inbox"]),
            "GUANJIA_REQUESTS_PER_MINUTE": "1000000",
            "GUANJIA_WORKERS__PATIENCE_SECONDS": "120",
        }
        self.database = Database.connect(machine.environment["GUANJIA_DATABASE_URL"], keyring, pool_size=10)
        self.http = httpx2.AsyncClient(timeout=30, trust_env=False, limits=httpx2.Limits(max_connections=200))
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self.build = build_in(machine.folder / "build", UNCHANGED)
        self._tokens = {post: self._token(*post) for post in self._posts()}

    @property
    def client(self) -> Client:
        return self.skipper.client

    async def keep(self, name: str, *command: str, **variables: str) -> None:
        """Keep a process of that name alive, however often it is killed; each life runs the build of its time."""
        while True:
            build = self.build
            sources = os.pathsep.join((str(build.folder), str(ROOT)))
            with (self.machine.folder / f"{name}.log").open("ab") as words:
                process = await asyncio.create_subprocess_exec(
                    *(*self.yielding, sys.executable, "-m", *command), cwd=build.folder,
                    env={**self.machine.environment, **variables, "PYTHONPATH": sources},
                    stdout=asyncio.subprocess.DEVNULL, stderr=words,
                )  # fmt: skip
            self.processes[name] = process
            if build != self.build:  # replaced while it was coming up: it may not work beside the newer one
                self.kill(name)
            try:
                await process.wait()
            except asyncio.CancelledError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                raise

    async def upgrade(self) -> None:
        """Every worker of this build is stopped by force, and a newer one with a changed repair takes over (0013)."""
        self.build = await asyncio.to_thread(build_in, self.machine.folder / "newer build", PATCHED)
        for worker in WORKERS:
            self.kill(worker)

    def kill(self, name: str) -> None:
        """SIGKILL, if it is there just now."""
        process = self.processes.get(name)
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)

    def _posts(self) -> list[tuple[Role, str]]:
        statement = text(
            "SELECT DISTINCT role, staff FROM posts WHERE community = :home AND until IS NULL ORDER BY 1, 2"
        )
        with self.database.begin() as connection:
            return [(Role(role), staff) for role, staff in connection.execute(statement, {"home": HOME})]

    def _token(self, role: Role, staff: str) -> str:
        """Issued before the API starts: a later one is known to it only after some seconds."""
        return issue_token(self.database, caller=f"{role}-{staff}", role=role, communities=[HOME], staff=staff)

    async def request(self, method: str, path: str, who: tuple[Role, str], key: str = "", body: Any = None) -> Any:
        """Ask one API or the other until there is an answer that settles it; the same key each time."""
        headers = {"Authorization": f"Bearer {self._tokens[who]}", **({"Idempotency-Key": key} if key else {})}
        return await self._settled(
            method,
            f"communities/{HOME}/{path}",
            lambda: {"headers": headers, **({} if body is None else {"json": body})},
        )

    async def signed(self, path: str, secret: str, message: str, body: Any) -> Any:
        """Post a signed message, as other systems do, until there is an answer that settles it."""
        return await self._settled("POST", f"webhooks/{path}", lambda: signed(secret, body, message=message))

    async def _settled(self, method: str, path: str, what: Callable[[], dict[str, Any]]) -> Any:
        """``what`` is said is made anew each time, because a signature grows old."""
        until, said = asyncio.get_running_loop().time() + PATIENCE, ""
        while True:
            with contextlib.suppress(httpx2.TransportError):
                url = f"http://127.0.0.1:{next(self.turns)}/v1/{path}"
                answer = await self.http.request(method, url, **what())
                if answer.status_code not in _UNSETTLED:
                    return answer
                said = answer.text
            if asyncio.get_running_loop().time() > until:
                raise AssertionError(f"{method} {path} was never answered but with {said}{await self.stands(path)}")
            await asyncio.sleep(0.3)

    async def stands(self, path: str) -> str:
        """How the case stands that the path names, as Temporal sees it: what a failure is understood by."""
        number = next((part for part in path.split("/") if is_case_number(part)), None)
        if number is None:
            return ""
        case = self.client.get_workflow_handle(number)
        pending = (await case.describe()).raw_description.pending_workflow_task
        last = [
            f"{event.event_id} {event.event_time.ToJsonString()} {EventType.Name(event.event_type)}"
            for event in (await case.fetch_history()).events[-20:]
        ]
        return "\n".join(("", *last, f"pending task: {pending}"))


@contextlib.asynccontextmanager
async def centre_in(
    folder: Path, keyring: KeyRing, chance: random.Random, provider_odds: float, *, beside_others: bool
) -> AsyncIterator[Centre]:
    """Start everything; at the end everything is stopped."""
    provider = Provider(chance, provider_odds)
    with serving(provider) as address, machine_in(folder, keyring) as machine:
        skipper = TimeSkipper(await machine.connected(keyring), config=CLOCKS)
        centre = Centre(machine, keyring, provider, address, skipper, beside_others=beside_others)
        queues = [[TaskQueue.CASES, TaskQueue.NOTIFICATIONS], [TaskQueue.CASES, TaskQueue.BILLING]]
        kept = [
            asyncio.create_task(centre.keep(f"api{number}", "tests.chaos.api_process", GUANJIA_API_PORT=str(port)))
            for number, port in enumerate(centre.ports, start=1)
        ]
        for worker, some in zip(WORKERS, [*queues, *queues], strict=True):
            kept.append(asyncio.create_task(centre.keep(worker, "tests.fees.dying_worker", str(folder), *some)))
        try:
            yield centre
        finally:
            for task in kept:
                task.cancel()
            await asyncio.gather(*kept, return_exceptions=True)
            await centre.http.aclose()
            centre.database.close()
