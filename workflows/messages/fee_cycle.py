"""Messages of the quarter's fee cycle 收费 (S4 4.2.1; ``docs/domain/fee-cycle.md``)."""

from datetime import date
from enum import StrEnum
from typing import Final

from workflows.messages.billing import CycleStanding, RejectedRow, TableFigures, UnitRange
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.events import CaseEvent
from workflows.messages.fee_policy import FeePolicy, LateFeePolicy
from workflows.messages.message import Message, Moment


class FeeCycleState(StrEnum):
    """States of a quarter's cycle in the order of the diagram."""

    EXTRACTING = "extracting"
    UNDER_REVIEW = "under_review"
    CORRECTING = "correcting"
    APPROVED = "approved"
    NOTIFIED = "notified"
    COLLECTING = "collecting"
    DUNNING = "dunning"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Chinese term of the diagram."""
        return _STATES[self]


_STATES: Final[dict[FeeCycleState, str]] = {
    FeeCycleState.EXTRACTING: "提取",
    FeeCycleState.UNDER_REVIEW: "待审核",
    FeeCycleState.CORRECTING: "更正",
    FeeCycleState.APPROVED: "已审核",
    FeeCycleState.NOTIFIED: "已派通知",
    FeeCycleState.COLLECTING: "收缴期",
    FeeCycleState.DUNNING: "催缴中",
    FeeCycleState.CLOSED: "已关闭",
}


class FeeCycleClock(StrEnum):
    """Names of the clocks of a cycle."""

    REVIEW = "review"
    APPROVAL = "approval"
    HANDOVER = "handover"
    DISPATCH = "dispatch"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {
            "review": "财务审核", "approval": "应收表审核通过", "handover": "明细表移交管家", "dispatch": "通知单派发",
        }[self]  # fmt: skip


class FeeCycleAction(StrEnum):
    """What staff can do to a cycle."""

    APPROVE = "approve"
    REJECT = "reject"
    RESUBMIT = "resubmit"
    HAND_OVER = "hand_over"
    MOVE_DEADLINE = "move_deadline"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return {
            "approve": "审核通过", "reject": "退回更正", "resubmit": "更正后再报", "hand_over": "移交管家",
            "move_deadline": "改期限",
        }[self]  # fmt: skip


class FeeCycleEvent(CaseEvent):
    """What the lines of a cycle's record say happened."""

    OPENED = "opened"
    EXTRACTED = "extracted"
    RECOMPUTED = "recomputed"
    REVIEW_ASKED = "review_asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVIEW_REFUSED = "review_refused"
    RESUBMITTED = "resubmitted"
    BILLED = "billed"
    HANDED_OVER = "handed_over"
    NOTICES_SENT = "notices_sent"
    NOTICES_UNSENT = "notices_unsent"
    WINDOW_OPENED = "window_opened"
    LISTED = "listed"
    CLOSED = "closed"
    DEADLINE_MOVED = "deadline_moved"
    ABORTED = "aborted"
    CUSTOMER_REPLIED = "customer_replied"

    @property
    def label(self) -> str:
        """The Chinese term on the record."""
        return _EVENTS[self]


_EVENTS: Final[dict[FeeCycleEvent, str]] = {
    FeeCycleEvent.OPENED: "开立",
    FeeCycleEvent.EXTRACTED: "提取完成",
    FeeCycleEvent.RECOMPUTED: "变动明细重算",
    FeeCycleEvent.REVIEW_ASKED: "提交审核意见",
    FeeCycleEvent.APPROVED: "审核通过",
    FeeCycleEvent.REJECTED: "退回更正",
    FeeCycleEvent.REVIEW_REFUSED: "审核未生效",
    FeeCycleEvent.RESUBMITTED: "更正后再报",
    FeeCycleEvent.BILLED: "出账",
    FeeCycleEvent.HANDED_OVER: "移交管家",
    FeeCycleEvent.NOTICES_SENT: "通知单派发完毕",
    FeeCycleEvent.NOTICES_UNSENT: "通知单未派完",
    FeeCycleEvent.WINDOW_OPENED: "收缴期开始",
    FeeCycleEvent.LISTED: "首次催款名单",
    FeeCycleEvent.CLOSED: "关闭",
    FeeCycleEvent.DEADLINE_MOVED: "改期限",
    FeeCycleEvent.ABORTED: "流程被终止",
    FeeCycleEvent.CUSTOMER_REPLIED: "留言",
}


class ApproveDetails(Message):
    """审核通过: the version that was looked at, so that nobody approves another one."""

    version: int


class RejectDetails(Message):
    """退回更正: the rows and why (free text, sealed at rest)."""

    version: int
    rows: tuple[RejectedRow, ...] = ()


class ResubmitDetails(Message):
    """更正后再报: what was put right."""

    reason: str = ""


class HandOverDetails(Message):
    """移交管家: the stewards who have signed for their lists, by staff code (S4 4.2.1.5)."""

    signed_by: tuple[str, ...] = ()


class MoveCycleDeadlineDetails(Message):
    """改期限: a recorded override of one clock; ``due_at`` is the new deadline."""

    clock: str
    due_at: Moment
    reason: str = ""


class CycleDays(Message):
    """The quarter's days, fixed when the cycle was opened (``rules/fee_calendar.quarter_calendar``)."""

    extraction_at: Moment
    review_due: Moment
    handover_due: Moment
    notices_by: date
    window_opens: date
    due_on: date
    list_on: date
    closes_on: date


class FeeCycleProgress(Message):
    """All that a cycle knows besides its start: carried over continue-as-new. ``makers`` made a version."""

    case: CaseProgress
    version: int = 1
    chunks: tuple[UnitRange, ...] = ()
    figures: TableFigures | None = None
    standing: CycleStanding | None = None
    makers: tuple[str, ...] = ()
    handed_over: bool = False


class FeeCycleStart(Message):
    """The one argument of the fee cycle workflow. ``progress`` is set only by continue-as-new."""

    opening: CaseOpening
    quarter: str
    quarter_label: str
    days: CycleDays
    fee: FeePolicy = FeePolicy()
    late_fee: LateFeePolicy = LateFeePolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    customer_roll: str = "following"
    progress: FeeCycleProgress | None = None


class FeeCycleOutcome(Message):
    """How a cycle ended, with the quarter's last figures."""

    number: str
    state: FeeCycleState
    closed_at: Moment | None = None
    standing: CycleStanding | None = None
