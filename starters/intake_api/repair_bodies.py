"""What may be sent to act on a repair 报修办理: one model for each action of the table of allowed actions."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from starters.intake_api.bodies import (
    AttachmentId,
    AttachmentIds,
    Body,
    CaseNumber,
    Code,
    Description,
    Instant,
    Money,
    OptionalCode,
    OptionalReason,
    OptionalStaffCode,
    Rating,
    Reason,
    StaffCode,
    Text,
)
from starters.intake_api.quote_bodies import QuoteActionBody
from workflows.messages.people import Trade
from workflows.messages.quotes import QuoteClock
from workflows.messages.repair import Port, RepairClass, RepairClock
from workflows.messages.repair_actions import SuspensionGround


class AcceptBody(Body):
    """受理, with the trade corrected or the class raised."""

    action: Literal["accept"]
    trade: Trade | None = None
    repair_class: RepairClass | None = None


class DispatchBody(Body):
    """派工, to a technician by code or to whom the rule chooses."""

    action: Literal["dispatch"]
    technician: OptionalStaffCode = Field(
        default="", description="工号 of an active technician of the community.", examples=["T003"]
    )
    reason: OptionalReason = ""


class TakeBody(Body):
    """接单."""

    action: Literal["take"]


class DeclineBody(Body):
    """退单, with the reason."""

    action: Literal["decline"]
    reason: Reason


class ArriveBody(Body):
    """到场."""

    action: Literal["arrive"]


class CompleteBody(Body):
    """完工: what was done and used, and the minutes worked."""

    action: Literal["complete"]
    work_done: Description
    materials: Text = ""
    work_minutes: Annotated[StrictInt, Field(ge=0, le=10_080)] | None = None
    billed: Money | None = Field(default=None, description="What is asked for; only what was confirmed is billable.")
    photos: AttachmentIds = ()
    signature: AttachmentId = ""


class CancelBody(Body):
    """取消 at the customer's word; after arrival only a call-out fee that was agreed is owed."""

    action: Literal["cancel"]
    reason: Reason
    fee_agreed: bool = False


class MoveDeadlineBody(Body):
    """改期限: a recorded override of one running clock."""

    action: Literal["move_deadline"]
    clock: RepairClock | QuoteClock = Field(description="A clock that runs.", examples=["finish"])
    due_at: Instant
    reason: Reason


class WrongTradeBody(Body):
    """工种不符: the trade that the fault calls for."""

    action: Literal["wrong_trade"]
    trade: Trade
    reason: OptionalReason = ""


class NoShowBody(Body):
    """上门无人."""

    action: Literal["no_show"]
    reason: OptionalReason = ""


class CallBody(Body):
    """电话联系客户: whether somebody answered."""

    action: Literal["call"]
    answered: bool = False
    reason: OptionalReason = ""


class RescheduleBody(Body):
    """改约."""

    action: Literal["reschedule"]
    appointment_at: Instant
    reason: OptionalReason = ""


class SendSecondBody(Body):
    """增派第二人: an emergency is never one person's work."""

    action: Literal["send_second"]
    technician: StaffCode


class ContractorArrivedBody(Body):
    """维保单位到场."""

    action: Literal["contractor_arrived"]


class SuspendBody(Body):
    """挂起, or a new promise while suspended, with the day that the customer was told."""

    action: Literal["suspend"]
    ground: SuspensionGround
    promised_on: date
    reason: OptionalReason = ""


class ResumeBody(Body):
    """恢复维修."""

    action: Literal["resume"]
    reason: OptionalReason = ""


class VerifyBody(Body):
    """客户验收, by signature or by a word that is written down."""

    action: Literal["verify"]
    signature: AttachmentId = ""
    reason: OptionalReason = ""
    rating: Rating | None = None


class RejectWorkBody(Body):
    """验收不合格, as the customer puts it."""

    action: Literal["reject_work"]
    reason: Reason


class ReopenBody(Body):
    """返修 of a closed case, as the customer puts it."""

    action: Literal["reopen"]
    reason: Reason


class MergeBody(Body):
    """并单: the number of the open repair of the same fault."""

    action: Literal["merge"]
    into: CaseNumber
    reason: OptionalReason = ""


class DismissBody(Body):
    """非报修转出 or 无效, as it was explained to the customer."""

    action: Literal["dismiss"]
    to: OptionalCode = ""
    reason: Reason


class RefusedEntryBody(Body):
    """客户拒修, with the signed reason."""

    action: Literal["refused_entry"]
    reason: Reason
    signature: AttachmentId = ""
    harms_others: bool = False


class ConfirmBackfillBody(Body):
    """核实补单."""

    action: Literal["confirm_backfill"]
    reason: OptionalReason = ""


class RefuseBackfillBody(Body):
    """补单不实."""

    action: Literal["refuse_backfill"]
    reason: Reason


class CorrectUnitBody(Body):
    """更正房号."""

    action: Literal["correct_unit"]
    unit: Code
    reason: OptionalReason = ""


class SetPortBody(Body):
    """改判责任端口."""

    action: Literal["set_port"]
    port: Port
    reason: Reason


RepairActionBody = Annotated[
    AcceptBody
    | DispatchBody
    | TakeBody
    | DeclineBody
    | ArriveBody
    | CompleteBody
    | CancelBody
    | MoveDeadlineBody
    | WrongTradeBody
    | NoShowBody
    | CallBody
    | RescheduleBody
    | SendSecondBody
    | ContractorArrivedBody
    | SuspendBody
    | ResumeBody
    | VerifyBody
    | RejectWorkBody
    | ReopenBody
    | MergeBody
    | DismissBody
    | RefusedEntryBody
    | ConfirmBackfillBody
    | RefuseBackfillBody
    | CorrectUnitBody
    | SetPortBody
    | QuoteActionBody,
    Field(discriminator="action"),
]
"""办理: one of the actions of ``workflows/rules/repair_action_table.py``, with its details."""
