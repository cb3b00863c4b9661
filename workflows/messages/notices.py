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
    DUPLICATE_SUSPECTED = "duplicate_suspected"
    CASE_MERGED = "case_merged"
    CASE_DISMISSED = "case_dismissed"
    CASE_REFUSED_ENTRY = "case_refused_entry"
    HOT_ISSUE = "hot_issue"
    SECOND_PERSON_SENT = "second_person_sent"
    LIFT_RESCUE_LATE = "lift_rescue_late"
    EMERGENCY_SCRIPT = "emergency_script"
    QUOTE_TO_REVIEW = "quote_to_review"
    QUOTE_RETURNED = "quote_returned"
    QUOTE_PROPOSED = "quote_proposed"
    QUOTE_REMINDER = "quote_reminder"
    QUOTE_CONFIRMED = "quote_confirmed"
    QUOTE_NOT_CONFIRMED = "quote_not_confirmed"
    CUSTOMER_ABSENT = "customer_absent"
    CUSTOMER_GIVEN_UP = "customer_given_up"
    APPOINTMENT_CHANGED = "appointment_changed"
    REPAIR_SUSPENDED = "repair_suspended"
    REPAIR_RESUMED = "repair_resumed"
    CHARGE_DISPUTED = "charge_disputed"
    CHARGE_SETTLED = "charge_settled"
    BACKFILL_UNPROVEN = "backfill_unproven"
    BACKFILL_REFUSED = "backfill_refused"
    PORT_ASSIGNED = "port_assigned"
    REWORK_ORDERED = "rework_ordered"
    REVISIT_ASSIGNED = "revisit_assigned"
    REVISIT_UNREACHABLE = "revisit_unreachable"
    REVISIT_DISSATISFIED = "revisit_dissatisfied"
    REVISIT_TO_REVIEW = "revisit_to_review"
    REVISIT_NEXT_DATE = "revisit_next_date"
    MATTER_RAISED = "matter_raised"
    MATTER_APPOINTED = "matter_appointed"
    SERVICE_ORDERED = "service_ordered"
    SERVICE_BOOKED = "service_booked"
    SERVICE_ASSIGNED = "service_assigned"
    SERVICE_COMPLETED = "service_completed"
    FEE_TABLE_TO_REVIEW = "fee_table_to_review"
    FEE_TABLE_RETURNED = "fee_table_returned"
    FEE_REVIEW_REFUSED = "fee_review_refused"
    FEE_NOTICES_TO_SEND = "fee_notices_to_send"
    FEE_NOTICES_UNSENT = "fee_notices_unsent"
    FEE_LISTED = "fee_listed"
    FEE_CYCLE_CLOSED = "fee_cycle_closed"
    FEE_WORK_STUCK = "fee_work_stuck"
    CASH_DAY_OPEN = "cash_day_open"
    CASH_IN_TRANSIT = "cash_in_transit"
    MONEY_REQUESTS_WAITING = "money_requests_waiting"
    SERVICES_TO_GATHER = "services_to_gather"
    SERVICES_GATHERED = "services_gathered"
    FEE_REPORT_DUE = "fee_report_due"
    FEE_REPORT_BLOCKED = "fee_report_blocked"
    FEE_REPORT_SENT = "fee_report_sent"
    DUNNING_SEAL_NEEDED = "dunning_seal_needed"
    DUNNING_TO_DELIVER = "dunning_to_deliver"
    DUNNING_BOUNCED = "dunning_bounced"
    DUNNING_REMINDER = "dunning_reminder"
    ARREARS_SETTLED = "arrears_settled"
    ARREARS_DISPUTED = "arrears_disputed"
    ARREARS_DISPUTE_ANSWERED = "arrears_dispute_answered"
    ARREARS_MEANS_DUE = "arrears_means_due"
    ARREARS_INSTALMENT_MISSED = "arrears_instalment_missed"

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
    NoticeEvent.DUPLICATE_SUSPECTED: "疑似重复",
    NoticeEvent.CASE_MERGED: "已并单",
    NoticeEvent.CASE_DISMISSED: "非报修转出",
    NoticeEvent.CASE_REFUSED_ENTRY: "客户拒修",
    NoticeEvent.HOT_ISSUE: "热点问题",
    NoticeEvent.SECOND_PERSON_SENT: "增派",
    NoticeEvent.LIFT_RESCUE_LATE: "电梯救援超时",
    NoticeEvent.EMERGENCY_SCRIPT: "应急指引",
    NoticeEvent.QUOTE_TO_REVIEW: "报价待审核",
    NoticeEvent.QUOTE_RETURNED: "报价退回",
    NoticeEvent.QUOTE_PROPOSED: "请确认报价",
    NoticeEvent.QUOTE_REMINDER: "报价待确认",
    NoticeEvent.QUOTE_CONFIRMED: "报价已确认",
    NoticeEvent.QUOTE_NOT_CONFIRMED: "未确认报价",
    NoticeEvent.CUSTOMER_ABSENT: "上门未遇",
    NoticeEvent.CUSTOMER_GIVEN_UP: "业主失约",
    NoticeEvent.APPOINTMENT_CHANGED: "改约",
    NoticeEvent.REPAIR_SUSPENDED: "维修暂缓",
    NoticeEvent.REPAIR_RESUMED: "恢复维修",
    NoticeEvent.CHARGE_DISPUTED: "费用异议",
    NoticeEvent.CHARGE_SETTLED: "费用裁定",
    NoticeEvent.BACKFILL_UNPROVEN: "补单待核实",
    NoticeEvent.BACKFILL_REFUSED: "补单不实",
    NoticeEvent.PORT_ASSIGNED: "责任端口",
    NoticeEvent.REWORK_ORDERED: "返工",
    NoticeEvent.REVISIT_ASSIGNED: "回访任务",
    NoticeEvent.REVISIT_UNREACHABLE: "回访未联系上",
    NoticeEvent.REVISIT_DISSATISFIED: "回访不满意",
    NoticeEvent.REVISIT_TO_REVIEW: "回访待审阅",
    NoticeEvent.REVISIT_NEXT_DATE: "整改约定",
    NoticeEvent.MATTER_RAISED: "回访新意见",
    NoticeEvent.MATTER_APPOINTED: "约定答复",
    NoticeEvent.SERVICE_ORDERED: "特约服务下单",
    NoticeEvent.SERVICE_BOOKED: "特约服务已预约",
    NoticeEvent.SERVICE_ASSIGNED: "特约服务派单",
    NoticeEvent.SERVICE_COMPLETED: "特约服务完成",
    NoticeEvent.FEE_TABLE_TO_REVIEW: "应收表待审核",
    NoticeEvent.FEE_TABLE_RETURNED: "应收表退回",
    NoticeEvent.FEE_REVIEW_REFUSED: "审核未生效",
    NoticeEvent.FEE_NOTICES_TO_SEND: "缴费通知单待派发",
    NoticeEvent.FEE_NOTICES_UNSENT: "缴费通知单未派完",
    NoticeEvent.FEE_LISTED: "首次催款名单",
    NoticeEvent.FEE_CYCLE_CLOSED: "收费周期结束",
    NoticeEvent.FEE_WORK_STUCK: "收费作业受阻",
    NoticeEvent.CASH_DAY_OPEN: "日结未完成",
    NoticeEvent.CASH_IN_TRANSIT: "在途款未缴存",
    NoticeEvent.MONEY_REQUESTS_WAITING: "款项申请待签批",
    NoticeEvent.SERVICES_TO_GATHER: "有偿服务待汇总",
    NoticeEvent.SERVICES_GATHERED: "有偿服务已汇总",
    NoticeEvent.FEE_REPORT_DUE: "收费报表待报送",
    NoticeEvent.FEE_REPORT_BLOCKED: "收费报表不能报送",
    NoticeEvent.FEE_REPORT_SENT: "收费报表已报送",
    NoticeEvent.DUNNING_SEAL_NEEDED: "催款通知待盖章",
    NoticeEvent.DUNNING_TO_DELIVER: "催款通知待送达",
    NoticeEvent.DUNNING_BOUNCED: "催款通知未送达",
    NoticeEvent.DUNNING_REMINDER: "催款提醒",
    NoticeEvent.ARREARS_SETTLED: "欠费已结清",
    NoticeEvent.ARREARS_DISPUTED: "费用异议待答复",
    NoticeEvent.ARREARS_DISPUTE_ANSWERED: "异议已答复",
    NoticeEvent.ARREARS_MEANS_DUE: "催缴期满待决定",
    NoticeEvent.ARREARS_INSTALMENT_MISSED: "分期未按期缴纳",
}


class RecipientKind(StrEnum):
    """How a recipient is named."""

    CUSTOMER = "customer"
    STAFF = "staff"
    ROLE = "role"


class Recipient(Message):
    """The case's customer, a member of staff by code, or whoever holds a role in the community just then.

    ``of_case`` names another case whose customer is meant: one merged into the case, or the one that a revisit is of.
    """

    kind: RecipientKind
    staff: str = ""
    role: Role | None = None
    of_case: str = ""

    @property
    def key(self) -> str:
        """Part of the notification's key: ``customer``, ``customer:BX-…``, ``staff:T003`` or ``role:cs_supervisor``."""
        match self.kind:
            case RecipientKind.CUSTOMER:
                return f"customer:{self.of_case}" if self.of_case else "customer"
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


def to_customer(of_case: str = "") -> Recipient:
    """The customer whose case it is, or the customer of another case."""
    return Recipient(kind=RecipientKind.CUSTOMER, of_case=of_case)


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
