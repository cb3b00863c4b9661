"""Messages of the revisit 回访 (``docs/domain/revisit.md``; S1 five parts, S4 二.5)."""

from enum import StrEnum
from typing import Final

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.message import Message, Moment
from workflows.messages.records import RevisitAttempt, RevisitMatter, RevisitRecord, RevisitTask
from workflows.messages.revisit_policy import RevisitPolicy
from workflows.messages.selecting import RevisitSelection


class RevisitState(StrEnum):
    """States of a revisit in the order of the diagram; 已撤销 is a task that rework has overtaken (R14)."""

    PLANNED = "planned"
    ASSIGNED = "assigned"
    CONTACTING = "contacting"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    RECTIFYING = "rectifying"
    UNREACHABLE = "unreachable"
    EXEMPT = "exempt"
    REVIEWED = "reviewed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Chinese term of the diagram."""
        return _STATES[self]


_STATES: Final[dict[RevisitState, str]] = {
    RevisitState.PLANNED: "待安排",
    RevisitState.ASSIGNED: "已指派",
    RevisitState.CONTACTING: "联系中",
    RevisitState.SATISFIED: "已回访·满意",
    RevisitState.DISSATISFIED: "已回访·不满意",
    RevisitState.RECTIFYING: "整改中",
    RevisitState.UNREACHABLE: "未联系上",
    RevisitState.EXEMPT: "免回访/公开信",
    RevisitState.REVIEWED: "主管已审阅",
    RevisitState.WITHDRAWN: "已撤销",
}


class RevisitMethod(StrEnum):
    """How the customer is revisited 回访方式."""

    ONSITE = "onsite"
    PHONE = "phone"
    PLATFORM = "platform"

    @property
    def label(self) -> str:
        """The Chinese term on the form."""
        return {"onsite": "上门回访", "phone": "电话回访", "platform": "平台回访"}[self]


class Solved(StrEnum):
    """处理好了吗, the first question (R6)."""

    YES = "yes"
    NO = "no"
    UNANSWERED = "unanswered"

    @property
    def label(self) -> str:
        """The Chinese term on the form."""
        return {"yes": "已处理好", "no": "未处理好", "unanswered": "未答"}[self]


class Satisfaction(StrEnum):
    """满意吗, the second question: the scale of the policy (5 the best) and 未答."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"
    UNANSWERED = "unanswered"

    @property
    def label(self) -> str:
        """The Chinese term on the form."""
        return _SATISFACTION[self][0]

    @property
    def points(self) -> int | None:
        """5 to 1; None for 未答."""
        return _SATISFACTION[self][1]


_SATISFACTION: Final[dict[Satisfaction, tuple[str, int | None]]] = {
    Satisfaction.VERY_SATISFIED: ("非常满意", 5),
    Satisfaction.SATISFIED: ("满意", 4),
    Satisfaction.FAIRLY_SATISFIED: ("基本满意", 3),
    Satisfaction.DISSATISFIED: ("不满意", 2),
    Satisfaction.VERY_DISSATISFIED: ("很不满意", 1),
    Satisfaction.UNANSWERED: ("未答", None),
}

UNANSWERED_TEXT: Final = "未答"
"""The third question's answer where none was given (R20); 「无」 where the customer has nothing to say."""


class RevisitClock(StrEnum):
    """Names of the clocks that can run in a revisit."""

    WINDOW = "window"
    RECTIFICATION = "rectification"
    REPLY = "reply"
    OPINION = "opinion"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"window": "回访", "rectification": "整改", "reply": "约定答复", "opinion": "审阅意见"}[self]


class ExemptGround(StrEnum):
    """Why a revisit may be left out 可不回访 (R10, R11; §6.3)."""

    OPEN_LETTER = "open_letter"
    ANONYMOUS = "anonymous"
    LETTER_ONLY = "letter_only"
    MERGED = "merged"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _GROUNDS[self]


_GROUNDS: Final[dict[ExemptGround, str]] = {
    ExemptGround.OPEN_LETTER: "公开信",
    ExemptGround.ANONYMOUS: "匿名",
    ExemptGround.LETTER_ONLY: "只要求复函",
    ExemptGround.MERGED: "已并单",
    ExemptGround.CANCELLED: "已取消",
    ExemptGround.LOST: "失联",
}


class RevisitProgress(Message):
    """All that a revisit knows besides its start: carried over continue-as-new."""

    case: CaseProgress
    task: RevisitTask
    records: tuple[RevisitRecord, ...] = ()
    attempts: tuple[RevisitAttempt, ...] = ()
    matters: tuple[RevisitMatter, ...] = ()
    to_link: tuple[int, ...] = ()
    to_uncount: str = ""
    wanted: str | None = None


class RevisitStart(Message):
    """The one argument of the revisit workflow. ``progress`` is set only by continue-as-new.

    ``opening.linked`` names the original case; unit and area are its own. ``barred`` are staff whose own work it is.
    """

    opening: CaseOpening
    original: str
    original_kind: str
    original_round: int
    completed_at: Moment
    level: str = "general"
    barred: tuple[str, ...] = ()
    selection: RevisitSelection = RevisitSelection()
    policy: RevisitPolicy = RevisitPolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    progress: RevisitProgress | None = None


class RevisitOutcome(Message):
    """How a revisit ended."""

    number: str
    state: RevisitState
    rounds: int = 0
    closed_at: Moment | None = None
