"""Messages of an account's arrears 催缴 (S4 4.2.1.8–11; ``docs/domain/fees.md``)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.events import CaseEvent
from workflows.messages.fee_policy import DunningPolicy, LateFeePolicy
from workflows.messages.ledger import AccountStanding
from workflows.messages.message import Message, Moment
from workflows.messages.money import Amount


class DunningStage(StrEnum):
    """How far a bill has climbed the ladder of notices; each bill climbs its own (§9.11)."""

    FIRST = "first"
    SECOND = "second"
    FINAL = "final"
    OTHER_MEANS = "other_means"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _STAGES[self]


_STAGES: Final[dict[DunningStage, str]] = {
    DunningStage.FIRST: "首次催款",
    DunningStage.SECOND: "二次催款",
    DunningStage.FINAL: "最后催款",
    DunningStage.OTHER_MEANS: "其它方式",
}


class ArrearsState(StrEnum):
    """States of an account's arrears: the highest stage of its bills, or why nothing is demanded just now."""

    FIRST = "first"
    SECOND = "second"
    FINAL = "final"
    OTHER_MEANS = "other_means"
    DISPUTED = "disputed"
    INSTALMENTS = "instalments"
    SETTLED = "settled"

    @property
    def label(self) -> str:
        """The Chinese term of the diagram."""
        return _STATES[self]


_STATES: Final[dict[ArrearsState, str]] = {
    ArrearsState.FIRST: "首次催款",
    ArrearsState.SECOND: "二次催款",
    ArrearsState.FINAL: "最后催款",
    ArrearsState.OTHER_MEANS: "其它方式",
    ArrearsState.DISPUTED: "争议暂停",
    ArrearsState.INSTALMENTS: "分期中",
    ArrearsState.SETTLED: "已结清",
}


class ArrearsClock(StrEnum):
    """Names of the clocks of arrears."""

    DISTRIBUTION = "distribution"
    DELIVERY_AGAIN = "delivery_again"
    DISPUTE_ANSWER = "dispute_answer"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"distribution": "催款通知单派发", "delivery_again": "再次送达", "dispute_answer": "异议答复"}[self]


class ArrearsAction(StrEnum):
    """What staff can do to an account's arrears."""

    SEAL = "seal"
    DELIVER = "deliver"
    BOUNCE = "bounce"
    DISPUTE = "dispute"
    SETTLE_DISPUTE = "settle_dispute"
    AGREE_INSTALMENTS = "agree_instalments"
    CHOOSE_MEANS = "choose_means"
    MOVE_DEADLINE = "move_deadline"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return _ACTIONS[self]


_ACTIONS: Final[dict[ArrearsAction, str]] = {
    ArrearsAction.SEAL: "用印登记",
    ArrearsAction.DELIVER: "送达签收",
    ArrearsAction.BOUNCE: "未送达",
    ArrearsAction.DISPUTE: "登记异议",
    ArrearsAction.SETTLE_DISPUTE: "答复异议",
    ArrearsAction.AGREE_INSTALMENTS: "分期协议",
    ArrearsAction.CHOOSE_MEANS: "决定后续方式",
    ArrearsAction.MOVE_DEADLINE: "改期限",
}


class ArrearsEvent(CaseEvent):
    """What the lines of the record say happened."""

    OPENED = "opened"
    BILLS_ADDED = "bills_added"
    SHEET_ISSUED = "sheet_issued"
    SEALED = "sealed"
    SEAL_REFUSED = "seal_refused"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    DISPUTED = "disputed"
    DISPUTE_REFUSED = "dispute_refused"
    DISPUTE_SETTLED = "dispute_settled"
    INSTALMENTS_AGREED = "instalments_agreed"
    INSTALMENT_MISSED = "instalment_missed"
    EXPIRED = "expired"
    MEANS_CHOSEN = "means_chosen"
    PAYMENT_SEEN = "payment_seen"
    SETTLED = "settled"
    DEADLINE_MOVED = "deadline_moved"
    ABORTED = "aborted"
    CUSTOMER_REPLIED = "customer_replied"

    @property
    def label(self) -> str:
        """The Chinese term on the record."""
        return _EVENTS[self]


_EVENTS: Final[dict[ArrearsEvent, str]] = {
    ArrearsEvent.OPENED: "列入催款名单",
    ArrearsEvent.BILLS_ADDED: "增列账单",
    ArrearsEvent.SHEET_ISSUED: "开具催款通知单",
    ArrearsEvent.SEALED: "用印登记",
    ArrearsEvent.SEAL_REFUSED: "用印登记未生效",
    ArrearsEvent.DELIVERED: "送达签收",
    ArrearsEvent.BOUNCED: "未送达",
    ArrearsEvent.DISPUTED: "书面异议",
    ArrearsEvent.DISPUTE_REFUSED: "异议登记未生效",
    ArrearsEvent.DISPUTE_SETTLED: "异议已答复",
    ArrearsEvent.INSTALMENTS_AGREED: "分期协议",
    ArrearsEvent.INSTALMENT_MISSED: "分期未缴",
    ArrearsEvent.EXPIRED: "催缴期满",
    ArrearsEvent.MEANS_CHOSEN: "后续方式",
    ArrearsEvent.PAYMENT_SEEN: "账目变动",
    ArrearsEvent.SETTLED: "已结清",
    ArrearsEvent.DEADLINE_MOVED: "改期限",
    ArrearsEvent.ABORTED: "流程被终止",
    ArrearsEvent.CUSTOMER_REPLIED: "客户回复",
}


class BillLadder(Message):
    """Where one bill is on the ladder. ``stage`` is that of its last notice, None before the first.

    ``sheet`` is that notice's number; ``deadline`` is the last day on which paying stops the next one, None until
    the notice is received.
    """

    bill: str
    due_on: date
    distribute_by: date
    stage: DunningStage | None = None
    sheet: str = ""
    received_on: date | None = None
    deadline: date | None = None
    disputed: Amount = Decimal("0.00")
    settled: bool = False


class SheetLine(Message):
    """A bill on a sheet, with the stage that it reaches by it."""

    bill: str
    stage: DunningStage


class OpenSheet(Message):
    """A sheet that is on its way: numbered, to be sealed, then delivered. ``stage`` is the highest on it (§9.11)."""

    number: str
    ordinal: int
    stage: DunningStage
    issued_on: date
    principal: Amount
    late_fee: Amount
    lines: tuple[SheetLine, ...] = ()
    sealed: bool = False
    attempts: int = 0


class AgreedInstalment(Message):
    """One instalment: CNY by 24:00 of the day."""

    due_on: date
    amount: Amount


class ArrearsProgress(Message):
    """All that arrears know besides their start: carried over continue-as-new."""

    case: CaseProgress
    ladders: tuple[BillLadder, ...] = ()
    open_sheets: tuple[OpenSheet, ...] = ()
    sheets: int = 0
    last_sheet_on: date | None = None
    plan: tuple[AgreedInstalment, ...] = ()
    agreed_principal: Amount = Decimal("0.00")
    agreed_bills: tuple[str, ...] = ()
    means: str = ""
    standing: AccountStanding | None = None


class ListedBill(Message):
    """A bill that came onto the dunning list: its due day, and by when the first notice is to be handed out."""

    bill: str
    due_on: date
    distribute_by: date


class ArrearsStart(Message):
    """The one argument of the arrears workflow. ``progress`` is set only by continue-as-new."""

    opening: CaseOpening
    account: str
    bills: tuple[ListedBill, ...]
    dunning: DunningPolicy = DunningPolicy()
    late_fee: LateFeePolicy = LateFeePolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    customer_roll: str = "following"
    progress: ArrearsProgress | None = None


class ArrearsOutcome(Message):
    """How arrears ended."""

    number: str
    state: ArrearsState
    closed_at: Moment | None = None
