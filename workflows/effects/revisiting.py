"""Revisits 回访: whether a finished matter is revisited, by whom, and when it no longer counts."""

from datetime import timedelta

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.selecting import RevisitRequest, RevisitSelection, Uncounted, Visitor, VisitorRequest


def start_planning_revisit(request: RevisitRequest) -> ActivityHandle[RevisitSelection]:
    """Begin to select in one locked transaction and to open the revisit; idempotent by (case, round)."""
    return workflow.start_activity(
        Activity.PLAN_REVISIT,
        request,
        result_type=RevisitSelection,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(f"第{request.round}次完工:是否回访"),
    )


def start_uncounting(request: Uncounted) -> ActivityHandle[None]:
    """Begin to take a selected item out of the count, so that a later one replaces it; idempotent."""
    return workflow.start_activity(
        Activity.UNCOUNT_REVISIT,
        request,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText("不再计入回访"),
    )


def start_choosing_visitor(request: VisitorRequest) -> ActivityHandle[Visitor]:
    """Begin to find who makes the revisit: by rule and area, else the stand-in."""
    return workflow.start_activity(
        Activity.CHOOSE_VISITOR,
        request,
        result_type=Visitor,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(f"指派回访人({request.wanted.label})"),
    )
