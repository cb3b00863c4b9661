"""The alarm 闹钟: the one timer of a case, set to the next instant at which something is due."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.effects.open_text import OpenText


class Alarm:
    """One timer, changed only when the instant changes, so that an event costs no timer of its own."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._asleep: asyncio.Task[None] | None = None
        self._armed = True
        self.rang = False

    async def set(self, at: datetime | None, now: datetime, why: str) -> None:
        """Wake the case at that business instant, and at no other; None for never. Returns when the timer is set."""
        self.rang = False
        if at == self._at:
            return
        if self._asleep is not None:
            self._asleep.cancel()
        self._at, self._asleep = at, None
        if at is not None:
            self._armed = False
            self._asleep = asyncio.create_task(self._sleep(max(at - now, timedelta(milliseconds=1)), why))
        await workflow.wait_condition(lambda: self._armed)

    async def _sleep(self, duration: timedelta, why: str) -> None:
        self._armed = True
        await workflow.sleep(duration, summary=OpenText(why))
        self._at, self._asleep, self.rang = None, None, True
