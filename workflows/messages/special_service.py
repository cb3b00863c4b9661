"""Messages of special services 特约服务: 工程, 保洁, 绿化, 代办 (``docs/domain/special-service.md``; S4 3.3, 4.1.2)."""

from enum import StrEnum
from typing import Final

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.events import CaseEvent
from workflows.messages.message import Message, Moment
from workflows.messages.money import Amount
from workflows.messages.quotes import Charge, Quote
from workflows.messages.records import ServiceRecord
from workflows.messages.selecting import RevisitSelection
from workflows.messages.service_policy import ServicePolicy


class ServiceState(StrEnum):
    """States of a special service in the order of the diagram."""

    ORDERED = "ordered"
    QUOTED = "quoted"
    BOOKED = "booked"
    IN_SERVICE = "in_service"
    AWAITING_SIGNATURE = "awaiting_signature"
    POSTED = "posted"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Chinese term of the diagram."""
        return _STATES[self]


_STATES: Final[dict[ServiceState, str]] = {
    ServiceState.ORDERED: "已下单",
    ServiceState.QUOTED: "待确认报价",
    ServiceState.BOOKED: "已预约",
    ServiceState.IN_SERVICE: "服务中",
    ServiceState.AWAITING_SIGNATURE: "待验收",
    ServiceState.POSTED: "已记账",
    ServiceState.CLOSED: "已关闭",
}


class ServiceCategory(StrEnum):
    """Kind of special service 类别 (S4 3.3)."""

    ENGINEERING = "engineering"
    CLEANING = "cleaning"
    GREENING = "greening"
    ERRAND = "errand"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"engineering": "工程", "cleaning": "保洁", "greening": "绿化", "errand": "代办"}[self]


class ServiceClock(StrEnum):
    """Names of the clocks that can run in a special service."""

    QUOTING = "quoting"
    START = "start"
    SIGNATURE = "signature"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _CLOCKS[self]


_CLOCKS: Final[dict[ServiceClock, str]] = {
    ServiceClock.QUOTING: "报价",
    ServiceClock.START: "上门服务",
    ServiceClock.SIGNATURE: "客户签字",
}


class ServiceAction(StrEnum):
    """What staff can do to a special service, besides what ``QuoteAction`` says."""

    BOOK = "book"
    ASSIGN = "assign"
    START = "start"
    COMPLETE = "complete"
    SIGN = "sign"
    REJECT_WORK = "reject_work"
    CANCEL = "cancel"
    MOVE_DEADLINE = "move_deadline"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return _ACTIONS[self]


_ACTIONS: Final[dict[ServiceAction, str]] = {
    ServiceAction.BOOK: "预约",
    ServiceAction.ASSIGN: "指派",
    ServiceAction.START: "开始服务",
    ServiceAction.COMPLETE: "完成",
    ServiceAction.SIGN: "客户签字验收",
    ServiceAction.REJECT_WORK: "验收不合格",
    ServiceAction.CANCEL: "取消",
    ServiceAction.MOVE_DEADLINE: "改期限",
}


class ServiceEvent(CaseEvent):
    """What the lines of a special service's record say happened, besides what ``QuoteEvent`` says."""

    ORDERED = "ordered"
    BOOKED = "booked"
    ASSIGNED = "assigned"
    STARTED = "started"
    COMPLETED = "completed"
    SIGNED = "signed"
    REJECTED = "rejected"
    REOPENED = "reopened"
    RATED = "rated"
    SELECTED_FOR_REVISIT = "selected_for_revisit"
    NOT_SELECTED = "not_selected"
    REVISITED = "revisited"
    REVISIT_DISSATISFIED = "revisit_dissatisfied"
    POSTED = "posted"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    DEADLINE_MOVED = "deadline_moved"
    CUSTOMER_REPLIED = "customer_replied"

    @property
    def label(self) -> str:
        """The Chinese term on the record."""
        return _EVENTS[self]


_EVENTS: Final[dict[ServiceEvent, str]] = {
    ServiceEvent.ORDERED: "下单",
    ServiceEvent.BOOKED: "预约",
    ServiceEvent.ASSIGNED: "指派",
    ServiceEvent.STARTED: "开始服务",
    ServiceEvent.COMPLETED: "服务完成",
    ServiceEvent.SIGNED: "客户签字",
    ServiceEvent.REJECTED: "验收不合格",
    ServiceEvent.REOPENED: "返工",
    ServiceEvent.RATED: "客户评价",
    ServiceEvent.SELECTED_FOR_REVISIT: "抽中回访",
    ServiceEvent.NOT_SELECTED: "未抽中回访",
    ServiceEvent.REVISITED: "回访",
    ServiceEvent.REVISIT_DISSATISFIED: "回访不满意",
    ServiceEvent.POSTED: "记账",
    ServiceEvent.CANCELLED: "取消",
    ServiceEvent.CLOSED: "关闭",
    ServiceEvent.DEADLINE_MOVED: "改期限",
    ServiceEvent.CUSTOMER_REPLIED: "客户回复",
}


class BookDetails(Message):
    """预约 or 改约: when."""

    appointment_at: Moment
    reason: str = ""


class AssignDetails(Message):
    """指派: the member of staff who performs it."""

    performer: str
    reason: str = ""


class ServiceCompleteDetails(Message):
    """完成: what was done; ``receipts`` are ids of stored receipts of money laid out (代办), ``outlay`` their sum."""

    work_done: str = ""
    billed: Amount | None = None
    outlay: Amount | None = None
    receipts: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()


class SignDetails(Message):
    """客户签字验收: the id of the stored signature and who signed; never by default."""

    signature: str
    signed_by: str = ""
    rating: int | None = None


class ServiceCancelDetails(Message):
    """取消: free until two hours before the appointment, later only a fee that was agreed."""

    reason: str = ""
    fee_agreed: bool = False


class ServiceProgress(Message):
    """All that a special service knows besides its start: carried over continue-as-new."""

    case: CaseProgress
    record: ServiceRecord
    quotes: tuple[Quote, ...] = ()
    charge: Charge = Charge()
    round: int = 0
    selection: RevisitSelection | None = None
    selection_asked: int = 0
    revisit_open: bool = False
    mandatory: str = ""
    rework_of_revisit: bool = False
    reopen_until: Moment | None = None


class ServiceStart(Message):
    """The one argument of the special service workflow. ``progress`` is set only by continue-as-new."""

    opening: CaseOpening
    category: ServiceCategory
    item: str = ""
    appointment_at: Moment | None = None
    policy: ServicePolicy = ServicePolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    progress: ServiceProgress | None = None


class ServiceOutcome(Message):
    """How a special service ended."""

    number: str
    state: ServiceState
    closed_at: Moment | None = None


class MoveServiceDeadlineDetails(Message):
    """改期限: a supervisor's recorded override of one clock; ``due_at`` is the new deadline."""

    clock: str
    due_at: Moment
    reason: str = ""


class ServiceRejectDetails(Message):
    """验收不合格, as the customer puts it."""

    reason: str = ""
