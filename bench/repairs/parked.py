"""Cases that wait 在途单: what each takes in a worker's memory, and what an update takes when there are many."""

import asyncio
import itertools
import random
import statistics
import time
from typing import Final

from bench.figures import at_most, record, record_pairs, say
from bench.repairs.centre import Process
from bench.repairs.playing import Side, Stage, Story
from tests.plain_repair import DESK

AT_ONCE: Final = 16
FEW: Final = 100
"""Parked cases with which the many are compared."""
ROUNDS: Final = 5
UPDATES: Final = 60
"""In each round, one after the other, each in a case drawn by lot."""
_CALLED: Final = {"answered": True, "reason": "已电话联系,客户在家等候"}


async def compare_memory(stage: Stage, pairs: int, cases: int) -> None:
    """Park more and more cases on both sides in turn; what the worker grows by is theirs."""
    ours: list[float] = []
    bare: list[float] = []
    async with stage.workers(cached_cases=2 * pairs * cases + FEW) as (our_worker, bare_worker):
        for side, worker in ((stage.bare, bare_worker), (stage.ours, our_worker)):
            await _grown_by(stage, side, worker, FEW)  # pools, threads and caches fill once
        for number in range(1, pairs + 1):
            bare.append(await _grown_by(stage, stage.bare, bare_worker, cases))
            ours.append(await _grown_by(stage, stage.ours, our_worker, cases))
            say(f"pair {number}: guanjia {ours[-1]:.0f} KiB   bare {bare[-1]:.0f} KiB a parked case")
    record("guanjia: memory of a parked case", statistics.median(ours), "KiB")
    record("bare: memory of a parked case", statistics.median(bare), "KiB")
    ratios = [mine / its for mine, its in zip(ours, bare, strict=True)]
    record_pairs("repair / bare: memory of a parked case", ratios, at_most(1.5))


async def _grown_by(stage: Stage, side: Side, worker: Process, cases: int) -> float:
    before = worker.megabytes
    await park(stage, side, cases)
    return (worker.megabytes - before) * 1024 / cases


async def park(stage: Stage, side: Side, cases: int) -> list[Story]:
    """Report, accept and offer so many repairs, which then wait for their technicians."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> Story:
        async with places:
            story = stage.story(side, is_in_no_hurry=True)
            await story.report()
            await story.accept()
            await story.offered()
            return story

    return await asyncio.gather(*(one() for _ in range(cases)))


async def compare_updates(stage: Stage, many: int) -> None:
    """The latency of an update with ``FEW`` cases parked in the worker, then with ``many``."""
    chance = random.Random(1)  # noqa: S311 - of a bench
    keys = itertools.count()
    async with stage.workers(cached_cases=many + FEW):
        stories = await report(stage, FEW)
        few = [await _update_seconds(stories, chance, keys) for _ in range(ROUNDS)]
        began = time.perf_counter()
        stories += await report(stage, many - FEW)
        say(f"{many - FEW} cases reported, {(many - FEW) / (time.perf_counter() - began):.1f}/s")
        much = [await _update_seconds(stories, chance, keys) for _ in range(ROUNDS)]
    record(f"guanjia: an update with {FEW} parked cases, p50", statistics.median(few) * 1000, "ms")
    record("guanjia: an update with many parked cases, p50", statistics.median(much) * 1000, "ms")
    record("guanjia: cases that were parked", many)
    ratios = [one / statistics.median(few) for one in much]
    record_pairs("an update with many parked cases / with 100", ratios, at_most(1.3))


async def report(stage: Stage, cases: int) -> list[Story]:
    """Report so many repairs, which wait to be accepted, and wait until all are on record."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> Story:
        async with places:
            story = stage.story(stage.ours, is_in_no_hurry=True)
            await story.report()
            await stage.ours.screen.until(story.number, lambda row: row.state == "received")
            return story

    return await asyncio.gather(*(one() for _ in range(cases)))


async def _update_seconds(stories: list[Story], chance: random.Random, keys: "itertools.count[int]") -> float:
    """The median of one round."""
    taken = []
    for story in chance.choices(stories, k=UPDATES):
        began = time.perf_counter()
        await story.act(story.number, "call", DESK, _CALLED, key=f"-{next(keys)}")
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)
