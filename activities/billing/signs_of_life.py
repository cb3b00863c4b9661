"""Signs of life 心跳 of work that takes long: a worker that is gone is noticed in a minute, not when its time is up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import timedelta
from typing import Final

from temporalio import activity

EVERY: Final = timedelta(seconds=15)
"""Well below the minute that ``workflows/effects/billing.py`` allows."""


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
