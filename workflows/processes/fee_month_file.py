"""The file of the cash desk's month 收费月结单档, and what staff do to it; none of it waits."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from temporalio import workflow

from workflows.messages.billing import DayDuties, GatherServices, ListOverdue, SendFeeReport
from workflows.messages.case import CaseHeader, CaseProgress, CustomerReply
from workflows.messages.clocks import Clock
from workflows.messages.fee_month import (
    FeeMonthAction,
    FeeMonthClock,
    FeeMonthEvent,
    FeeMonthProgress,
    FeeMonthStart,
    FeeMonthState,
    MoveMonthDeadlineDetails,
    PeriodDue,
)
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, Recipient, to_role
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.processes.fee_case import FeeCase
from workflows.rules.allowed_actions import Refused

_S = FeeMonthState


class FeeMonthFile(FeeCase):
    """A month of the cash desk as it stands."""

    details_of: ClassVar[dict[str, type[Message]]] = {FeeMonthAction.MOVE_DEADLINE: MoveMonthDeadlineDetails}

    def __init__(self, start: FeeMonthStart) -> None:
        progress = start.progress or _beginning(start)
        super().__init__(start.opening, start.calendar, progress.case)
        self.start = start
        self.policy = start.policy
        self.looked_at = progress.looked_at
        self.gathered = progress.gathered
        self.sent = set(progress.sent)
        # what people have asked for since the process last looked; never open at continue-as-new
        self.gather_asked: Actor | None = None
        self.report_asked: Actor | None = None

    @property
    def state(self) -> FeeMonthState:
        """The state as the enum that the steps and rules know."""
        return FeeMonthState(self.header.state)

    @property
    def next_look(self) -> datetime | None:
        """When the next day's duties are due; None when the month has no further day."""
        day = self.start.first_day if self.looked_at is None else self.looked_at + timedelta(days=1)
        if day > self.start.last_day:
            return None
        return datetime.combine(day, self.policy.day_duties_time, self.now.tzinfo)

    def listing(self, day: date) -> ListOverdue:
        """The wish to list whatever is overdue in the community on a day."""
        return ListOverdue(case=self.opening.number, community=self.opening.community, on_day=day, at=self.now)

    def duties(self, day: date) -> DayDuties:
        """The question whether the cash desk's days are in order."""
        return DayDuties(
            case=self.opening.number,
            community=self.opening.community,
            on_day=day,
            at=self.now,
            dunning=self.start.dunning,
        )

    def gathering(self, actor: Actor) -> GatherServices:
        """The wish to total the month's paid services."""
        return GatherServices(
            case=self.opening.number,
            community=self.opening.community,
            month=self.start.month,
            cut_off=self.start.gathers_from,
            at=self.now,
            actor=actor,
        )

    def report(self, period: PeriodDue, actor: Actor) -> SendFeeReport:
        """The wish to send one report."""
        return SendFeeReport(
            case=self.opening.number,
            community=self.opening.community,
            kind=period.kind,
            first=period.first,
            due_at=self.start.report_due,
            at=self.now,
            actor=actor,
        )

    # What staff do

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Refuse what the table allows and this month does not."""
        if action == FeeMonthAction.GATHER and (self.gathered is not None or self.gather_asked is not None):
            raise Refused("gathered_already", "本月有偿服务已汇总")
        if action == FeeMonthAction.SEND_REPORT:
            if self.report_asked is not None:
                raise Refused("under_way", "报表正在报送,请稍候")
            if self.gathered is None:
                raise Refused("not_gathered", "请先完成本月有偿服务汇总,再报送月报")
        if action == FeeMonthAction.MOVE_DEADLINE:
            self.refuse_move(details)

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what the action does."""
        methods: dict[str, Callable[[Any, Actor], None]] = {
            FeeMonthAction.GATHER: self._gather,
            FeeMonthAction.SEND_REPORT: self._send,
            FeeMonthAction.MOVE_DEADLINE: self._move,
        }
        methods[action](details, actor)

    def _gather(self, _: Any, actor: Actor) -> None:
        self.gather_asked = actor
        self.record(FeeMonthEvent.GATHER_ASKED, actor)

    def _send(self, _: Any, actor: Actor) -> None:
        self.report_asked = actor
        self.record(FeeMonthEvent.REPORT_ASKED, actor)

    def _move(self, details: MoveMonthDeadlineDetails, actor: Actor) -> None:
        self.record(FeeMonthEvent.DEADLINE_MOVED, actor, reason=details.reason, facts=self.moved(details))

    def take_reply(self, reply: CustomerReply) -> None:
        """No customer's case; what is said all the same is kept."""
        self.record(FeeMonthEvent.CUSTOMER_REPLIED, reply.recorded_by, reason=reply.text)

    def abort(self) -> None:
        """Closed because an administrator has ended the workflow; the site manager knows."""
        self.end()
        self.record(FeeMonthEvent.ABORTED, SYSTEM, state=_S.CLOSED)
        self.tell(NoticeEvent.CASE_ABORTED, to_role(Role.SITE_MANAGER))

    # What the month says of itself

    def in_charge(self, clock: Clock) -> Recipient:
        """Gathering is the desk's, the report the cashier's."""
        return to_role(Role.CS_ASSISTANT if clock.name == FeeMonthClock.GATHERING else Role.CASHIER)

    def state_label(self, state: str) -> str:
        """The Chinese term."""
        return FeeMonthState(state).label

    def facts(self) -> dict[str, str]:
        """What texts may say."""
        return {**super().facts(), "month_label": self.start.month}

    def settled(self) -> bool:
        """Nothing asked since the process last looked is lost with a run."""
        return super().settled() and not (self.gather_asked or self.report_asked)

    def carried(self) -> FeeMonthStart:
        """The next run's start: the same start, with what has happened."""
        progress = FeeMonthProgress(
            case=self.progress(),
            looked_at=self.looked_at,
            gathered=self.gathered,
            sent=tuple(sorted(self.sent)),
        )
        return self.start.model_copy(update={"progress": progress})


def _beginning(start: FeeMonthStart) -> FeeMonthProgress:
    """The progress of a month that has just been opened."""
    header = CaseHeader(
        number=start.opening.number,
        kind=start.opening.kind,
        community=start.opening.community,
        state=_S.RUNNING,
        state_label=_S.RUNNING.label,
        level=start.month,
        level_label=start.month,
        accepted_at=start.opening.received_at,
    )
    return FeeMonthProgress(case=CaseProgress(started_at=workflow.info().start_time, header=header))
