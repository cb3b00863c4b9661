"""Writing a case's record anew from its history 重建记录: the way back after PostgreSQL alone was restored.

A history knows every batch that its recorder handed over, and writing one again is harmless; so all of them are written
again, in order, by the code that wrote them first. What is newer on record stays, what was lost comes back. Notices,
positions of revisits and money are not the recorder's and do not come back by this; nor does how many technicians an
offer considered.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.connections.database import Database
from activities.records.case_records import CaseRecords
from activities.records.case_tables import Case, CaseLine
from activities.records.executions import RUNNING, cases
from workflows.messages.identifiers import Activity
from workflows.messages.records import CaseBatch

NO_HISTORY: Final = "no_history"
"""Temporal has no execution of that number, or keeps it no more."""


@dataclass(frozen=True)
class Rebuilt:
    """What became of one case's record.

    ``lines_added`` were lost and are back. ``lines_missing`` were in runs that Temporal keeps no more. ``refused`` is
    "", ``NO_HISTORY``, or the code of the write that was refused, after which nothing more of the case was written.
    """

    number: str
    lines_added: int = 0
    lines_missing: int = 0
    refused: str = ""

    @property
    def whole(self) -> bool:
        """Whether the record is now all that the case ever handed over."""
        return not self.refused and not self.lines_missing


async def cases_to_rebuild(client: Client, *, closed_since: datetime | None = None) -> AsyncIterator[str]:
    """Yield the numbers of the cases that run, and of those whose execution ended from that instant on."""
    query = RUNNING
    if closed_since is not None:
        query = f'{query} OR (ExecutionStatus != "ContinuedAsNew" AND CloseTime >= "{closed_since.isoformat()}")'
    async for case in cases(client, query):
        yield case.id


async def rebuild_record(db: Database, client: Client, number: str) -> Rebuilt:
    """Write again what the history of the case says was written; harmless to repeat, and while the case runs.

    Raises the database's error when it is out of reach, and ``RPCError`` when Temporal is.
    """
    try:
        batches = await _batches(client, number)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Rebuilt(number, refused=NO_HISTORY)
        raise
    records, refused = CaseRecords(db), ""
    before, _ = _lines_on_record(db, number)
    for batch in batches:
        try:
            records.write_case(batch)
        except ApplicationError as error:
            refused = error.type or ""
            break
    after, last = _lines_on_record(db, number)
    return Rebuilt(number, lines_added=after - before, lines_missing=last - after, refused=refused)


async def _batches(client: Client, number: str) -> list[CaseBatch]:
    """Return the recorder's batches in the order in which they were handed over, through all runs still kept."""
    runs: list[list[CaseBatch]] = []
    run: str | None = (await client.get_workflow_handle(number).describe()).run_id
    while run:
        try:
            history = await client.get_workflow_handle(number, run_id=run).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND and runs:  # an earlier run is past its retention
                break
            raise
        runs.append(await _handed_over(client, history.events))
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return [batch for batches in reversed(runs) for batch in batches]


async def _handed_over(client: Client, events: Sequence[HistoryEvent]) -> list[CaseBatch]:
    refused = {
        event.activity_task_failed_event_attributes.scheduled_event_id
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED
    }
    batches = []
    for event in events:
        scheduled = event.activity_task_scheduled_event_attributes
        if (
            event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
            and scheduled.activity_type.name == Activity.WRITE_CASE
            and event.event_id not in refused
        ):
            (batch,) = await client.data_converter.decode(scheduled.input.payloads, [CaseBatch])
            batches.append(batch)
    return batches


def _lines_on_record(db: Database, number: str) -> tuple[int, int]:
    """Return how many lines there are, and how many there should be; in one look, since a running case goes on."""
    should_be = select(Case.last_sequence).where(Case.number == number).scalar_subquery()
    with db.begin() as connection:
        lines, last = connection.execute(
            select(func.count(), func.coalesce(should_be, 0)).where(CaseLine.case == number)
        ).one()
    return lines, last
