"""POST replies: the customer's word 客户意见, taken down by the desk or handed over by a messaging platform."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from activities.opening.message_keys import body_digest, reply_id
from activities.records.intake_snapshot import Caller
from starters.case_desk.cases import ReplyTaken
from starters.intake_api.bodies import CustomerReplyBody, ReplyBody
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, actor_of, caller_with
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import documented
from starters.intake_api.signed_messages import SIGNED, signed_body, verified
from workflows.messages.case import CustomerReply
from workflows.messages.people import CUSTOMER
from workflows.messages.repair import RepairState

_PLATFORM = "customer-replies"
"""The caller that the webhook's message ids belong to."""

router = APIRouter(route_class=KnownCallersRoute, tags=["cases 单据"])
webhooks = APIRouter(tags=["webhooks 回调"])


class ReplyRecorded(BaseModel):
    """What became of the reply: passed on to the case, or kept beside one that is closed 已关闭."""

    number: str
    case_closed: bool = Field(description="True: kept with the closed case, which it no longer moves.")
    state_label: str | None = Field(default=None, description="「已关闭」 for a closed case.")


@router.post(
    "/v1/communities/{community}/cases/{number}/replies",
    responses=documented(
        "idempotency_key_required",
        "idempotency_key_invalid",
        "unknown_case",
        "case_not_running",
        "records_unavailable",
        "outcome_unknown",
    ),
)
async def take_down_a_reply(
    *,
    body: ReplyBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.TAKE_DOWN_REPLIES)],
    intake: TheIntake,
) -> ReplyRecorded:
    """Take down what the customer said: confirm, reject, reschedule, answer a quote, dispute, rate, cancel."""
    reply = CustomerReply(
        message_id=reply_id(caller.caller, key, number, body_digest(body)),
        community=community,
        intent=body.intent,
        text=body.text,
        appointment_at=body.appointment_at,
        rating=body.rating,
        recorded_by=actor_of(caller),
    )
    return _recorded(await intake.cases.reply(number, reply))


@webhooks.post(
    "/v1/webhooks/customer-replies",
    responses=documented(
        *SIGNED,
        "unknown_case",
        "case_not_running",
        "records_unavailable",
        "outcome_unknown",
        known_callers=False,
    ),
    openapi_extra=signed_body(CustomerReplyBody),
)
async def receive_a_customers_reply(request: Request, intake: TheIntake) -> ReplyRecorded:
    """Receive a customer's own message, signed as standardwebhooks says; the same ``message_id`` counts once."""
    body = await verified(request, intake.keyring.reply_webhook_secret, CustomerReplyBody)
    reply = CustomerReply(
        message_id=reply_id(_PLATFORM, body.message_id, body.number, body_digest(body)),
        community=body.community,
        intent=body.intent,
        text=body.text,
        appointment_at=body.appointment_at,
        rating=body.rating,
        sender_phone=body.sender_phone,
        recorded_by=CUSTOMER,
    )
    return _recorded(await intake.cases.reply(body.number, reply))


def _recorded(taken: ReplyTaken) -> ReplyRecorded:
    return ReplyRecorded(
        number=taken.number,
        case_closed=taken.case_closed,
        state_label=RepairState.CLOSED.label if taken.case_closed else None,
    )
