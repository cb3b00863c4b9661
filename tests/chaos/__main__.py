"""``make chaos``: ``python -m tests.chaos [--cases N] [--seed S] …`` plays it and prints what was found."""

import argparse
import asyncio
import secrets
import shutil
import tempfile
from functools import partial
from pathlib import Path

from tests.chaos.playing import Plan, play


def main() -> None:
    """Parse, play, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=100, help="kills of workers")
    parser.add_argument("--temporal", type=int, default=25, help="kills of the Temporal server")
    parser.add_argument("--postgres", type=int, default=10, help="kills of PostgreSQL")
    parser.add_argument("--api", type=int, default=10, help="kills of the API")
    parser.add_argument("--stopped", type=float, default=60, help="seconds for which PostgreSQL is stopped once")
    asked = vars(parser.parse_args())
    seed = asked.pop("seed")
    print(f"seed {seed}: {asked}", flush=True)  # noqa: T201
    folder = Path(tempfile.mkdtemp(prefix="guanjia-chaos-"))
    print(f"logs and Temporal's database are in {folder}, and stay there if it fails", flush=True)  # noqa: T201
    outcome = asyncio.run(play(Plan(**asked), seed, folder, partial(print, flush=True)))
    shutil.rmtree(folder)
    print(f"every promise held after {outcome.seconds:.0f} s (seed {seed})")  # noqa: T201
    for name, count in (*outcome.counts.items(), *sorted(outcome.faults.items())):
        print(f"  {count:6} {name}")  # noqa: T201


if __name__ == "__main__":
    main()
