"""Many callers at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

_Answer = TypeVar("_Answer")


def at_once(callers: int, ask: Callable[[int], _Answer]) -> list[_Answer]:
    """Call ``ask(0)``, ``ask(1)``, … from a thread each, all released together; return the answers in that order."""
    ready = Barrier(callers)

    def one(index: int) -> _Answer:
        ready.wait(timeout=10)
        return ask(index)

    with ThreadPoolExecutor(max_workers=callers) as threads:
        return list(threads.map(one, range(callers)))
