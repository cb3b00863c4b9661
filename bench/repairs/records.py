"""Writing records 写入记录: the recorder's activity against the same rows by plain psycopg2, sixteen threads each.

What is written is what one repair really had written, played patiently and read from its history; each case of the
bench has these batches under a number of its own, in their order.
"""

import asyncio
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from psycopg2.pool import ThreadedConnectionPool
from temporalio.api.history.v1 import HistoryEvent

from activities.connections.database import Database
from activities.records.case_records import CaseRecords
from bench.bare import repair_records
from bench.bare.repair_worker import plain
from bench.figures import at_least, record, record_pairs, say
from bench.repairs.playing import Stage
from workflows.messages.identifiers import Activity
from workflows.messages.records import CaseBatch

THREADS: Final = 16

Course = list[CaseBatch]
"""The batches of one case, in their order."""


async def compare(stage: Stage, pairs: int, cases: int) -> None:
    """Write so many cases each way in turn."""
    pattern = await _written_by_a_repair(stage)
    database = Database.connect(stage.centre.url, stage.centre.keyring, pool_size=THREADS)
    pool = ThreadedConnectionPool(THREADS, THREADS, plain(stage.centre.url))
    ours = CaseRecords(database)
    mine: list[float] = []
    bare: list[float] = []

    def write_bare(batch: dict[str, Any]) -> None:
        connection = pool.getconn()
        try:
            repair_records.write(connection, batch)
        finally:
            pool.putconn(connection)

    for number in range(1, pairs + 1):
        courses = [_of_another_case(pattern) for _ in range(cases)]
        as_json = [[batch.model_dump(mode="json") for batch in course] for course in courses]
        bare.append(await asyncio.to_thread(_writes_a_second, write_bare, as_json))
        mine.append(await asyncio.to_thread(_writes_a_second, ours.write_case, courses))
        say(f"pair {number}: guanjia {mine[-1]:.0f}   bare {bare[-1]:.0f} batches a second")
    pool.closeall()
    database.close()
    record("guanjia: batches written a second", statistics.median(mine), "/s")
    record("bare: batches written a second", statistics.median(bare), "/s")
    ratios = [one / its for one, its in zip(mine, bare, strict=True)]
    record_pairs("record write / plain psycopg2, 16 threads", ratios, at_least(0.5))


def _writes_a_second(write: Callable[[Any], None], courses: Sequence[Sequence[Any]]) -> float:
    """Write every case's batches in their order, ``THREADS`` cases at a time."""

    def whole(course: Sequence[Any]) -> None:
        for batch in course:
            write(batch)

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(whole, courses))
    return sum(map(len, courses)) / (time.perf_counter() - began)


async def _written_by_a_repair(stage: Stage) -> Course:
    async with stage.workers():
        story = stage.story(stage.ours, patiently=True)
        await story.play()
        history = await stage.ours.client.get_workflow_handle(story.number).fetch_history()
    return [await _batch_in(stage, event) for event in history.events if _is_a_write(event)]


def _is_a_write(event: HistoryEvent) -> bool:
    return event.activity_task_scheduled_event_attributes.activity_type.name == Activity.WRITE_CASE


async def _batch_in(stage: Stage, event: HistoryEvent) -> CaseBatch:
    payloads = event.activity_task_scheduled_event_attributes.input.payloads
    (batch,) = await stage.ours.client.data_converter.decode(payloads, [CaseBatch])
    return batch


def _of_another_case(pattern: Course) -> Course:
    """The same batches under another number, which stands in the header and the opening."""
    old, new = pattern[0].header.number, f"BX-{uuid.uuid4().hex}"
    return [CaseBatch.model_validate_json(batch.model_dump_json().replace(old, new)) for batch in pattern]
