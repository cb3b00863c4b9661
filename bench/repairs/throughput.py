"""Whole cases a second 吞吐, repair and revisit, and what each costs the worker: in turn, pair after pair."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from typing import Final

from bench.figures import at_least, at_most, record, record_pairs, say
from bench.repairs.centre import Process
from bench.repairs.playing import Side, Stage

AT_ONCE: Final = 16
"""Cases that are played at the same time."""


@dataclass(frozen=True)
class Played:
    """What came of playing some cases."""

    a_second: float
    cpu_seconds_a_case: float


async def play_many(stage: Stage, side: Side, worker: Process, cases: int) -> Played:
    """Play so many, ``AT_ONCE`` at the same time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with places:
            await stage.story(side).play()

    began, used = time.perf_counter(), worker.cpu_seconds
    await asyncio.gather(*(one() for _ in range(cases)))
    return Played(cases / (time.perf_counter() - began), (worker.cpu_seconds - used) / cases)


async def compare(stage: Stage, pairs: int, cases: int) -> None:
    """Play both in turn; keep each ratio, and what it is a ratio of."""
    bare_side, our_side = stage.bare, stage.ours
    ours, bare = [], []
    async with stage.workers() as (our_worker, bare_worker):
        for number in range(1, pairs + 1):
            bare.append(await play_many(stage, bare_side, bare_worker, cases))
            ours.append(await play_many(stage, our_side, our_worker, cases))
            say(
                f"pair {number}: guanjia {ours[-1].a_second:5.2f}/s {ours[-1].cpu_seconds_a_case * 1000:4.0f} ms CPU   "
                f"bare {bare[-1].a_second:5.2f}/s {bare[-1].cpu_seconds_a_case * 1000:4.0f} ms CPU"
            )
    for name, played in (("guanjia", ours), ("bare", bare)):
        record(f"{name}: repairs with their revisits a second", statistics.median(one.a_second for one in played), "/s")
        cpu = statistics.median(one.cpu_seconds_a_case for one in played)
        record(f"{name}: CPU of the worker a repair with its revisit", cpu * 1000, "ms")
    both = list(zip(ours, bare, strict=True))
    record_pairs(
        "repair and revisit / bare: cases a second",
        [mine.a_second / its.a_second for mine, its in both],
        at_least(0.75),
    )
    cpu_ratios = [mine.cpu_seconds_a_case / its.cpu_seconds_a_case for mine, its in both]
    record_pairs("repair and revisit / bare: CPU of the worker a case", cpu_ratios, at_most(2))
