"""What a schedule runs 按期开立: it opens the case of the period, and is over. The case lives by itself."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.fee_opening import FeeOpeningStart, FeesOpened, OpenFees
from workflows.messages.identifiers import FEE_OPENING_WORKFLOW, Activity, TaskQueue
from workflows.rules.business_time import local

_SCHEDULED = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn(name=FEE_OPENING_WORKFLOW)
class FeeOpening:
    """Opens one community's cycle or month. Run twice for the same period it opens it once."""

    @workflow.run
    async def run(self, start: FeeOpeningStart) -> FeesOpened:
        """Open the case of the period for which the schedule asked, however late that is."""
        asked_for: datetime = workflow.info().typed_search_attributes.get(_SCHEDULED) or workflow.now()
        request = OpenFees(
            community=start.community,
            kind=start.kind,
            on_day=start.on_day or local(asked_for, start.tz).date(),
            at=local(workflow.now(), start.tz),
        )
        opened: FeesOpened = await workflow.execute_activity(
            Activity.OPEN_FEES,
            request,
            result_type=FeesOpened,
            task_queue=TaskQueue.CASES,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=UNTIL_IT_WORKS,
            summary=OpenText(f"开立 {start.community} {start.kind} {request.on_day}"),
        )
        return opened
