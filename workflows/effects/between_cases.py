"""What one case has done to another 单据互通: passing a word on, opening a case that it calls for."""

from datetime import timedelta

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.passing_on import Passed, PassedOn
from workflows.messages.selecting import LinkedCase, LinkedCaseRequest


def start_passing_on(word: PassedOn) -> ActivityHandle[Passed]:
    """Begin to tell another case; the answer says whether it was there. A repeat is harmless by its message id."""
    return workflow.start_activity(
        Activity.PASS_ON,
        word,
        result_type=Passed,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(f"转告 {word.to}:{word.word}"),
    )


def start_opening_linked(request: LinkedCaseRequest) -> ActivityHandle[LinkedCase]:
    """Begin to open the repair that a revisit calls for; idempotent by (source, matter)."""
    return workflow.start_activity(
        Activity.OPEN_LINKED,
        request,
        result_type=LinkedCase,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(f"回访新意见立单({request.source} 第{request.matter}项)"),
    )
