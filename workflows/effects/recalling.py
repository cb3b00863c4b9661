"""Asking the records what they know of a matter 查历史."""

from datetime import timedelta

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.background import BackgroundRequest, CaseBackground
from workflows.messages.identifiers import Activity, TaskQueue


def start_recalling(request: BackgroundRequest) -> ActivityHandle[CaseBackground]:
    """Begin to look for open cases of the same fault and to count the earlier ones; only reads."""
    return workflow.start_activity(
        Activity.RECALL,
        request,
        result_type=CaseBackground,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText("查同类报修"),
    )
