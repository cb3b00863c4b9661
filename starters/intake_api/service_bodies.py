"""What may be sent about special services 特约服务: the order, and one model for each action."""

from typing import Annotated, Literal

from pydantic import Field

from activities.opening.service_orders import ServiceOrder
from starters.intake_api.bodies import (
    AttachmentId,
    AttachmentIds,
    Body,
    Code,
    Description,
    Instant,
    Money,
    Name,
    OptionalCode,
    OptionalReason,
    Rating,
    Reason,
    ReporterBody,
    StaffCode,
)
from starters.intake_api.quote_bodies import QuoteActionBody
from workflows.messages.attachments import AttachmentRef
from workflows.messages.case import Channel, Reporter
from workflows.messages.special_service import ServiceCategory


class ServiceOrderBody(Body):
    """下单: what is wanted, by whom, and where."""

    unit: Code = Field(description="房号", examples=["1-101"])
    channel: Channel
    category: ServiceCategory
    description: Description = Field(examples=["全屋日常保洁"])
    item: OptionalCode = Field(default="", description="The code of a posted item, where the customer named one.")
    reporter: ReporterBody = ReporterBody()
    appointment_at: Instant | None = None
    photos: AttachmentIds = ()

    def as_order(self, community: str) -> ServiceOrder:
        """The order as the desk takes it."""
        return ServiceOrder(
            community=community,
            unit=self.unit,
            channel=self.channel,
            category=self.category,
            description=self.description,
            item=self.item,
            reporter=Reporter(**self.reporter.model_dump()),
            appointment_at=self.appointment_at,
            attachments=tuple(AttachmentRef(id=one) for one in self.photos),
        )


class BookBody(Body):
    """预约 or 改约."""

    action: Literal["book"]
    appointment_at: Instant
    reason: OptionalReason = ""


class AssignPerformerBody(Body):
    """指派."""

    action: Literal["assign"]
    performer: StaffCode
    reason: OptionalReason = ""


class StartBody(Body):
    """开始服务."""

    action: Literal["start"]


class CompleteServiceBody(Body):
    """完成: what was done; money that was laid out is shown with its receipts."""

    action: Literal["complete"]
    work_done: Description
    billed: Money | None = None
    outlay: Money | None = Field(default=None, description="代办: what was laid out, with receipts.")
    receipts: AttachmentIds = ()
    photos: AttachmentIds = ()


class SignBody(Body):
    """客户签字验收: the signature, and who signed."""

    action: Literal["sign"]
    signature: AttachmentId
    signed_by: Name = ""
    rating: Rating | None = None


class RejectServiceBody(Body):
    """验收不合格, as the customer puts it."""

    action: Literal["reject_work"]
    reason: Reason


class CancelServiceBody(Body):
    """取消: free until two hours before the appointment, later only a fee that was agreed."""

    action: Literal["cancel"]
    reason: Reason
    fee_agreed: bool = False


class MoveServiceDeadlineBody(Body):
    """改期限."""

    action: Literal["move_deadline"]
    clock: Code
    due_at: Instant
    reason: Reason


ServiceActionBody = Annotated[
    BookBody
    | AssignPerformerBody
    | StartBody
    | CompleteServiceBody
    | SignBody
    | RejectServiceBody
    | CancelServiceBody
    | MoveServiceDeadlineBody
    | QuoteActionBody,
    Field(discriminator="action"),
]
"""办理: one of the actions of ``workflows/rules/service_action_table.py``, with its details."""
