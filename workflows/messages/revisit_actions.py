"""What staff can do to a revisit 回访办理, and what each action needs to be told."""

from datetime import date
from enum import StrEnum
from typing import Final

from workflows.messages.message import Message, Moment
from workflows.messages.revisit import ExemptGround, RevisitMethod, Satisfaction, Solved


class RevisitAction(StrEnum):
    """What staff can do to a revisit."""

    ASSIGN = "assign"
    ATTEMPT = "attempt"
    RECORD = "record"
    RECTIFIED = "rectified"
    EXEMPT = "exempt"
    GIVE_OPINION = "give_opinion"
    ANSWER_MATTER = "answer_matter"
    MOVE_DEADLINE = "move_deadline"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return _ACTIONS[self]


_ACTIONS: Final[dict[RevisitAction, str]] = {
    RevisitAction.ASSIGN: "指派",
    RevisitAction.ATTEMPT: "联系未果",
    RevisitAction.RECORD: "记录回访",
    RevisitAction.RECTIFIED: "整改完成",
    RevisitAction.EXEMPT: "免回访",
    RevisitAction.GIVE_OPINION: "审阅意见",
    RevisitAction.ANSWER_MATTER: "答复意见",
    RevisitAction.MOVE_DEADLINE: "改期限",
}


class AssignVisitorDetails(Message):
    """指派: whom, by the supervisor; "" lets the rule choose anew."""

    visitor: str = ""
    reason: str = ""


class AttemptDetails(Message):
    """联系未果: by which channel the customer could not be reached."""

    channel: RevisitMethod
    note: str = ""


class RaisedMatter(Message):
    """A new matter 新意见: its kind (repair, complaint, opinion, suggestion, assistance), the customer's words.

    Answered at once with ``answer``, or with the time at which the customer was told to expect one.
    """

    kind: str
    text: str
    answer: str = ""
    appointed_at: Moment | None = None


class RecordDetails(Message):
    """记录回访: the three answers, the signature or what stands for it, the next date where it is not settled."""

    method: RevisitMethod
    solved: Solved | None = None
    satisfaction: Satisfaction | None = None
    suggestions: str = ""
    handled: str = ""
    signature: str = ""
    refused_to_sign: bool = False
    second_signer: str = ""
    refusal_reason: str = ""
    rectify_by: date | None = None
    matters: tuple[RaisedMatter, ...] = ()


class RectifiedDetails(Message):
    """整改完成, where the original case does not say so itself."""

    reason: str = ""


class ExemptDetails(Message):
    """免回访: the ground, the evidence, and the open letter's number."""

    ground: ExemptGround
    letter: str = ""
    reason: str = ""


class OpinionDetails(Message):
    """审阅意见."""

    opinion: str = ""


class AnswerMatterDetails(Message):
    """答复意见: which matter, and what the customer was told."""

    matter: int
    answer: str = ""


class MoveRevisitDeadlineDetails(Message):
    """改期限: a supervisor's recorded override of one clock; ``due_at`` is the new deadline."""

    clock: str
    due_at: Moment
    reason: str = ""
