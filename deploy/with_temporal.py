"""What a verb does with this installation's Temporal, or with its records as well."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.service import RPCError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from deploy.settings_here import settings_here
from deploy.start_refused import StartRefusedError

Done = TypeVar("Done")


def with_temporal(work: Callable[[Client], Awaitable[Done]]) -> Done:
    """Do the work. Raises ``KeyFileError``, and ``StartRefusedError`` when Temporal is out of reach."""

    async def connected() -> Done:
        return await work(await connect(KeyRing.load(settings_here().keys_file)))

    return _reached(connected())


def with_records(work: Callable[[Database, Client], Awaitable[Done]]) -> Done:
    """Do the work that needs PostgreSQL too; raises as :func:`with_temporal` does, and the database's errors."""
    settings = settings_here()
    keyring = KeyRing.load(settings.keys_file)

    async def connected() -> Done:
        with closing(Database.connect(settings.database_url, keyring, pool_size=1)) as database:
            return await work(database, await connect(keyring))

    return _reached(connected())


def _reached(work: Coroutine[Any, Any, Done]) -> Done:
    try:
        return asyncio.run(work)
    except (RuntimeError, RPCError) as error:
        raise StartRefusedError(
            f"Temporal 不可用:{error}。请检查 TEMPORAL_ADDRESS 与服务是否已启动",
            "Temporal is out of reach: check TEMPORAL_ADDRESS and whether it runs",
        ) from error
