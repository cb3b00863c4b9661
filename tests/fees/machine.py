"""A machine that loses its parts while a test plays: PostgreSQL, Temporal on a file, workers that come back."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from activities.records.migration import upgrade
from activities.records.sample_community import create_sample
from tests import servers
from tests.deploy.centre import free_ports
from tests.fees.quarter import Quarter, eventually
from workflows.messages.identifiers import SEARCH_ATTRIBUTES, TaskQueue

PATIENCE = 120
"""Seconds: a worker's death is noticed after ten, several may follow each other."""


@dataclass
class Machine:
    """PostgreSQL, Temporal on a file, and worker processes that come back when they have died."""

    postgres: servers.PostgresServer
    folder: Path
    environment: dict[str, str]
    port: int
    temporal: subprocess.Popen[bytes] | None = None
    deaths: int = 0

    def start_temporal(self) -> None:
        attributes = [
            word
            for key in SEARCH_ATTRIBUTES
            for word in ("--search-attribute", f"{key.name}={key.indexed_value_type.name.title().replace('_', '')}")
        ]
        self.temporal = subprocess.Popen(  # noqa: S603 - the real server
            [
                str(Path(sys.executable).parent / "temporal"), "server", "start-dev", "--headless",
                *("--ip", "127.0.0.1", "--port", str(self.port), "--log-level", "error"),
                *("--db-filename", str(self.folder / "temporal.db")),
                *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
                *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"'),
                *attributes,
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def stop_temporal(self) -> None:
        assert self.temporal is not None
        self.temporal.kill()
        self.temporal.wait()

    def kill_temporal(self) -> None:
        self.stop_temporal()
        self.deaths += 1
        self.start_temporal()

    def kill_postgres(self) -> None:
        """As a power cut would: every process of it at once."""
        pid = int((Path(self.postgres._folder) / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        family = [*postmaster.children(recursive=True), postmaster]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        self.deaths += 1
        self.postgres.start()

    async def serve(self, *queues: TaskQueue) -> None:
        """Keep a worker process for the queues, killed as often as it is."""
        while True:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.fees.dying_worker", str(self.folder), *queues),
                env=self.environment, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                process.kill()
                await process.wait()
                raise
            assert code == -signal.SIGKILL, f"a worker ended by itself with {code}"
            self.deaths += 1

    async def connected(self, keyring: KeyRing) -> Client:
        until = asyncio.get_running_loop().time() + 30
        while True:
            try:
                return await connect(keyring, target_host=f"127.0.0.1:{self.port}")
            except (RPCError, RuntimeError):
                assert asyncio.get_running_loop().time() < until
                await asyncio.sleep(0.1)


@contextlib.contextmanager
def machine_in(folder: Path, keyring: KeyRing) -> Iterator[Machine]:
    """A machine of the sample community, with its files in a folder."""
    with servers.postgres_server(f"kills-{secrets.token_hex(3)}") as postgres, postgres.new_database() as url:
        upgrade(url)
        database = Database.connect(url, keyring)
        create_sample(database)
        database.close()
        keyring.write(folder / "keys.toml")
        (folder / "points").write_text("")
        (port,) = free_ports(1)
        environment = {
            **os.environ,
            "PYTHONPATH": str(servers.ROOT),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{port}",
            "GUANJIA_DATABASE_URL": url,
            "GUANJIA_KEYS_FILE": str(folder / "keys.toml"),
        }
        machine = Machine(postgres, folder, environment, port)
        machine.start_temporal()
        try:
            yield machine
        finally:
            machine.stop_temporal()


@contextlib.asynccontextmanager
async def quarter_on(machine: Machine, keyring: KeyRing, *points: str) -> AsyncIterator[Quarter]:
    (machine.folder / "points").write_text("\n".join(points))
    skipper = TimeSkipper(
        await machine.connected(keyring),
        config=TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=5000),
    )
    database = Database.connect(machine.environment["GUANJIA_DATABASE_URL"], keyring, pool_size=5)
    serving = [
        asyncio.create_task(machine.serve(TaskQueue.BILLING)),
        asyncio.create_task(machine.serve(TaskQueue.CASES, TaskQueue.NOTIFICATIONS)),
    ]
    try:
        yield Quarter(database, skipper.client, skipper, keyring)
    finally:
        for task in serving:
            task.cancel()
        ended = await asyncio.gather(*serving, return_exceptions=True)
        database.close()
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def becomes(quarter: Quarter, number: str, state: str) -> None:
    async def reached() -> bool:
        with contextlib.suppress(RPCError):
            return (await quarter.view(number)).state == state
        return False

    await eventually(reached, PATIENCE)


async def insist(quarter: Quarter, case: str, actor: Any, action: str, /, **details: Any) -> None:
    """Send an action under one message's number until it is heard: what an API does while a server is away."""
    quarter.messages += 1
    number, until = quarter.messages, asyncio.get_running_loop().time() + PATIENCE
    while True:
        quarter.messages = number - 1
        try:
            return await quarter.act(case, actor, action, **details)
        except RPCError:
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.2)


async def counted(quarter: Quarter, statement: str, expected: int) -> None:
    async def so_many() -> bool:
        return quarter.rows(statement) == [(expected,)]

    await eventually(so_many, PATIENCE)
