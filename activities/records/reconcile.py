"""Whether what is on record is right 对账: every open case is worked on and the other way round, the ledger is at zero.

A case is started before its first line is written, and closed on record before its execution ends; so what is young
is left alone, and so is what Temporal no longer keeps.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import text
from temporalio.client import Client

from activities.connections.database import Database, allow
from activities.records.executions import cases

YOUNG: Final = timedelta(minutes=10)
_OPEN = text("SELECT number FROM cases WHERE closed_at IS NULL AND recorded_at < :before")
_BALANCE = text("SELECT coalesce(sum(amount), 0) FROM postings")
_RECORDED = text("SELECT number FROM cases WHERE number = ANY(:numbers)")


@dataclass(frozen=True)
class Differences:
    """Case numbers: open on record without an execution that runs, and running without a record."""

    without_execution: tuple[str, ...]
    without_record: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.without_execution) + len(self.without_record)


def ledger_balance(db: Database) -> Decimal:
    """Return the sum of all postings, CNY: always 0. It reads the whole ledger."""
    with db.begin() as connection:
        allow(connection, timedelta(minutes=5))
        return Decimal(connection.scalars(_BALANCE).one())


async def reconcile(db: Database, client: Client, now: datetime) -> Differences:
    """Compare every open record with every running execution; only reads."""
    before = now - YOUNG
    # records first: what is closed meanwhile is then missing among the executions, and is looked at again below
    recorded = await asyncio.to_thread(_numbers, db, before)
    running: set[str] = set()
    young: set[str] = set()
    async for case in cases(client):
        (running if case.start_time < before else young).add(case.id)
    missing = recorded - running - young
    return Differences(
        without_execution=tuple(sorted(missing & await asyncio.to_thread(_numbers, db, before))),
        without_record=tuple(sorted(running - await asyncio.to_thread(_on_record, db, running))),
    )


def _numbers(db: Database, before: datetime) -> set[str]:
    with db.begin() as connection:
        return set(connection.scalars(_OPEN, {"before": before}))


def _on_record(db: Database, numbers: set[str]) -> set[str]:
    with db.begin() as connection:
        return set(connection.scalars(_RECORDED, {"numbers": sorted(numbers)}))
