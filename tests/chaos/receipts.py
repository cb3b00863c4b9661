"""Delivery receipts 送达回执 of the provider's messages: three of each, several messages mixed, in any order."""

import asyncio
import random
from collections.abc import Callable

from tests.chaos.centre import GATEWAY_SECRET, HOME, Centre

AT_ONCE = 20
"""Messages whose receipts are mixed."""
UNREACHABLE = 0.1
"""The share of messages that are reported as failed."""


class Receipts:
    """What the gateway has said, by message."""

    def __init__(self, centre: Centre, chance: random.Random) -> None:
        self.centre, self.chance = centre, chance
        self.said: dict[str, str] = {}

    async def report(self, flowing: Callable[[], bool]) -> None:
        """Report on messages as long as there is traffic, and then on those that are left."""
        while True:
            last = not flowing()
            with self.centre.provider.lock:
                taken = [message for message in self.centre.provider.taken if message not in self.said]
            for first in range(0, len(taken), AT_ONCE):
                await self._report(taken[first : first + AT_ONCE])
            if last:
                return
            await asyncio.sleep(0.5)

    async def _report(self, messages: list[str]) -> None:
        for message in messages:
            self.said[message] = "failed" if self.chance.random() < UNREACHABLE else "delivered"
        words = messages * 3
        self.chance.shuffle(words)
        path = f"delivery-receipts/{HOME}"
        answers = await asyncio.gather(*(
            self.centre.signed(path, GATEWAY_SECRET, f"r-{message}", {"message": message, "status": self.said[message]})
            for message in words
        ))  # fmt: skip
        for answer in answers:
            assert answer.status_code == 200, answer.text
