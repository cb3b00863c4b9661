"""``python -m bench.repairs [section …]``: all sections, or those that are named, on real servers in temporary folders.

Each section can be made smaller or larger: ``python -m bench.repairs latency --pairs 1 --arrivals 10``.
"""

import argparse
import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bench.repairs import intake, latency, parked, records, shape, throughput
from bench.repairs.centre import opened
from bench.repairs.playing import Stage

Section = Callable[[Stage, argparse.Namespace], Awaitable[None]]

SECTIONS: Final[dict[str, Section]] = {
    "shape": lambda stage, _: shape.compare(stage),
    "throughput": lambda stage, counts: throughput.compare(stage, counts.pairs, counts.cases),
    "latency": lambda stage, counts: latency.compare(stage, counts.pairs, counts.arrivals),
    "memory": lambda stage, counts: parked.compare_memory(stage, counts.pairs, counts.parked),
    "updates": lambda stage, counts: parked.compare_updates(stage, counts.many),
    "records": lambda stage, counts: records.compare(stage, counts.pairs, counts.recorded),
    "intake": lambda stage, counts: intake.compare(stage, counts.pairs, counts.requests),
}


def _asked_for() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.repairs", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--pairs", type=int, default=5, help="rounds in which both sides take turns (5)")
    parser.add_argument("--cases", type=int, default=40, help="throughput: whole cases in each round (40)")
    parser.add_argument("--arrivals", type=int, default=25, help="latency: cases that arrive in each round (25)")
    parser.add_argument("--parked", type=int, default=60, help="memory: cases parked in each round (60)")
    parser.add_argument("--many", type=int, default=10_000, help="updates: parked cases at the end (10,000)")
    parser.add_argument("--recorded", type=int, default=300, help="records: cases written in each round (300)")
    parser.add_argument("--requests", type=int, default=500, help="intake: reports in each round (500)")
    asked = parser.parse_args()
    if unknown := set(asked.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    return asked


async def main(asked: argparse.Namespace) -> None:
    """Play the sections one after the other, each on servers of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for name in asked.sections or SECTIONS:
        async with opened() as centre:
            await SECTIONS[name](Stage(centre), asked)


if __name__ == "__main__":
    asyncio.run(main(_asked_for()))
