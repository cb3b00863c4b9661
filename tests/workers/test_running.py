"""Worker processes on real servers: they start, refuse, stop in seconds and hand over what they gave up."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from temporalio.client import Client

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from tests import servers
from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.people import Trade

STOP_SECONDS = 1


@contextlib.asynccontextmanager
async def forwarding(port: int, socket_path: str) -> AsyncIterator[None]:
    """Bring what arrives at a port to PostgreSQL's socket: the server is back, under the address it had."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while content := await reader.read(65536):
                writer.write(content)
                await writer.drain()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(socket_path)
        await asyncio.gather(carry(reader, back), carry(there, writer))

    async with await asyncio.start_server(connect, "127.0.0.1", port):
        yield


class WorkerProcess:
    """A running worker process and what it has logged so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""

    async def until(self, event: str) -> None:
        """Wait until the log holds the event; fails if the process ends first."""
        assert self.process.stderr
        while event not in self.log:
            line = await asyncio.wait_for(self.process.stderr.readline(), 40)
            assert line, f"ended without {event}:\n{self.log}"
            self.log += line.decode()

    async def ended(self) -> int:
        """Wait for the end; returns the exit code."""
        assert self.process.stderr
        self.log += (await self.process.stderr.read()).decode()
        return await self.process.wait()


@pytest.fixture
def environment(client: Client, database: Database, keyring: KeyRing, tmp_path: Path) -> dict[str, str]:
    """Settings of a worker process that reaches the test's servers."""
    keys_file = tmp_path / "keys.toml"
    keyring.write(keys_file)
    return {
        **os.environ,
        "PYTHONPATH": str(servers.ROOT),
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "GUANJIA_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "GUANJIA_KEYS_FILE": str(keys_file),
        "GUANJIA_WORKERS__STOP_SECONDS": str(STOP_SECONDS),
        "GUANJIA_WORKERS__PATIENCE_SECONDS": "1",
        "GUANJIA_LOG_FORMAT": "json",
    }


@contextlib.asynccontextmanager
async def worker_process(
    environment: dict[str, str], *queues: TaskQueue, module: str = "process"
) -> AsyncIterator[WorkerProcess]:
    """Start a process for the queues; killed at the end of the block if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.workers.{module}", *queues), env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield WorkerProcess(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _refusal(environment: dict[str, str], *queues: TaskQueue) -> str:
    async with worker_process(environment, *queues) as worker:
        assert await worker.ended() == 1
        return worker.log


async def _ask_for_an_offer(client: Client) -> "asyncio.Task[OfferOutcome]":
    handle = await client.start_activity(
        Activity.OFFER_NEXT,
        OfferRequest(case="BX-7K3QM-9TXAB", community="YGHY", attempt=1, business_now=_NOW, trade=Trade.PLUMBING),
        id=f"offer-{uuid.uuid4()}",
        task_queue=TaskQueue.CASES,
        result_type=OfferOutcome,
        start_to_close_timeout=timedelta(seconds=4),
    )
    return asyncio.create_task(handle.result())


_NOW = datetime(2026, 5, 12, 2, 10, tzinfo=UTC)


@contextlib.contextmanager
def _offers_locked(database: Database) -> Iterator[None]:
    with database.begin() as connection:
        connection.execute(text("LOCK TABLE work_orders IN ACCESS EXCLUSIVE MODE"))
        yield


async def _somebody_waits_for_the_lock(database: Database) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'work_orders'::regclass")
    deadline = time.monotonic() + 20
    while True:
        with database.begin() as connection:
            if connection.scalar(waiting):
                return
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_an_idle_worker_stops_at_once_when_asked_to(environment):
    async with worker_process(environment, *TaskQueue) as worker:
        await worker.until("workers_started")
        asked = time.monotonic()
        worker.process.send_signal(signal.SIGTERM)

        assert await worker.ended() == 0
        assert time.monotonic() - asked < STOP_SECONDS + 2
        assert "workers_stopped" in worker.log
        assert "not_ended_in_time" not in worker.log


async def test_a_worker_held_up_by_the_database_stops_in_seconds_and_another_finishes_its_work(
    environment, client, database
):
    async with worker_process(environment, TaskQueue.CASES) as first:
        with _offers_locked(database):
            offer = await _ask_for_an_offer(client)
            await _somebody_waits_for_the_lock(database)
            asked = time.monotonic()
            first.process.send_signal(signal.SIGTERM)
            assert await first.ended() == 0
            assert time.monotonic() - asked < STOP_SECONDS + 5
            assert "not_ended_in_time" in first.log
    assert not offer.done()

    async with worker_process(environment, TaskQueue.CASES):
        assert await offer == OfferOutcome()


async def test_a_worker_that_cannot_put_a_case_away_ends_and_another_goes_on_with_it(environment, client):
    at_once = {**environment, "GUANJIA_WORKERS__CACHED_CASES": "0", "GUANJIA_WORKERS__STUCK_SECONDS": "1"}
    async with worker_process(at_once, TaskQueue.CASES, module="stubborn") as worker:
        await worker.until("workers_started")
        case = await client.start_workflow("Stubborn", id=f"stubborn-{uuid.uuid4()}", task_queue=TaskQueue.CASES)

        assert await asyncio.wait_for(worker.ended(), 60) == 1
    assert "StuckCaseError" in worker.log

    async with worker_process(environment, TaskQueue.CASES, module="stubborn"):
        assert await asyncio.wait_for(case.query("still_here"), 60) is True


@pytest.mark.parametrize("queue", TaskQueue)
async def test_nothing_is_served_on_a_schema_that_is_too_old(environment, postgres, queue):
    with postgres.new_database() as empty:
        refusal = await _refusal({**environment, "GUANJIA_DATABASE_URL": empty}, queue)

    assert "guanjia migrate" in refusal


async def test_without_postgresql_the_refusal_says_so_and_no_password(environment):
    nowhere = "postgresql+psycopg2://guanjia:geheim@127.0.0.1:1/guanjia"

    refusal = await _refusal({**environment, "GUANJIA_DATABASE_URL": nowhere}, TaskQueue.NOTIFICATIONS)

    assert "PostgreSQL 不可用" in refusal
    assert "geheim" not in refusal


async def test_cases_are_served_without_postgresql(environment):
    nowhere = "postgresql+psycopg2://guanjia@127.0.0.1:1/guanjia"
    async with worker_process({**environment, "GUANJIA_DATABASE_URL": nowhere}, TaskQueue.CASES) as worker:
        await worker.until("workers_started")
    assert "started_without_postgresql" in worker.log


async def test_a_database_that_comes_back_older_ends_a_worker_that_started_without_it(environment, postgres):
    with postgres.new_database() as empty, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        taken.close()
        url = make_url(empty)
        away = url.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        async with worker_process({**environment, "GUANJIA_DATABASE_URL": away}, TaskQueue.CASES) as worker:
            await worker.until("workers_started")
            async with forwarding(port, f"{url.query['host']}/.s.PGSQL.5432"):
                assert await worker.ended() == 1
    assert "guanjia migrate" in worker.log


async def test_a_password_that_is_refused_ends_the_start(environment, database):
    wrong = database.engine.url.set(database="nobody-made-it").render_as_string(hide_password=False)
    refusal = await _refusal({**environment, "GUANJIA_DATABASE_URL": wrong}, TaskQueue.CASES)
    assert "PostgreSQL 不可用" in refusal


async def test_without_temporal_the_refusal_says_so(environment):
    refusal = await _refusal({**environment, "TEMPORAL_ADDRESS": "127.0.0.1:1"}, TaskQueue.CASES)

    assert "连接不上 Temporal" in refusal
    assert "TEMPORAL_ADDRESS" in refusal


async def test_metrics_are_shown_where_the_settings_say(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "{}:{}".format(*taken.getsockname())
        refusal = await _refusal({**environment, "GUANJIA_METRICS_ADDRESS": address}, TaskQueue.CASES)
    assert "metrics_address" in refusal

    async with worker_process({**environment, "GUANJIA_METRICS_ADDRESS": address}, TaskQueue.CASES) as worker:
        await worker.until("workers_started")
        async with asyncio.timeout(10):
            while "temporal_num_pollers" not in await asyncio.to_thread(_read, f"http://{address}/metrics"):
                await asyncio.sleep(0.1)


def _read(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own loopback address
        return str(answer.read().decode())
