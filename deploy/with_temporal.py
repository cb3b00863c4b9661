"""What a verb does with this installation's Temporal, or with its records as well."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.client import Client
from temporalio.service import RPCError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from deploy.records_here import records_here
from deploy.settings_here import settings_here
from deploy.start_refused import StartRefusedError

Done = TypeVar("Done")


def with_temporal(work: Callable[[Client], Awaitable[Done]]) -> Done:
    """Do the work. Raises ``KeyFileError``, and ``StartRefusedError`` when Temporal is out of reach."""

    async def connected() -> Done:
        return await work(await connect(KeyRing.load(settings_here().keys_file)))

    try:
        return asyncio.run(connected())
    except (RuntimeError, RPCError) as error:
        raise StartRefusedError(
            f"Temporal 不可用:{error}。请检查 TEMPORAL_ADDRESS 与服务是否已启动",
            "Temporal is out of reach: check TEMPORAL_ADDRESS and whether it runs",
        ) from error


def with_records(work: Callable[[Database, Client], Awaitable[Done]]) -> Done:
    """Do the work that needs PostgreSQL too; raises as :func:`with_temporal` does, and the database's errors."""
    with records_here(settings_here()) as database:
        return with_temporal(lambda client: work(database, client))
