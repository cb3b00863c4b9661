"""Signs of life 心跳 of work that takes long: a worker that is gone is noticed in seconds, not when its time is up."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import copy_context
from datetime import timedelta
from typing import Any, Final

from temporalio import activity

EVERY: Final = timedelta(seconds=3)
"""Well below the times that ``workflows/effects`` allows."""


@contextmanager
def signs_of_life(every: timedelta = EVERY) -> Iterator[None]:
    """Heartbeat from beside the work, which may be one long statement; outside an activity nothing is said."""
    if not activity.in_activity():
        yield
        return
    done = threading.Event()

    def beat() -> None:
        with suppress(Exception):  # the worker is stopping: the activity itself finds that out
            while not done.wait(every.total_seconds()):
                activity.heartbeat()

    beating = threading.Thread(target=copy_context().run, args=(beat,), name="signs-of-life", daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()


@asynccontextmanager
async def signs_of_life_with(details: Callable[[], Sequence[Any]], every: timedelta = EVERY) -> AsyncIterator[None]:
    """Heartbeat from beside asynchronous work, each time with how far it has come: the next attempt goes on there."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(every.total_seconds())
            activity.heartbeat(*details())

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        activity.heartbeat(*details())
        beating.cancel()
