"""POST delivery receipts 送达回执: a gateway's later word of a message that it had taken."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from activities.notifications.delivery_receipts import DeliveryStatus, record_receipt
from starters.intake_api.bodies import Body
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented
from starters.intake_api.signed_messages import SIGNED, signed_body, verified

webhooks = APIRouter(tags=["webhooks 回调"])


class DeliveryReceiptBody(Body):
    """What became of a message, named by the ``webhook-id`` under which the gateway was given it."""

    message: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
    status: DeliveryStatus


class ReceiptRecorded(BaseModel):
    """The message whose receipt is on record."""

    message: str


@webhooks.post(
    "/v1/webhooks/delivery-receipts/{community}",
    responses=documented(*SIGNED, "unknown_delivery", "records_unavailable", known_callers=False),
    openapi_extra=signed_body(DeliveryReceiptBody),
)
async def receive_a_delivery_receipt(request: Request, community: str, intake: TheIntake) -> ReceiptRecorded:
    """Receive a receipt, signed with the secret with which the community's notices are signed; repeats are harmless.

    A message that could not be delivered becomes a task for a person, with its text. Each gateway speaks of its own
    community's messages only.
    """
    gateway = intake.settings.webhook.get(community)
    secret = gateway.secret.get_secret_value() if gateway else ""
    receipt = await verified(request, secret, DeliveryReceiptBody)
    known = await run_in_threadpool(record_receipt, intake.database, community, receipt.message, receipt.status)
    if not known:
        raise ProblemError("unknown_delivery")
    return ReceiptRecorded(message=receipt.message)
