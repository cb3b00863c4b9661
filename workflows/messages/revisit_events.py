"""What the lines of a revisit's record say happened 回访事项."""

from typing import Final

from workflows.messages.events import CaseEvent


class RevisitEvent(CaseEvent):
    """What the lines of a revisit's record say happened."""

    PLANNED = "planned"
    ASSIGNED = "assigned"
    NOBODY_AVAILABLE = "nobody_available"
    ATTEMPTED = "attempted"
    UNREACHABLE = "unreachable"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    RECTIFICATION_PROMISED = "rectification_promised"
    RECTIFIED = "rectified"
    NEXT_ROUND = "next_round"
    MATTER_RAISED = "matter_raised"
    MATTER_LINKED = "matter_linked"
    MATTER_ANSWERED = "matter_answered"
    EXEMPTED = "exempted"
    OVERDUE = "overdue"
    REVIEWED = "reviewed"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    DEADLINE_MOVED = "deadline_moved"
    CUSTOMER_REPLIED = "customer_replied"

    @property
    def label(self) -> str:
        """The Chinese term on the record."""
        return _EVENTS[self]


_EVENTS: Final[dict[RevisitEvent, str]] = {
    RevisitEvent.PLANNED: "列入回访",
    RevisitEvent.ASSIGNED: "指派回访人",
    RevisitEvent.NOBODY_AVAILABLE: "无人可派",
    RevisitEvent.ATTEMPTED: "联系未果",
    RevisitEvent.UNREACHABLE: "未联系上",
    RevisitEvent.SATISFIED: "回访满意",
    RevisitEvent.DISSATISFIED: "回访不满意",
    RevisitEvent.RECTIFICATION_PROMISED: "约定整改",
    RevisitEvent.RECTIFIED: "整改完成",
    RevisitEvent.NEXT_ROUND: "再次回访",
    RevisitEvent.MATTER_RAISED: "提出新意见",
    RevisitEvent.MATTER_LINKED: "新意见立单",
    RevisitEvent.MATTER_ANSWERED: "答复新意见",
    RevisitEvent.EXEMPTED: "免回访",
    RevisitEvent.OVERDUE: "逾期回访",
    RevisitEvent.REVIEWED: "审阅",
    RevisitEvent.WITHDRAWN: "撤销回访",
    RevisitEvent.CLOSED: "回访办结",
    RevisitEvent.DEADLINE_MOVED: "改期限",
    RevisitEvent.CUSTOMER_REPLIED: "客户回复",
}
