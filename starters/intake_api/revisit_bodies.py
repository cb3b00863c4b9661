"""What may be sent to act on a revisit 回访办理: one model for each action of the table of allowed actions."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from starters.intake_api.bodies import (
    AttachmentId,
    Body,
    Code,
    Description,
    Instant,
    OptionalCode,
    OptionalReason,
    OptionalStaffCode,
    Reason,
    Text,
)
from workflows.messages.revisit import ExemptGround, RevisitMethod, Satisfaction, Solved


class MatterKind(StrEnum):
    """What the customer raised."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    OPINION = "opinion"
    SUGGESTION = "suggestion"
    ASSISTANCE = "assistance"


class AssignVisitorBody(Body):
    """指派: whom; left out, the rule chooses anew."""

    action: Literal["assign"]
    visitor: OptionalStaffCode = ""
    reason: OptionalReason = ""


class AttemptBody(Body):
    """联系未果: by which way the customer could not be reached."""

    action: Literal["attempt"]
    channel: RevisitMethod
    note: OptionalReason = ""


class RaisedMatterBody(Body):
    """新意见: answered at once, or with the time that the customer was told."""

    kind: MatterKind
    text: Description
    answer: Text = ""
    appointed_at: Instant | None = None


class RecordBody(Body):
    """记录回访: the three answers, and what the way of visiting needs besides."""

    action: Literal["record"]
    method: RevisitMethod
    solved: Solved | None = Field(default=None, description="处理好了吗; `unanswered` is 未答.")
    satisfaction: Satisfaction | None = Field(default=None, description="满意吗; `unanswered` is 未答.")
    suggestions: Text = Field(default="", description="还有意见建议吗; 「无」 or 「未答」 where there is nothing.")
    handled: Text = ""
    signature: AttachmentId = ""
    refused_to_sign: bool = False
    second_signer: OptionalStaffCode = ""
    refusal_reason: OptionalReason = ""
    rectify_by: date | None = None
    matters: Annotated[tuple[RaisedMatterBody, ...], Field(max_length=10)] = ()


class RectifiedBody(Body):
    """整改完成, where the original case does not say so itself."""

    action: Literal["rectified"]
    reason: OptionalReason = ""


class ExemptBody(Body):
    """免回访, with the ground and the evidence."""

    action: Literal["exempt"]
    ground: ExemptGround
    letter: OptionalCode = ""
    reason: Reason


class OpinionBody(Body):
    """审阅意见."""

    action: Literal["give_opinion"]
    opinion: Reason


class AnswerMatterBody(Body):
    """答复意见: which matter, and what the customer was told."""

    action: Literal["answer_matter"]
    matter: Annotated[StrictInt, Field(ge=1, le=1000)]
    answer: Description


class MoveRevisitDeadlineBody(Body):
    """改期限."""

    action: Literal["move_deadline"]
    clock: Code
    due_at: Instant
    reason: Reason


RevisitActionBody = Annotated[
    AssignVisitorBody
    | AttemptBody
    | RecordBody
    | RectifiedBody
    | ExemptBody
    | OpinionBody
    | AnswerMatterBody
    | MoveRevisitDeadlineBody,
    Field(discriminator="action"),
]
"""办理: one of the actions of ``workflows/rules/revisit_action_table.py``, with its details."""
