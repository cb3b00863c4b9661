"""Telling someone 通知."""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.notices import Notice, NoticeOutcome

_ALIVE: Final = timedelta(seconds=20)
"""Without a heartbeat for so long the worker is gone and another one tells: of a gas leak nobody waits two minutes.

Longer than the billing's, because a second attempt beside a first that is only slow makes a message *unknown*."""


def start_telling(notice: Notice) -> ActivityHandle[NoticeOutcome]:
    """Begin to tell the recipient by the first channel that takes it; the outcome says which, or that none did.

    A refusal of every channel is an outcome, not an error: the caller records it and a person takes over.
    """
    return workflow.start_activity(
        Activity.NOTIFY,
        notice,
        result_type=NoticeOutcome,
        task_queue=TaskQueue.NOTIFICATIONS,
        start_to_close_timeout=timedelta(minutes=2),
        heartbeat_timeout=_ALIVE,
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(f"通知{notice.recipient.label}:{notice.event.label}"),
    )
