"""Writing the record of a case 写入记录."""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.records import CaseBatch

UNTIL_IT_WORKS: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=30)
)
"""Retried for ever: a record that cannot be written now is written when PostgreSQL is back."""


def start_writing(batch: CaseBatch) -> ActivityHandle[None]:
    """Begin to write the batch in one transaction; idempotent by case and sequence. Done when it is in PostgreSQL.

    Fails only when the record says something else under the same number and sequence (``record_exists``):
    another case's record, or a workflow that was reset; both need a person.
    """
    first, last = batch.lines[0].sequence, batch.lines[-1].sequence
    return workflow.start_activity(
        Activity.WRITE_CASE,
        batch,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(f"记录 {first}–{last}:{batch.lines[-1].label}"),
    )
