"""Chaos: work flows through the centre while its parts are killed; afterwards the promises are looked at."""

import asyncio
import contextlib
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from activities.connections.keys import KeyRing
from tests.chaos.centre import WORKERS, Centre, centre_in
from tests.chaos.promises import Promises
from tests.chaos.quarter import play_the_quarter
from tests.chaos.receipts import Receipts
from tests.chaos.traffic import Traffic

MOMENTS_OF_A_CASE = 60
"""Effects of a repair and its revisit, before and after each: about so many."""


@dataclass(frozen=True)
class Plan:
    """How much flows, and how often each part is killed meanwhile; ``stopped`` is PostgreSQL's absence in seconds.

    ``beside_others`` lets the centre's processes yield to what else runs on the machine.
    """

    cases: int
    workers: int
    temporal: int
    postgres: int
    api: int
    stopped: float = 0
    provider_odds: float = 0.1
    beside_others: bool = False


@dataclass(frozen=True)
class Outcome:
    """What there was at the end, and which faults have fired."""

    counts: dict[str, int]
    faults: Counter[str]
    seconds: float


class Faults:
    """Falls on the centre, one after the other, in an order drawn by lot."""

    def __init__(self, centre: Centre, plan: Plan, chance: random.Random) -> None:
        self.centre, self.plan, self.chance = centre, plan, chance
        self.fired: Counter[str] = Counter()
        self.to_come = (
            ["temporal"] * plan.temporal + ["postgres"] * plan.postgres + ["api"] * plan.api
            + ["worker"] * (plan.workers // 2) + (["stop postgres"] if plan.stopped else [])
        )  # fmt: skip
        chance.shuffle(self.to_come)
        self.to_come.insert(len(self.to_come) // 2, "newer build")

    async def fall(self, reported: Callable[[], float], flowing: Callable[[], bool]) -> None:
        """Let them fall while there is traffic, spread over it by the share of repairs ``reported``.

        What could not fall any more is in ``to_come``.
        """
        all_of_them = len(self.to_come)
        while self.to_come and flowing():
            await asyncio.sleep(self.chance.uniform(0.3, 1.5))
            if reported() < 1 - len(self.to_come) / all_of_them:
                continue
            fault = self.to_come.pop()
            await self.strike(fault)
            self.fired[fault] += 1

    async def say_each_minute(self, traffic: Traffic, say: Callable[[str], None]) -> None:
        """Say how far it is, until nobody listens any more."""
        for minutes in itertools.count(1):
            await asyncio.sleep(60)
            say(f"{minutes} min: {traffic.share_reported():.0%} reported, {dict(self.fired)}")

    async def strike(self, fault: str) -> None:
        machine = self.centre.machine
        match fault:
            case "temporal":
                await asyncio.to_thread(machine.kill_temporal)
                await machine.connected(self.centre.keyring)
            case "postgres":
                await asyncio.to_thread(machine.kill_postgres)
            case "stop postgres":
                await asyncio.to_thread(machine.postgres.stop)
                await asyncio.sleep(self.plan.stopped)
                await asyncio.to_thread(machine.postgres.start)
            case "api":
                self.centre.kill(f"api{self.chance.randint(1, 2)}")
            case "worker":
                self.centre.kill(self.chance.choice(WORKERS))
            case "newer build":
                await self.centre.upgrade()


async def play(plan: Plan, seed: int, folder: Path, say: Callable[[str], None] = lambda line: None) -> Outcome:
    """Play the plan with that seed and ``say`` how far it is; raises ``AssertionError`` for a broken promise."""
    chance = random.Random(seed)  # noqa: S311 - a fault's own dice
    began = time.monotonic()
    keyring = KeyRing.generate()
    # two thirds by chance, half by plan: so a run rarely kills fewer than it set out to
    (folder / "odds").write_text(str(plan.workers * 2 / 3 / (plan.cases * MOMENTS_OF_A_CASE)))
    dice = random.Random(seed + 1)  # noqa: S311 - the provider's
    async with centre_in(folder, keyring, dice, plan.provider_odds, beside_others=plan.beside_others) as centre:
        traffic = Traffic(centre, chance, plan.cases, seed)
        receipts = Receipts(centre, chance)
        faults = Faults(centre, plan, chance)
        flowing = asyncio.gather(traffic.flow(), asyncio.to_thread(play_the_quarter, centre))
        saying = asyncio.create_task(faults.say_each_minute(traffic, say))
        reporting = asyncio.create_task(receipts.report(lambda: not flowing.done()))
        falling = asyncio.create_task(faults.fall(traffic.share_reported, lambda: not flowing.done()))
        await flowing
        await falling
        saying.cancel()
        (folder / "odds").unlink()
        await traffic.revisit_all()
        await reporting
        counts = await Promises(centre, traffic, receipts).all()
        fired = faults.fired + Counter({f"provider {name}": count for name, count in centre.provider.faults.items()})
        with contextlib.suppress(FileNotFoundError):
            fired["worker at a named moment"] = len((folder / "deaths").read_text().splitlines())
    return Outcome(counts, fired, time.monotonic() - began)
