"""Work with this installation's records and its Temporal, for a command that needs both 连接."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.client import Client
from temporalio.service import RPCError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from deploy.settings_here import settings_here
from deploy.start_refused import StartRefusedError

_Done = TypeVar("_Done")


def with_both(work: Callable[[Database, Client], Awaitable[_Done]], settings: Settings | None = None) -> _Done:
    """Do the work with records and Temporal as set here. Raises ``StartRefusedError`` without Temporal."""
    return asyncio.run(_connected(settings or settings_here(), work))


async def _connected(settings: Settings, work: Callable[[Database, Client], Awaitable[_Done]]) -> _Done:
    keyring = KeyRing.load(settings.keys_file)
    database = Database.connect(settings.database_url, keyring, pool_size=1)
    try:
        return await work(database, await connect(keyring))
    except (RuntimeError, RPCError) as error:
        raise StartRefusedError(
            f"Temporal 不可用:{error}。请检查 TEMPORAL_ADDRESS 与服务是否已启动",
            "Temporal is out of reach: check TEMPORAL_ADDRESS and whether it runs",
        ) from error
    finally:
        database.close()
