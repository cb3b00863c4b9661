"""From the report to the technician's screen 派工时延, while whole cases arrive by themselves (an open loop).

Arrivals are drawn once for each pair and are the same for both sides. A case that is reported late, because the one
before it kept the machine busy, has waited since it was to be reported: latency counts from then.
"""

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import text

from bench.figures import at_most, record, record_pairs, say
from bench.repairs.playing import Side, Stage
from bench.repairs.throughput import play_many

SHARES: Final = (0.25, 0.60)
"""Of the bare side's capacity."""
_CASES_OF_CAPACITY: Final = 60
"""Played at full speed by the bare side, just before, on the machine as busy as it is now."""
_LEAD_SECONDS: Final = 0.5


async def compare(stage: Stage, pairs: int, arrivals: int) -> None:
    """Both sides in turn under the same arrivals, at each share of the bare capacity."""
    async with stage.workers() as (_, bare_worker):
        capacity = (await play_many(stage, stage.bare, bare_worker, _CASES_OF_CAPACITY)).a_second
        for share in SHARES:
            await _compare_at(stage, share, share * capacity, pairs, arrivals)


async def _compare_at(stage: Stage, share: float, a_second: float, pairs: int, arrivals: int) -> None:
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    for number in range(1, pairs + 1):
        moments = _arrivals(random.Random(f"{share}-{number}"), a_second, arrivals)  # noqa: S311 - of a bench
        bare.append(await _offered_after(stage, stage.bare, moments))
        ours.append(await _offered_after(stage, stage.ours, moments))
        say(f"{share:.0%} ({a_second:.2f}/s), pair {number}: guanjia {_said(ours[-1])}   bare {_said(bare[-1])}")
    title = f"to the technician's screen at {share:.0%} of the bare capacity"
    our_all, bare_all = [list(itertools.chain.from_iterable(measured)) for measured in (ours, bare)]
    for name, together in (("guanjia", our_all), ("bare", bare_all)):
        for percent in (50, 99):
            record(f"{name}: {title}, p{percent}", _percentile(together, percent) * 1000, "ms")
    medians = [statistics.median(mine) / statistics.median(its) for mine, its in zip(ours, bare, strict=True)]
    record_pairs(f"repair / bare: {title}, p50", medians, at_most(1.3))
    # one pair is too few for a ninety-ninth percentile: here all pairs are taken together
    record(f"repair / bare: {title}, p99", _percentile(our_all, 99) / _percentile(bare_all, 99), goal=at_most(1.6))


def _arrivals(chance: random.Random, a_second: float, count: int) -> list[float]:
    """Seconds from the beginning at which cases arrive, as strangers do: one by one at random."""
    moments, at = [], 0.0
    for _ in range(count):
        at += chance.expovariate(a_second)
        moments.append(at)
    return moments


async def _offered_after(stage: Stage, side: Side, moments: Sequence[float]) -> list[float]:
    """Play a case at each moment; return for each the seconds from then until its offer is on record."""
    stories = [stage.story(side) for _ in moments]
    begins = time.time() + _LEAD_SECONDS
    due = {story.number: begins + moment for story, moment in zip(stories, moments, strict=True)}

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, due[stories[number].number] - time.time()))
        await stories[number].play()

    await asyncio.gather(*(one(number) for number in range(len(stories))))
    with stage.centre.database.begin() as connection:
        rows = connection.execute(text(side.offers), {"numbers": list(due)}).all()
    return [at - due[number] for number, at in rows]


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _said(values: Sequence[float]) -> str:
    return f"p50 {_percentile(values, 50) * 1000:5.0f} ms p99 {_percentile(values, 99) * 1000:5.0f} ms"
