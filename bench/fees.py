"""Assessing a quarter through the charge rules, against one bare INSERT … SELECT of the same rows (``bench/bare``).

Two worker processes take chunks in turn, as on one machine. Both ways are played alternately in one run; the rows are
compared and have to be the same. Then the quarter goes on: the version is closed and approved, its bills are issued.
``python -m bench.fees 1000000`` does the same for a larger community besides; what is to be compared is how much longer
ten times as much takes.
"""

import logging
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any, Final

import structlog
from sqlalchemy import text

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.records.migration import upgrade
from bench.bare import fees_by_sql
from bench.figures import Goal, at_most, record, say
from tests import servers
from tests.billing import community
from workflows.messages.billing import ChunkJob, CloseVersion, CycleStandingRequest, PlanChunks, ReviewTable
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.rules.quarters import Quarter

ACCOUNTS: Final = 100_000
ROUNDS: Final = 5
WORKERS: Final = 2
JOB: Final = community.job_of()
SETTINGS: Final = {"shared_buffers": "2GB", "max_wal_size": "4GB"}
"""Of PostgreSQL, for both ways alike: what docs/operations.md advises where a community is large."""
_MEGABYTE: Final = 1024


def _run_chunk(url_and_request: tuple[str, ChunkJob]) -> tuple[int, int]:
    """One chunk in a worker process; returns what it wrote, and the process's peak memory in MB."""
    url, request = url_and_request
    written = _tables(url).assess_chunk(request).written
    return written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEGABYTE


def _issue_chunk(url_and_request: tuple[str, ChunkJob]) -> int:
    """The bills of one chunk in a worker process; returns how many are new."""
    url, request = url_and_request
    return _tables(url).issue_bills(request).written


def _tables(url: str) -> QuarterTables:
    if url not in _TABLES:
        _TABLES[url] = QuarterTables(Database.connect(url, KeyRing.generate()))
    return _TABLES[url]


_TABLES: Final[dict[str, QuarterTables]] = {}


class Comparison:
    """One community, assessed both ways."""

    def __init__(self, url: str, workers: Any, accounts: int) -> None:
        self.url, self.workers, self.accounts = url, workers, accounts
        self.db = Database.connect(url, KeyRing.generate())
        community.found(self.db)
        community.many_flats(self.db, accounts)
        self.tables = QuarterTables(self.db)
        self.peak = 0

    def execute(self, statement: str, *, autocommit: bool = False, **values: Any) -> Any:
        """Run a statement that may take long."""
        level = "AUTOCOMMIT" if autocommit else "READ COMMITTED"
        with self.db.engine.connect().execution_options(isolation_level=level) as connection:
            connection.execute(text("SET statement_timeout = '30min'"))
            answer = connection.execute(text(statement), values)
            found = answer.scalar() if answer.returns_rows else None
            connection.commit()
            return found

    def bare(self) -> float:
        """Seconds of the bare statement."""
        quarter = Quarter.parse(JOB.quarter)
        began = time.perf_counter()
        self.execute(
            fees_by_sql.ASSESS,
            community=JOB.community, quarter=JOB.quarter, first=quarter.first_day, last=quarter.last_day,
        )  # fmt: skip
        return time.perf_counter() - began

    def ours(self) -> tuple[float, int]:
        """Seconds of planning and all chunks, and how many rows were written."""
        began = time.perf_counter()
        plan = self.tables.plan_chunks(PlanChunks(community=JOB.community))
        requests = [(self.url, ChunkJob(job=JOB, chunk=chunk)) for chunk in plan.chunks]
        done: Sequence[tuple[int, int]] = self.workers.map(_run_chunk, requests, chunksize=1)
        seconds = time.perf_counter() - began
        self.peak = max(self.peak, *(memory for _, memory in done))
        return seconds, sum(written for written, _ in done)

    def forget(self) -> None:
        """Remove the rows of both ways."""
        self.execute("TRUNCATE fee_table_rows")
        self.execute("DROP TABLE IF EXISTS bare_rows")
        self.execute(fees_by_sql.BARE_TABLE)
        self.tidy()

    def tidy(self) -> None:
        """Have PostgreSQL do now what it would do in the background while the next measurement runs."""
        self.execute("VACUUM ANALYZE", autocommit=True)
        self.execute("CHECKPOINT", autocommit=True)


@contextmanager
def _opened(postgres: servers.PostgresServer, workers: Any, accounts: int) -> Any:
    with postgres.new_database() as url:
        upgrade(url)
        yield Comparison(url, workers, accounts)


def compare(opened: Comparison, rounds: int) -> float:
    """Play both ways in turn; print each round and the median ratio, and return our median seconds."""
    ratios, reruns, seconds = [], [], []
    for number in range(1, rounds + 1):
        opened.forget()
        bare = opened.bare()
        opened.tidy()
        ours, written = opened.ours()
        again, repeated = opened.ours()
        assert repeated == 0  # noqa: S101 - a rerun that writes is no rerun
        assert opened.execute(fees_by_sql.SAME) == 0  # noqa: S101 - what differs cannot be compared
        ratios.append(ours / bare)
        reruns.append(again / ours)
        seconds.append(ours)
        say(
            f"round {number}: {written} rows   bare {bare:6.2f} s   rules {ours:6.2f} s   ratio {ours / bare:5.2f}"
            f"   rerun {again / ours:.2f} of the first"
        )
    _record(opened, "assessing / one bare INSERT", statistics.median(ratios), goal=at_most(8))
    _record(opened, "assessing again / the first time", statistics.median(reruns), goal=at_most(0.5))
    _record(opened, "peak memory of a worker", opened.peak, "MB", at_most(300))
    return statistics.median(seconds)


def go_on(opened: Comparison) -> dict[str, float]:
    """Seconds of each later step of the quarter, as in life right after the one before: nothing is analyzed between."""
    chunks = opened.tables.plan_chunks(PlanChunks(community=JOB.community)).chunks
    requests = [(opened.url, ChunkJob(job=JOB, chunk=chunk)) for chunk in chunks]
    finance = Actor(role=Role.FINANCE, code="F001")
    steps: dict[str, Callable[[], Any]] = {
        "closing a version": lambda: opened.tables.close_version(CloseVersion(job=JOB, made_by=SYSTEM)),
        "approving it": lambda: opened.tables.review_table(ReviewTable(job=JOB, reviewer=finance, approve=True)),
        "issuing bills": lambda: opened.workers.map(_issue_chunk, requests, chunksize=1),
        "issuing bills again": lambda: opened.workers.map(_issue_chunk, requests, chunksize=1),
        "the cycle's standing": lambda: opened.tables.cycle_standing(
            CycleStandingRequest(
                case=JOB.case,
                community=JOB.community,
                quarter=JOB.quarter,
                on_day=community.day("04-13"),
                at=community.at("04-13 00:30"),
            )
        ),
    }
    took = {}
    for name, step in steps.items():
        began = time.perf_counter()
        step()
        took[name] = time.perf_counter() - began
        _record(opened, name, took[name], "s")
    return took


def _record(opened: Comparison, name: str, value: float, unit: str = "", goal: Goal | None = None) -> None:
    record(f"fees, {opened.accounts} accounts: {name}", value, unit, goal)


def main() -> None:
    """Start what is needed in temporary folders, compare, and leave nothing behind."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    larger = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(WORKERS) as workers, servers.postgres_server("bench-fees") as postgres:
        postgres.execute(*(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in SETTINGS.items()))
        postgres.stop()
        postgres.start()
        with _opened(postgres, workers, ACCOUNTS) as opened:
            seconds = {"assessing": compare(opened, ROUNDS), **go_on(opened)}
        if larger:
            with _opened(postgres, workers, larger) as opened:
                large = {"assessing": compare(opened, 1), **go_on(opened)}
            for name, took in large.items():
                goal = at_most(11) if (name, larger) == ("assessing", 1_000_000) else None
                record(f"fees, {larger} accounts / {ACCOUNTS}: {name}", took / seconds[name], goal=goal)


if __name__ == "__main__":
    main()
