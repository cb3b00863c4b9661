"""Waiting for something that has just been started."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

_RETRY_SECONDS: Final = 0.1
_T = TypeVar("_T")


async def patiently(
    attempt: Callable[[], Awaitable[_T]], passing: tuple[type[Exception], ...], seconds: float = 30
) -> _T:
    """Repeat the attempt while it raises one of the errors that pass; raises the last one after ``seconds``."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            return await attempt()
        except passing:
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(_RETRY_SECONDS)
