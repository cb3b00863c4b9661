"""What an account's arrears ask of the ledger 催缴作业. Whoever is asked twice changes nothing the second time."""

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.dunning import (
    ClosingRequest,
    DeliveryRequest,
    DisputeRequest,
    LedgerAnswer,
    SealRequest,
    Sheet,
    SheetRequest,
    StandingRequest,
)
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.ledger import AccountStanding
from workflows.messages.message import Message

Answer = TypeVar("Answer", bound=Message)


def _start(asked: Activity, request: Message, answer: type[Answer], summary: str) -> ActivityHandle[Answer]:
    return workflow.start_activity(
        asked,
        request,
        result_type=answer,
        task_queue=TaskQueue.CASES,
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(summary),
    )


def start_asking_standing(request: StandingRequest) -> ActivityHandle[AccountStanding]:
    """Begin to look how the account stands; only reads."""
    return _start(Activity.ACCOUNT_STANDING, request, AccountStanding, f"查账 {request.on_day}")


def start_issuing_sheet(request: SheetRequest) -> ActivityHandle[Sheet]:
    """Begin to issue a sheet of notices; what has been settled meanwhile is not on it."""
    return _start(Activity.ISSUE_SHEET, request, Sheet, f"开具催款通知单 第{request.ordinal}份")


def start_registering_seal(request: SealRequest) -> ActivityHandle[LedgerAnswer]:
    """Begin to enter the use of the seal."""
    return _start(Activity.REGISTER_SEAL, request, LedgerAnswer, f"用印登记 {request.sheet}")


def start_recording_delivery(request: DeliveryRequest) -> ActivityHandle[LedgerAnswer]:
    """Begin to enter a receipt."""
    return _start(Activity.RECORD_DELIVERY, request, LedgerAnswer, f"送达登记 {request.sheet}")


def start_recording_dispute(request: DisputeRequest) -> ActivityHandle[LedgerAnswer]:
    """Begin to put disputed parts aside, or to settle them."""
    return _start(Activity.RECORD_DISPUTE, request, LedgerAnswer, "异议入账")


def start_closing_arrears(request: ClosingRequest) -> ActivityHandle[LedgerAnswer]:
    """Begin to enter that the account has no open arrears case."""
    return _start(Activity.CLOSE_ARREARS, request, LedgerAnswer, "催缴结束")
