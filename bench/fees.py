"""Assessing a quarter through the charge rules, against one bare INSERT … SELECT of the same rows (``bench/bare``).

Two worker processes take chunks in turn, as on one machine. Both ways are played alternately in one run; the rows are
compared and have to be the same. ``python -m bench.fees 1000000`` compares a larger community besides.
"""

import logging
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any, Final

import structlog
from sqlalchemy import text

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.records.migration import upgrade
from bench.bare import fees_by_sql
from tests import servers
from tests.billing import community
from workflows.messages.billing import ChunkJob, PlanChunks
from workflows.rules.quarters import Quarter

ACCOUNTS: Final = 100_000
ROUNDS: Final = 5
WORKERS: Final = 2
JOB: Final = community.job_of()
_MEGABYTE: Final = 1024


def _run_chunk(url_and_request: tuple[str, ChunkJob]) -> tuple[int, int]:
    """One chunk in a worker process; returns what it wrote, and the process's peak memory in MB."""
    url, request = url_and_request
    if url not in _TABLES:
        _TABLES[url] = QuarterTables(Database.connect(url, KeyRing.generate()))
    written = _TABLES[url].assess_chunk(request).written
    return written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEGABYTE


_TABLES: Final[dict[str, QuarterTables]] = {}


class Comparison:
    """One community, assessed both ways."""

    def __init__(self, url: str, workers: Any, accounts: int) -> None:
        self._url, self._workers = url, workers
        self.db = Database.connect(url, KeyRing.generate())
        community.found(self.db)
        community.many_flats(self.db, accounts)
        self.execute("VACUUM ANALYZE", autocommit=True)
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
        self.execute("DROP TABLE IF EXISTS bare_rows")
        self.execute(fees_by_sql.BARE_TABLE)
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
        requests = [(self._url, ChunkJob(job=JOB, chunk=chunk)) for chunk in plan.chunks]
        done: Sequence[tuple[int, int]] = self._workers.map(_run_chunk, requests, chunksize=1)
        seconds = time.perf_counter() - began
        self.peak = max(self.peak, *(memory for _, memory in done))
        return seconds, sum(written for written, _ in done)

    def forget(self) -> None:
        """Remove the assessed rows."""
        self.execute("TRUNCATE fee_table_rows")
        self.execute("VACUUM", autocommit=True)


@contextmanager
def _opened(postgres: servers.PostgresServer, workers: Any, accounts: int) -> Any:
    with postgres.new_database() as url:
        upgrade(url)
        yield Comparison(url, workers, accounts)


def compare(opened: Comparison, rounds: int) -> float:
    """Play both ways in turn; print each round and the median ratio, and return our median seconds."""
    ratios, seconds = [], []
    for number in range(1, rounds + 1):
        opened.forget()
        bare = opened.bare()
        ours, written = opened.ours()
        again, repeated = opened.ours()
        assert repeated == 0  # noqa: S101 - a rerun that writes is no rerun
        assert opened.execute(fees_by_sql.SAME) == 0  # noqa: S101 - what differs cannot be compared
        ratios.append(ours / bare)
        seconds.append(ours)
        _say(
            f"round {number}: {written} rows   bare {bare:6.2f} s   rules {ours:6.2f} s   ratio {ours / bare:5.2f}"
            f"   rerun {again / ours:.2f} of the first"
        )
    _say(
        f"median ratio {statistics.median(ratios):.2f} (goal ≤ 8); a worker's peak memory {opened.peak} MB (goal < 300)"
    )
    return statistics.median(seconds)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def main() -> None:
    """Start what is needed in temporary folders, compare, and leave nothing behind."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    larger = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(WORKERS) as workers, servers.postgres_server("bench-fees") as postgres:
        with _opened(postgres, workers, ACCOUNTS) as opened:
            seconds = compare(opened, ROUNDS)
        if larger:
            with _opened(postgres, workers, larger) as opened:
                large = compare(opened, 1)
            _say(f"{larger} accounts take {large / seconds:.2f} × the time of {ACCOUNTS} (goal ≤ 11 × for 1,000,000)")


if __name__ == "__main__":
    main()
