"""What the lines of a repair's record say happened 报修事项."""

from typing import Final

from workflows.messages.events import CaseEvent


class RepairEvent(CaseEvent):
    """What the lines of a repair's record say happened, besides what ``QuoteEvent`` says; never renamed."""

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
    WRONG_TRADE = "wrong_trade"
    NO_SHOW = "no_show"
    CALLED = "called"
    RESCHEDULED = "rescheduled"
    GIVEN_UP = "given_up"
    SECOND_SENT = "second_sent"
    CONTRACTOR_ARRIVED = "contractor_arrived"
    SUSPENDED = "suspended"
    PROMISE_RENEWED = "promise_renewed"
    RESUMED = "resumed"
    MERGED = "merged"
    MERGE_FAILED = "merge_failed"
    JOINED = "joined"
    DISMISSED = "dismissed"
    REFUSED_ENTRY = "refused_entry"
    DUPLICATE_SUSPECTED = "duplicate_suspected"
    HOT_ISSUE = "hot_issue"
    BACKFILLED = "backfilled"
    BACKFILL_UNPROVEN = "backfill_unproven"
    BACKFILL_CONFIRMED = "backfill_confirmed"
    BACKFILL_REFUSED = "backfill_refused"
    UNIT_CORRECTED = "unit_corrected"
    PORT_SET = "port_set"
    RATED = "rated"
    SELECTED_FOR_REVISIT = "selected_for_revisit"
    NOT_SELECTED = "not_selected"
    AWAITING_REVISIT = "awaiting_revisit"
    REVISITED = "revisited"
    REVISIT_DISSATISFIED = "revisit_dissatisfied"

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
    RepairEvent.WRONG_TRADE: "工种不符",
    RepairEvent.NO_SHOW: "上门无人",
    RepairEvent.CALLED: "电话联系客户",
    RepairEvent.RESCHEDULED: "改约",
    RepairEvent.GIVEN_UP: "业主失约",
    RepairEvent.SECOND_SENT: "增派第二人",
    RepairEvent.CONTRACTOR_ARRIVED: "维保单位到场",
    RepairEvent.SUSPENDED: "挂起",
    RepairEvent.PROMISE_RENEWED: "重新承诺日期",
    RepairEvent.RESUMED: "恢复维修",
    RepairEvent.MERGED: "并单",
    RepairEvent.MERGE_FAILED: "并单未成",
    RepairEvent.JOINED: "并入他单",
    RepairEvent.DISMISSED: "非报修转出",
    RepairEvent.REFUSED_ENTRY: "客户拒修",
    RepairEvent.DUPLICATE_SUSPECTED: "疑似重复报修",
    RepairEvent.HOT_ISSUE: "热点问题",
    RepairEvent.BACKFILLED: "补单",
    RepairEvent.BACKFILL_UNPROVEN: "补单待核实",
    RepairEvent.BACKFILL_CONFIRMED: "补单已核实",
    RepairEvent.BACKFILL_REFUSED: "补单不实",
    RepairEvent.UNIT_CORRECTED: "更正房号",
    RepairEvent.PORT_SET: "责任端口",
    RepairEvent.RATED: "客户评价",
    RepairEvent.SELECTED_FOR_REVISIT: "抽中回访",
    RepairEvent.NOT_SELECTED: "未抽中回访",
    RepairEvent.AWAITING_REVISIT: "待回访",
    RepairEvent.REVISITED: "回访",
    RepairEvent.REVISIT_DISSATISFIED: "回访不满意",
}
