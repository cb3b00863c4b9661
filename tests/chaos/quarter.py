"""A quarter of fees in the chaos: played by people who say a thing again until it is heard."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from activities.connections.database import is_unavailable
from tests.chaos.api_process import CLOCKS
from tests.chaos.centre import PATIENCE, Centre
from tests.fees.course import Course, assert_billed_once
from tests.fees.quarter import Quarter
from workflows.messages.case import CaseView

Said = TypeVar("Said")


async def steadily(say: Callable[[], Awaitable[Said]]) -> Said:
    """Say it until PostgreSQL and Temporal have both heard it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return await say()
        except (RPCError, DBAPIError) as unheard:
            if isinstance(unheard, DBAPIError) and not is_unavailable(unheard):
                raise
            assert time.monotonic() < until, "it was never heard"
            await asyncio.sleep(0.3)


class SteadyQuarter(Quarter):
    """The quarter, with patience."""

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return super().rows(statement, **values)
            except DBAPIError as unheard:
                if not is_unavailable(unheard) or time.monotonic() > until:
                    raise
                time.sleep(0.3)

    async def view(self, number: str) -> CaseView:
        return await steadily(lambda: Quarter.view(self, number))

    async def until(self, number: str, moment: str) -> None:
        await steadily(lambda: Quarter.until(self, number, moment))

    async def pay(self, account: str, amount: Decimal, moment: str, transaction: str) -> None:
        await steadily(lambda: Quarter.pay(self, account, amount, moment, transaction))


class SteadyCourse(Course):
    """The course, with patience."""

    async def open(self) -> str:
        return await steadily(lambda: Course.open(self))

    async def send(self, cycle: str) -> None:
        await steadily(lambda: Course.send(self, cycle))


def play_the_quarter(centre: Centre) -> None:
    """Play it in a thread and a loop of its own, so that waiting for PostgreSQL holds up nothing else."""

    async def play() -> None:
        skipper = TimeSkipper(await centre.machine.connected(centre.keyring), config=CLOCKS)
        quarter = SteadyQuarter(centre.database, skipper.client, skipper, centre.keyring)
        await SteadyCourse(quarter).play()
        assert_billed_once(quarter)

    asyncio.run(play())
