"""Real servers for all tests: one PostgreSQL and one Temporal a test process, a fresh database a test."""

import asyncio
import faulthandler
import gc
import importlib.util
import os
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from tests import servers

if TYPE_CHECKING:
    from tests.attachments.bucket import Bucket


TEARDOWN = 120.0
"""Real seconds that a test has for putting its servers and workers away."""
STDERR = pytest.StashKey[int]()
"""The process's own stderr, which no test captures."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep what the tests' output is captured from."""
    config.stash[STDERR] = os.dup(sys.stderr.fileno())


def pytest_collection_finish() -> None:
    """Hide what is imported from the collector: the SDK interrupts a case that it stops for two seconds."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """End this process, naming what each thread does, when a teardown hangs; under xdist another takes up its tests.

    The clock of ``pytest-timeout`` stops for good when a test fails, so a hang after a failure had none.
    """
    faulthandler.dump_traceback_later(TEARDOWN, exit=True, file=item.config.stash[STDERR])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def keyring() -> KeyRing:
    """Secrets of this test run."""
    return KeyRing.generate()


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.PostgresServer]:
    """The PostgreSQL that all tests share; whoever stops it starts one of their own (``servers``)."""
    with servers.postgres_server("shared") as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: servers.PostgresServer) -> str:
    """Its address."""
    return postgres.url


@pytest.fixture(scope="session")
def _migrated(postgres: servers.PostgresServer) -> Iterator[str]:
    """Name of a database with all tables and no rows, to copy from."""
    with postgres.new_database() as url:
        _create_tables(url)
        yield url.split("/")[3].split("?")[0]


def _create_tables(url: str) -> None:
    if importlib.util.find_spec("activities.records.migration"):
        from activities.records.migration import upgrade

        upgrade(url)
        return
    from activities.records import case_tables, community_tables  # noqa: F401 - they declare the tables
    from activities.records.schema import Row

    engine = create_engine(url)
    Row.metadata.create_all(engine)
    engine.dispose()


@pytest.fixture
def database(postgres: servers.PostgresServer, _migrated: str, keyring: KeyRing) -> Iterator[Database]:
    """A migrated database without rows, of this test alone; ten callers at once need not wait for a connection."""
    with postgres.new_database(_migrated) as url:
        opened = Database.connect(url, keyring, pool_size=10)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def _sampled(postgres: servers.PostgresServer, _migrated: str, keyring: KeyRing) -> Iterator[str]:
    """Name of a database with the sample communities, to copy from."""
    from activities.records.sample_community import create_sample

    with postgres.new_database(_migrated) as url:
        opened = Database.connect(url, keyring)
        create_sample(opened)
        opened.close()
        yield url.split("/")[3].split("?")[0]


@pytest.fixture
def sample(postgres: servers.PostgresServer, _sampled: str, keyring: KeyRing) -> Iterator[Database]:
    """A database of this test alone that holds the sample communities."""
    with postgres.new_database(_sampled) as url:
        opened = Database.connect(url, keyring)
        yield opened
        opened.close()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator["Bucket"]:
    """An empty bucket, and the variables by which it is reached."""
    from tests.attachments.bucket import Bucket  # a second's import that few tests need

    bucket = Bucket()
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    yield bucket
    bucket.stop()


@pytest.fixture(scope="session")
async def temporal_server() -> AsyncIterator[WorkflowEnvironment]:
    """The Temporal server that all tests share. Most want ``client`` instead."""
    async with await servers.temporal_server() as environment:
        yield environment


@pytest.fixture
async def client(temporal_server: WorkflowEnvironment, keyring: KeyRing) -> AsyncIterator[Client]:
    """A client as ours connects. Cases that a test leaves open are ended, so that they never meet the next worker."""
    client = await connect(keyring, target_host=temporal_server.client.service_client.config.target_host)
    yield client
    left_open = [case.id async for case in client.list_workflows('ExecutionStatus = "Running"')]
    await asyncio.gather(*(end_case(client, case) for case in left_open))


async def end_case(client: Client, case: str) -> None:
    """End a case that may be ending by itself just now."""
    try:
        await client.get_workflow_handle(case).terminate("the test is over")
    except RPCError as refused:
        if refused.status is not RPCStatusCode.NOT_FOUND:
            raise


@pytest.fixture
def time_skipper(client: Client) -> TimeSkipper:
    """Moves a workflow's clock: start it through ``time_skipper.client``, then ``fast_forward(handle, duration)``.

    A clock moves only when told to. The server's own limit of 200 skips, after which it silently stops, is lifted.
    """
    config = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=5000)
    return TimeSkipper(client, config=config)
