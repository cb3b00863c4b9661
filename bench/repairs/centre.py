"""What every section works on: one Temporal server, one PostgreSQL, and processes whose CPU and memory can be read."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil
from temporalio.client import Client

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from activities.records.migration import upgrade
from activities.records.sample_community import create_sample
from bench.bare import repair_records
from bench.bare.repair_worker import plain
from tests import servers

COMMUNITY: Final = "XYDX"
"""The sample community whose policy has every repair revisited 星苑大学."""
_NOT_OURS: Final = ("GUANJIA_", "TEMPORAL_", "PYTHONDONTWRITEBYTECODE")
"""Left out of the environment: settings of the caller's, and what would have each case compile its process anew."""
_STOP_SECONDS: Final = 20
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True)
class Process:
    """A process of the bench's own, and what it uses."""

    psutil: psutil.Process

    @property
    def cpu_seconds(self) -> float:
        """Of all its threads, since it began."""
        times = self.psutil.cpu_times()
        return float(times.user + times.system)

    @property
    def megabytes(self) -> float:
        """Memory that is resident now."""
        return float(self.psutil.memory_info().rss) / _MEGABYTE


@dataclass(frozen=True)
class Centre:
    """The servers, how to reach them, and a client for each side: ours encrypts, the bare one does not."""

    url: str
    target: str
    keyring: KeyRing
    database: Database
    client: Client
    bare_client: Client
    folder: Path

    @contextlib.contextmanager
    def process(self, *command: str, **variables: str) -> Iterator[Process]:
        """Run ``python -m command`` beside, with what it needs in its environment, and stop it at the end."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)},
            "GUANJIA_DATABASE_URL": self.url,
            "GUANJIA_KEYS_FILE": str(self.folder / "keys.toml"),
            "TEMPORAL_ADDRESS": self.target,
            **variables,
        }
        log = self.folder / f"{command[-1].replace('.', '-')}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", *command], env=environment, cwd=servers.ROOT, stdout=output, stderr=output
            )
        try:
            yield Process(psutil.Process(process.pid))
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Centre]:
    """Start everything in temporary folders; nothing is left behind."""
    keyring = KeyRing.generate()
    with (
        TemporaryDirectory(prefix="guanjia-bench-") as folder,
        servers.postgres_server("bench") as postgres,
        postgres.new_database() as url,
    ):
        await asyncio.to_thread(upgrade, url)
        keyring.write(Path(folder) / "keys.toml")
        database = Database.connect(url, keyring, pool_size=20)
        create_sample(database)
        repair_records.create_tables(plain(url))
        async with await servers.temporal_server() as environment:
            target = environment.client.service_client.config.target_host
            client = await connect(keyring, target_host=target)
            bare_client = await Client.connect(target)
            yield Centre(url, target, keyring, database, client, bare_client, Path(folder))
        database.close()
