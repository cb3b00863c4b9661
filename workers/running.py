"""The process entry of the workers: connect, refuse what cannot work, serve, stop in seconds."""

import asyncio
import gc
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker

from activities.connections.database import Database, is_unavailable
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings, WorkerLimits
from activities.connections.temporal import connect
from activities.records.migration import current_is_head
from workers.assembly import build
from workers.stuck_cases import a_case_is_stuck
from workflows.messages.identifiers import TaskQueue

_RETRY_SECONDS: Final = 0.5
_LAST_WORDS_SECONDS: Final = 2
"""What a worker needs, after its activities have ended or been given up, to say so to the server."""
_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class CannotStartError(Exception):
    """The workers cannot do their work here; the message says what to do."""


class _AwayError(CannotStartError):
    """What they need is away, and may come by itself."""


async def run_workers(settings: Settings, queues: Sequence[TaskQueue] = tuple(TaskQueue)) -> None:
    """Serve the queues until SIGTERM or SIGINT; the process is the workers' own and ends with them.

    Raises ``CannotStartError`` or ``KeyFileError`` if it cannot start, a worker's error if one fails, and
    ``StuckCaseError`` if a case cannot be put away.
    It stops within ``workers.stop_seconds`` and a little more. An activity that holds out longer is given up,
    which is as safe as a crash: every effect is idempotent, and Temporal gives the attempt to another worker.
    """
    keyring = KeyRing.load(settings.keys_file)
    pool_size = settings.workers.concurrent_activities * len(queues)
    database = Database.connect(settings.database_url, keyring, pool_size=pool_size)
    # cases are answered while PostgreSQL is away, and what they write waits; all else would only wait
    late: Callable[[], Awaitable[None]] | None = None
    try:
        await _require_schema(database, settings.workers.patience_seconds)
    except _AwayError:
        if set(queues) != {TaskQueue.CASES}:
            raise
        _log.warning("started_without_postgresql")
        late = partial(_require_schema, database, math.inf)
    client = await _connect(settings, keyring)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    workers = [build(queue, client, settings, database, keyring) for queue in queues]
    # what is there by now stays: the collector need not look at it each time while every case stands still
    gc.collect()
    gc.freeze()
    await _serve(workers, stop, settings.workers, late)
    database.close()


async def _serve(
    workers: Sequence[Worker], stop: asyncio.Event, limits: WorkerLimits, late: Callable[[], Awaitable[None]] | None
) -> None:
    """Run the workers until ``stop`` is set, one of them fails or a case is stuck; then stop all, whatever it takes.

    ``late`` is what could not be seen to at the start; if it fails, that ends them too.
    """
    queues = [worker.task_queue for worker in workers]
    runs = [asyncio.create_task(worker.run()) for worker in workers]
    _log.info("workers_started", queues=queues)
    stopping = asyncio.create_task(_until(stop, late))
    stuck = asyncio.create_task(a_case_is_stuck(workers, limits.stuck_seconds))
    await asyncio.wait([stopping, stuck, *runs], return_when=asyncio.FIRST_COMPLETED)
    failures = [ended.exception() for ended in (stopping, stuck, *runs) if ended.done()]
    failure = next((one for one in failures if one is not None), None)
    stopping.cancel()
    stuck.cancel()
    if failure is None:
        _log.info("workers_stopping", queues=queues)
    else:
        _log.error("workers_stopping", queues=queues, because=type(failure).__name__)
    _end_the_process_after(limits.stop_seconds + _LAST_WORDS_SECONDS, exit_code=0 if stop.is_set() else 1)
    await asyncio.gather(*(worker.shutdown() for worker in workers))
    await asyncio.gather(*runs)
    _log.info("workers_stopped", queues=queues)
    if failure is not None:
        raise failure


async def _until(stop: asyncio.Event, late: Callable[[], Awaitable[None]] | None) -> None:
    """Return when ``stop`` is set; raise what ``late`` raises."""
    stopping = asyncio.create_task(stop.wait())
    if late is not None:
        looking = asyncio.ensure_future(late())
        await asyncio.wait([stopping, looking], return_when=asyncio.FIRST_COMPLETED)
        if looking.done():
            looking.result()
        looking.cancel()
    await stopping


def _end_the_process_after(seconds: float, exit_code: int) -> None:
    """Make sure of the end: nothing else can interrupt a thread that waits in a driver for an answer."""

    def end() -> None:
        _log.warning("not_ended_in_time")
        sys.stderr.flush()
        os._exit(exit_code)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


async def _connect(settings: Settings, keyring: KeyRing) -> Client:
    try:
        runtime = _runtime(settings.metrics_address)
    except (RuntimeError, ValueError) as error:
        raise CannotStartError(f"无法在 {settings.metrics_address} 提供指标:{error}。请改 metrics_address") from error
    try:
        return await _patiently(
            lambda: connect(keyring, runtime=runtime),
            lambda error: isinstance(error, RuntimeError),
            settings.workers.patience_seconds,
        )
    except RuntimeError as error:
        raise CannotStartError(f"连接不上 Temporal:{error}。请检查 TEMPORAL_ADDRESS 与服务是否已启动") from error


def _runtime(metrics_address: str) -> Runtime:
    if not metrics_address:
        return Runtime.default()
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=metrics_address)))


async def _require_schema(database: Database, patience: float) -> None:
    """Raise ``CannotStartError`` if the schema is older than this build needs, or PostgreSQL away for ``patience``."""
    try:
        recent = await _patiently(lambda: asyncio.to_thread(current_is_head, database.engine), is_unavailable, patience)
    except SQLAlchemyError as error:
        # the server that refuses a password or a database is there, and will refuse them for ever
        away = _AwayError if is_unavailable(error) and "FATAL" not in _reason(error) else CannotStartError
        raise away(f"PostgreSQL 不可用:{_reason(error)}。请检查 GUANJIA_DATABASE_URL 与服务是否已启动") from error
    if not recent:
        raise CannotStartError("数据库结构比本程序需要的旧:请先运行 guanjia migrate")


def _reason(error: SQLAlchemyError) -> str:
    """Return the driver's own words, without SQLAlchemy's advice to programmers."""
    return str(getattr(error, "orig", None) or error).strip()


async def _patiently(
    attempt: Callable[[], Awaitable[_T]], may_pass: Callable[[BaseException], bool], patience: float
) -> _T:
    """Repeat the attempt while its error may pass by itself, for ``patience`` seconds at most."""
    give_up = time.monotonic() + patience
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not may_pass(error) or time.monotonic() > give_up:
                raise
            await asyncio.sleep(_RETRY_SECONDS)
