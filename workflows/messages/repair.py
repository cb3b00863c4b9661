"""Messages of the repair 报修 (``docs/domain/repair.md``; S0 4.2.1, S4)."""

from enum import StrEnum
from typing import Final

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.events import CaseEvent
from workflows.messages.message import Message, Moment
from workflows.messages.people import Trade
from workflows.messages.policy import RepairPolicy
from workflows.messages.records import RepairRecord, WorkOrder


class RepairState(StrEnum):
    """States of a repair in the order of the diagram in ``docs/domain/repair.md``."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    VERIFIED = "verified"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Chinese term of the diagram."""
        return _STATES[self]


_STATES: Final[dict[RepairState, str]] = {
    RepairState.RECEIVED: "待受理",
    RepairState.ACCEPTED: "已受理",
    RepairState.DISPATCHED: "已派工",
    RepairState.ACKNOWLEDGED: "已接单",
    RepairState.ARRIVED: "已到场",
    RepairState.IN_PROGRESS: "维修中",
    RepairState.COMPLETED: "已完工",
    RepairState.VERIFIED: "已验收",
    RepairState.CLOSED: "已关闭",
}


class RepairClass(StrEnum):
    """Urgency 紧急程度, most urgent first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    GENERAL = "general"

    @property
    def label(self) -> str:
        """The Chinese term; also the value of the search attribute ``Level``."""
        return _CLASSES[self]


_CLASSES: Final[dict[RepairClass, str]] = {
    RepairClass.EMERGENCY: "紧急",
    RepairClass.URGENT: "急修",
    RepairClass.GENERAL: "一般",
}


class RepairAction(StrEnum):
    """What staff can do to a repair."""

    ACCEPT = "accept"
    DISPATCH = "dispatch"
    TAKE = "take"
    DECLINE = "decline"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    CANCEL = "cancel"
    MOVE_DEADLINE = "move_deadline"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return _ACTIONS[self]


_ACTIONS: Final[dict[RepairAction, str]] = {
    RepairAction.ACCEPT: "受理",
    RepairAction.DISPATCH: "派工",
    RepairAction.TAKE: "接单",
    RepairAction.DECLINE: "退单",
    RepairAction.ARRIVE: "到场",
    RepairAction.COMPLETE: "完工",
    RepairAction.CANCEL: "取消",
    RepairAction.MOVE_DEADLINE: "改期限",
}


class RepairEvent(CaseEvent):
    """What the lines of a repair's record say happened; kept for ever, so never renamed."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    DISPATCH_ORDERED = "dispatch_ordered"
    OFFERED = "offered"
    NOBODY_AVAILABLE = "nobody_available"
    TAKEN = "taken"
    DECLINED = "declined"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    ARRIVED = "arrived"
    WORK_STARTED = "work_started"
    COMPLETED = "completed"
    REJECTED = "rejected"
    VERIFIED = "verified"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    DEADLINE_MOVED = "deadline_moved"
    HAZARD_REPORTED = "hazard_reported"
    CUSTOMER_REPLIED = "customer_replied"

    @property
    def label(self) -> str:
        """The Chinese term on the record."""
        return _EVENTS[self]


_EVENTS: Final[dict[RepairEvent, str]] = {
    RepairEvent.REPORTED: "报修",
    RepairEvent.ACCEPTED: "受理",
    RepairEvent.DISPATCH_ORDERED: "人工派工",
    RepairEvent.OFFERED: "派工",
    RepairEvent.NOBODY_AVAILABLE: "无人可派",
    RepairEvent.TAKEN: "接单",
    RepairEvent.DECLINED: "退单",
    RepairEvent.MISSED: "超时未接单",
    RepairEvent.WITHDRAWN: "撤回派工",
    RepairEvent.ARRIVED: "到场",
    RepairEvent.WORK_STARTED: "开始维修",
    RepairEvent.COMPLETED: "完工",
    RepairEvent.REJECTED: "验收不合格",
    RepairEvent.VERIFIED: "验收",
    RepairEvent.CLOSED: "关闭",
    RepairEvent.CANCELLED: "取消",
    RepairEvent.REOPENED: "返修",
    RepairEvent.DEADLINE_MOVED: "改期限",
    RepairEvent.HAZARD_REPORTED: "发现险情",
    RepairEvent.CUSTOMER_REPLIED: "客户回复",
}


class AcceptDetails(Message):
    """受理: the desk may correct the trade and raise the class; hazard words are never lowered."""

    trade: Trade | None = None
    repair_class: RepairClass | None = None


class DispatchDetails(Message):
    """派工: to a technician by code, or to whom the rule chooses."""

    technician: str = ""
    reason: str = ""


class DeclineDetails(Message):
    """退单: with the reason, which the next technician and the lead can read."""

    reason: str = ""


class CompleteDetails(Message):
    """完工: what was done and used, and the minutes worked (工时)."""

    work_done: str = ""
    materials: str = ""
    work_minutes: int | None = None


class CancelDetails(Message):
    """取消 at the customer's word, taken down by the desk."""

    reason: str = ""


class MoveDeadlineDetails(Message):
    """改期限: a supervisor's recorded override of one clock; ``due_at`` is the new deadline."""

    clock: str
    due_at: Moment
    reason: str = ""


class RepairClock(StrEnum):
    """Names of the clocks that can run in a repair."""

    ACCEPTANCE = "acceptance"
    DISPATCH = "dispatch"
    TECHNICIAN_ANSWER = "technician_answer"
    ARRIVAL = "arrival"
    FINISH = "finish"

    @property
    def label(self) -> str:
        """The Chinese term in notices and on the board."""
        return _CLOCKS[self]


_CLOCKS: Final[dict[RepairClock, str]] = {
    RepairClock.ACCEPTANCE: "受理",
    RepairClock.DISPATCH: "派工",
    RepairClock.TECHNICIAN_ANSWER: "接单",
    RepairClock.ARRIVAL: "到场",
    RepairClock.FINISH: "完工",
}


class RepairProgress(Message):
    """All that a repair knows besides its start: carried over continue-as-new."""

    case: CaseProgress
    record: RepairRecord
    work_orders: tuple[WorkOrder, ...] = ()
    orders_before_reopening: int = 0
    dispatched_at: Moment | None = None
    reopen_until: Moment | None = None


class RepairStart(Message):
    """The one argument of the repair workflow. ``progress`` is set only by continue-as-new."""

    opening: CaseOpening
    trade: Trade
    repair_class: RepairClass
    hazard: str = ""
    place: str = ""
    appointment_at: Moment | None = None
    policy: RepairPolicy = RepairPolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    progress: RepairProgress | None = None


class RepairOutcome(Message):
    """How a repair ended, when its reopen window is over."""

    number: str
    state: RepairState
    closed_at: Moment | None = None
