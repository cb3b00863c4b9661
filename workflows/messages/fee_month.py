"""Messages of the cash desk's month 收费月结 (S4 4.2.1.7, 4.3, 4.8; ``docs/domain/fee-cycle.md``)."""

from datetime import date
from enum import StrEnum
from typing import Final

from workflows.messages.billing import Gathered
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.events import CaseEvent
from workflows.messages.fee_policy import DunningPolicy, FeeReportPolicy
from workflows.messages.message import Message, Moment


class FeeMonthState(StrEnum):
    """States of a month."""

    RUNNING = "running"
    GATHERING = "gathering"
    REPORTING = "reporting"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"running": "当月", "gathering": "有偿服务汇总", "reporting": "待报送", "closed": "已关闭"}[self]


class FeeMonthClock(StrEnum):
    """Names of the clocks of a month."""

    GATHERING = "gathering"
    SENDING = "sending"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"gathering": "有偿服务汇总", "sending": "收费月报报送"}[self]


class FeeMonthAction(StrEnum):
    """What staff can do to a month."""

    GATHER = "gather"
    SEND_REPORT = "send_report"
    MOVE_DEADLINE = "move_deadline"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return {"gather": "汇总有偿服务", "send_report": "报送月报", "move_deadline": "改期限"}[self]


class FeeMonthEvent(CaseEvent):
    """What the lines of a month's record say happened."""

    OPENED = "opened"
    DAY_LOOKED_AT = "day_looked_at"
    LISTED = "listed"
    GATHERING_BEGAN = "gathering_began"
    GATHER_ASKED = "gather_asked"
    GATHERED = "gathered"
    MONTH_ENDED = "month_ended"
    REPORT_ASKED = "report_asked"
    REPORT_BLOCKED = "report_blocked"
    REPORT_SENT = "report_sent"
    CLOSED = "closed"
    DEADLINE_MOVED = "deadline_moved"
    ABORTED = "aborted"
    CUSTOMER_REPLIED = "customer_replied"

    @property
    def label(self) -> str:
        """The Chinese term on the record."""
        return _EVENTS[self]


_EVENTS: Final[dict[FeeMonthEvent, str]] = {
    FeeMonthEvent.OPENED: "开立",
    FeeMonthEvent.DAY_LOOKED_AT: "日结检查",
    FeeMonthEvent.LISTED: "催款名单",
    FeeMonthEvent.GATHERING_BEGAN: "开始汇总有偿服务",
    FeeMonthEvent.GATHER_ASKED: "提交汇总",
    FeeMonthEvent.GATHERED: "有偿服务已汇总",
    FeeMonthEvent.MONTH_ENDED: "月末",
    FeeMonthEvent.REPORT_ASKED: "提交报送",
    FeeMonthEvent.REPORT_BLOCKED: "报表不能报送",
    FeeMonthEvent.REPORT_SENT: "报表已报送",
    FeeMonthEvent.CLOSED: "关闭",
    FeeMonthEvent.DEADLINE_MOVED: "改期限",
    FeeMonthEvent.ABORTED: "流程被终止",
    FeeMonthEvent.CUSTOMER_REPLIED: "留言",
}


class MoveMonthDeadlineDetails(Message):
    """改期限: a recorded override of one clock; ``due_at`` is the new deadline."""

    clock: str
    due_at: Moment
    reason: str = ""


class PeriodDue(Message):
    """A report that is due at the end of the month: its kind, its first day and how people call it."""

    kind: str
    first: date
    label: str


class FeeMonthProgress(Message):
    """All that a month knows besides its start: carried over continue-as-new.

    ``looked_at`` is the last day whose duties are done; ``sent`` are the kinds of reports that have been sent.
    """

    case: CaseProgress
    looked_at: date | None = None
    gathered: Gathered | None = None
    sent: tuple[str, ...] = ()


class FeeMonthStart(Message):
    """The one argument of the fee month workflow. ``progress`` is set only by continue-as-new.

    ``month`` is such as ``2026-04``; ``gathers_from`` to ``gathers_until`` are the days of gathering (24:00 of the
    last), ``report_due`` when the reports of ``periods`` are due.
    """

    opening: CaseOpening
    month: str
    first_day: date
    last_day: date
    gathers_from: Moment
    gathers_until: Moment
    report_due: Moment
    periods: tuple[PeriodDue, ...] = ()
    policy: FeeReportPolicy = FeeReportPolicy()
    dunning: DunningPolicy = DunningPolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    progress: FeeMonthProgress | None = None


class FeeMonthOutcome(Message):
    """How a month ended."""

    number: str
    state: FeeMonthState
    closed_at: Moment | None = None
