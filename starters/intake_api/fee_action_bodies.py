"""What may be sent to act on fee cases 收费办理: one model for each action of the tables of allowed actions."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from starters.intake_api.bodies import (
    AttachmentIds,
    Body,
    Code,
    Instant,
    Money,
    OptionalCode,
    OptionalReason,
    Reason,
    StaffCode,
)
from workflows.messages.arrears_actions import Delivery

_Version = Annotated[StrictInt, Field(ge=1, le=10_000)]
BillNumber = Annotated[str, Field(pattern=r"^[^\s/]{1,64}/[A-Za-z0-9_-]{1,40}$", examples=["1-101-Y1/2026Q2"])]


class ApproveTableBody(Body):
    """审核通过: the version that was looked at."""

    action: Literal["approve"]
    version: _Version


class RejectedRowBody(Body):
    """A row that is returned, and why."""

    account: Code
    reason: Reason


class RejectTableBody(Body):
    """退回更正: the rows that are wrong."""

    action: Literal["reject"]
    version: _Version
    rows: Annotated[tuple[RejectedRowBody, ...], Field(min_length=1, max_length=1000)]


class ResubmitBody(Body):
    """更正后再报."""

    action: Literal["resubmit"]
    reason: OptionalReason = ""


class HandOverBody(Body):
    """移交管家: the stewards who have signed for their lists."""

    action: Literal["hand_over"]
    signed_by: Annotated[tuple[StaffCode, ...], Field(min_length=1, max_length=100)]


class GatherBody(Body):
    """汇总有偿服务."""

    action: Literal["gather"]


class SendReportBody(Body):
    """报送月报."""

    action: Literal["send_report"]


class SealBody(Body):
    """用印登记: the number in the register of the seal."""

    action: Literal["seal"]
    number: Code
    copies: Annotated[StrictInt, Field(ge=1, le=100)] = 1
    sheet: OptionalCode = ""


class DeliverBody(Body):
    """送达签收: the day of receipt."""

    action: Literal["deliver"]
    received_on: date
    how: Delivery = Delivery.SIGNED
    photos: AttachmentIds = ()
    witness: OptionalCode = ""
    sheet: OptionalCode = ""


class BounceBody(Body):
    """未送达."""

    action: Literal["bounce"]
    reason: Reason
    sheet: OptionalCode = ""


class DisputedPartBody(Body):
    """What is disputed of one bill, CNY."""

    bill: BillNumber
    amount: Money


class DisputeBody(Body):
    """登记异议: written and itemised."""

    action: Literal["dispute"]
    parts: Annotated[tuple[DisputedPartBody, ...], Field(min_length=1, max_length=50)]
    reason: Reason


class SettleDisputeBody(Body):
    """答复异议."""

    action: Literal["settle_dispute"]
    upheld: bool
    answer: Reason


class InstalmentBody(Body):
    """One instalment."""

    due_on: date
    amount: Money


class AgreeInstalmentsBody(Body):
    """分期协议: the instalments sum to the principal that is owed."""

    action: Literal["agree_instalments"]
    plan: Annotated[tuple[InstalmentBody, ...], Field(min_length=1, max_length=60)]
    reason: OptionalReason = ""


class ChooseMeansBody(Body):
    """决定后续方式."""

    action: Literal["choose_means"]
    means: Annotated[str, Field(pattern=r"^[a-z_]{3,40}$", examples=["lawyer_letter"])]
    reason: Reason


class MoveFeeDeadlineBody(Body):
    """改期限."""

    action: Literal["move_deadline"]
    clock: Code
    due_at: Instant
    reason: Reason


FeeCycleActionBody = Annotated[
    ApproveTableBody | RejectTableBody | ResubmitBody | HandOverBody | MoveFeeDeadlineBody,
    Field(discriminator="action"),
]
FeeMonthActionBody = Annotated[GatherBody | SendReportBody | MoveFeeDeadlineBody, Field(discriminator="action")]
ArrearsActionBody = Annotated[
    SealBody
    | DeliverBody
    | BounceBody
    | DisputeBody
    | SettleDisputeBody
    | AgreeInstalmentsBody
    | ChooseMeansBody
    | MoveFeeDeadlineBody,
    Field(discriminator="action"),
]
