"""The screen 屏幕: who waits for a case to come so far looks at its record, not at the workflow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from sqlalchemy import Row, text

from activities.connections.database import Database

LOOKS_SECONDS: Final = 0.05
"""How often it looks; one look is for all cases that somebody waits for."""
PATIENCE_SECONDS: Final = 120


class Screen:
    """Looks at records while it is :meth:`on`. ``look`` selects number, state and assignee of ``:numbers``."""

    def __init__(self, database: Database, look: str) -> None:
        self._database, self._look = database, text(look)
        self._waiting: dict[asyncio.Future[Row[Any]], tuple[str, Callable[[Row[Any]], bool]]] = {}

    async def until(self, number: str, seen: Callable[[Row[Any]], bool]) -> Row[Any]:
        """Wait until the case's record is so, and return it. Raises ``TimeoutError`` when it never becomes so."""
        future: asyncio.Future[Row[Any]] = asyncio.get_running_loop().create_future()
        self._waiting[future] = number, seen
        try:
            return await asyncio.wait_for(future, PATIENCE_SECONDS)
        finally:
            del self._waiting[future]

    @contextlib.asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        """Look again and again meanwhile."""
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_SECONDS)
            numbers = {number for number, _ in self._waiting.values()}
            if not numbers:
                continue
            rows = await asyncio.to_thread(self._rows, list(numbers))
            for future, (number, seen) in list(self._waiting.items()):
                row = rows.get(number)
                if row is not None and not future.done() and seen(row):
                    future.set_result(row)

    def _rows(self, numbers: list[str]) -> dict[str, Row[Any]]:
        with self._database.begin() as connection:
            return {row.number: row for row in connection.execute(self._look, {"numbers": numbers})}
