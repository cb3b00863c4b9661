"""Asking who takes the next job 派工."""

from datetime import timedelta

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.identifiers import Activity, TaskQueue


def start_offering(request: OfferRequest) -> ActivityHandle[OfferOutcome]:
    """Begin to choose a technician and enter the offer in one locked transaction; idempotent by (case, attempt).

    Waits for PostgreSQL as long as it takes: a case is never offered to somebody who is guessed.
    """
    return workflow.start_activity(
        Activity.OFFER_NEXT,
        request,
        result_type=OfferOutcome,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(f"第{request.attempt}次派工({request.trade.label})"),
    )
