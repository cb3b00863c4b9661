"""Signs of life 心跳 of work that takes long: a worker that is gone is noticed in seconds, not when its time is up."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import Context, copy_context
from datetime import timedelta
from typing import Any, Final

from temporalio import activity

EVERY: Final = timedelta(seconds=3)
"""Well below the times that ``workflows/effects`` allows."""


class _Pulse:
    """One thread of the process beats for all the work going on: to start one for each costs as much as the work.

    The SDK lets a beat wait for the worker's event loop, some milliseconds; so many works fit into a round.
    """

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._going_on: dict[object, Context] = {}
        self._changing = threading.Lock()
        threading.Thread(target=self._beat, name="signs-of-life", daemon=True).start()

    @contextmanager
    def of_this_work(self) -> Iterator[None]:
        """Beat until the end of the block."""
        work = object()
        with self._changing:
            self._going_on[work] = copy_context()
        try:
            yield
        finally:
            with self._changing:
                del self._going_on[work]

    def _beat(self) -> None:
        while True:
            time.sleep(self._every.total_seconds())
            with self._changing:
                going_on = list(self._going_on.values())
            for context in going_on:
                with suppress(Exception):  # it has just ended, or the worker is stopping and it finds that out itself
                    context.run(activity.heartbeat)


_pulses: dict[timedelta, _Pulse] = {}
_beginning = threading.Lock()


def _pulse(every: timedelta) -> _Pulse:
    with _beginning:
        if every not in _pulses:
            _pulses[every] = _Pulse(every)
        return _pulses[every]


@contextmanager
def signs_of_life(every: timedelta = EVERY) -> Iterator[None]:
    """Heartbeat from beside the work, which may be one long statement; outside an activity nothing is said."""
    if not activity.in_activity():
        yield
        return
    with _pulse(every).of_this_work():
        yield


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
