"""What a process asks to be told to someone; who that is and by which channel is found when it is sent."""

from enum import StrEnum
from typing import Final

from workflows.messages.events import CaseEvent
from workflows.messages.message import Message, Moment
from workflows.messages.people import Role


class NoticeEvent(CaseEvent):
    """The occasion; each has a folder of texts in ``activities/notifications/templates``."""

    CASE_RECEIVED = "case_received"
    CASE_ACCEPTED = "case_accepted"
    REPAIR_OFFERED = "repair_offered"
    REPAIR_WITHDRAWN = "repair_withdrawn"
    REPAIR_DISPATCHED = "repair_dispatched"
    REPAIR_COMPLETED = "repair_completed"
    CASE_CLOSED = "case_closed"
    CASE_CANCELLED = "case_cancelled"
    CASE_REOPENED = "case_reopened"
    NOBODY_AVAILABLE = "nobody_available"
    ARRIVAL_DELAYED = "arrival_delayed"
    CLOCK_REMINDER = "clock_reminder"
    CLOCK_BREACHED = "clock_breached"
    CLOCK_ESCALATED = "clock_escalated"
    EMERGENCY = "emergency"
    CUSTOMER_REPLIED = "customer_replied"
    DELIVERY_FAILED = "delivery_failed"
    RECORD_CONFLICT = "record_conflict"
    CASE_ABORTED = "case_aborted"

    @property
    def label(self) -> str:
        """The Chinese term, for lists of what was told."""
        return _OCCASIONS[self]


_OCCASIONS: Final[dict[NoticeEvent, str]] = {
    NoticeEvent.CASE_RECEIVED: "待受理",
    NoticeEvent.CASE_ACCEPTED: "已受理",
    NoticeEvent.REPAIR_OFFERED: "派工",
    NoticeEvent.REPAIR_WITHDRAWN: "撤回派工",
    NoticeEvent.REPAIR_DISPATCHED: "师傅将到",
    NoticeEvent.REPAIR_COMPLETED: "已完工",
    NoticeEvent.CASE_CLOSED: "已关闭",
    NoticeEvent.CASE_CANCELLED: "已取消",
    NoticeEvent.CASE_REOPENED: "返修",
    NoticeEvent.NOBODY_AVAILABLE: "无人可派",
    NoticeEvent.ARRIVAL_DELAYED: "到场延误",
    NoticeEvent.CLOCK_REMINDER: "时限提醒",
    NoticeEvent.CLOCK_BREACHED: "超时",
    NoticeEvent.CLOCK_ESCALATED: "超时升级",
    NoticeEvent.EMERGENCY: "紧急",
    NoticeEvent.CUSTOMER_REPLIED: "客户回复",
    NoticeEvent.DELIVERY_FAILED: "通知未送达",
    NoticeEvent.RECORD_CONFLICT: "记录冲突",
    NoticeEvent.CASE_ABORTED: "流程被终止",
}


class RecipientKind(StrEnum):
    """How a recipient is named."""

    CUSTOMER = "customer"
    STAFF = "staff"
    ROLE = "role"


class Recipient(Message):
    """The case's customer, a member of staff by code, or whoever holds a role in the community just then."""

    kind: RecipientKind
    staff: str = ""
    role: Role | None = None

    @property
    def key(self) -> str:
        """Part of the notification's key: ``customer``, ``staff:T003`` or ``role:cs_supervisor``."""
        match self.kind:
            case RecipientKind.CUSTOMER:
                return "customer"
            case RecipientKind.STAFF:
                return f"staff:{self.staff}"
            case RecipientKind.ROLE:
                return f"role:{self.role}"

    @property
    def label(self) -> str:
        """How people say it: 客户, the staff code, or the title of the role."""
        match self.kind:
            case RecipientKind.CUSTOMER:
                return "客户"
            case RecipientKind.STAFF:
                return self.staff
            case RecipientKind.ROLE:
                return self.role.label if self.role else ""


def to_customer() -> Recipient:
    """The customer whose case it is."""
    return Recipient(kind=RecipientKind.CUSTOMER)


def to_staff(code: str) -> Recipient:
    """One member of staff, by code (工号)."""
    return Recipient(kind=RecipientKind.STAFF, staff=code)


def to_role(role: Role) -> Recipient:
    """Whoever holds the role in the case's community and area at that time, or the stand-in."""
    return Recipient(kind=RecipientKind.ROLE, role=role)


class Notice(Message):
    """One thing to tell one recipient. (case, event, occurrence, recipient, channel) is told at most once.

    ``occurrence`` tells apart repeats of an event in one case (the second dispatch). ``facts`` fill the
    template and hold codes, dates and amounts, never a name or a telephone number. ``emergency`` is sent
    even while PostgreSQL is down, and may then repeat.
    """

    case: str
    community: str
    event: NoticeEvent
    recipient: Recipient
    at: Moment
    occurrence: int = 1
    unit: str = ""
    area: str = ""
    facts: dict[str, str] = {}
    emergency: bool = False


class NoticeOutcome(Message):
    """What became of a notice: the channel that took it, or none; ``unknown`` where the answer was lost."""

    channel: str = ""
    status: str = ""
    tried: tuple[str, ...] = ()
