"""The cash desk's month 收费月结: each day's duties, the paid services, the reports (``docs/domain/fee-cycle.md``).

A day that nobody closed, cash that nobody banked, a bill that came due by itself, a list or a report that nobody sent:
one case a community and month sees to them all.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final, TypeVar

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.billing import start_day_duties, start_gathering, start_listing, start_sending_report
from workflows.messages.billing import DayFindings
from workflows.messages.fee_month import FeeMonthClock, FeeMonthEvent, FeeMonthOutcome, FeeMonthStart, FeeMonthState
from workflows.messages.identifiers import FEE_MONTH_WORKFLOW
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import SYSTEM, Role
from workflows.processes.fee_month_file import FeeMonthFile
from workflows.rules.working_days import is_working_day

_S = FeeMonthState
Answer = TypeVar("Answer")
_MONEY: Final = (Role.CASHIER, Role.FINANCE, Role.CS_SUPERVISOR)


@workflow.defn(name=FEE_MONTH_WORKFLOW)
class FeeMonth(FeeMonthFile):
    """One community's month at the cash desk, from its first day until its reports are sent."""

    @workflow.init
    def __init__(self, start: FeeMonthStart) -> None:
        super().__init__(start)
        if start.progress is None:
            self.record(FeeMonthEvent.OPENED, SYSTEM, facts={"month": start.month})

    @workflow.run
    async def run(self, start: FeeMonthStart) -> FeeMonthOutcome:
        """See to each day and each list until the month is reported."""
        await self.live()
        return FeeMonthOutcome(number=self.opening.number, state=self.state, closed_at=self.header.closed_at)

    def is_over(self) -> bool:
        """Whether the month is closed."""
        return self.state is _S.CLOSED

    async def step(self) -> None:
        """Whatever is due first: a day's duties, what staff have asked for, the next state of the month."""
        if self.gather_asked is not None:
            await self.gather()
        elif self.report_asked is not None:
            await self.send_reports()
        elif self.is_due(self.next_look):
            await self.look_at_the_day()
        elif self.state is _S.RUNNING and self.now >= self.start.gathers_from:
            self.begin_gathering()
        elif self.state is _S.GATHERING and self.next_look is None and self.now.date() > self.start.last_day:
            self.begin_reporting()
        else:
            await self.wait()

    def is_due(self, at: datetime | None) -> bool:
        """Whether an instant has come."""
        return at is not None and self.now >= at

    async def wait(self) -> None:
        """Until the next instant at which something is due, or somebody asks for something."""
        instants = [self.next_look] if self.next_look is not None else []
        if self.state is _S.RUNNING:
            instants.append(self.start.gathers_from)
        if self.state is _S.GATHERING:
            instants.append(self.month_end())
        upcoming = min(instants, default=None)
        await self.until(
            lambda: self.gather_asked is not None or self.report_asked is not None,
            {"running": "当月收费", "gathering": "等待汇总有偿服务", "reporting": "等待报送月报"}[self.state],
            deadline=upcoming,
        )

    def month_end(self) -> datetime:
        """00:00 of the first day after the month."""
        return datetime.combine(self.start.last_day + timedelta(days=1), time(), self.now.tzinfo)

    async def ask_or_tell(self, question: Callable[[], ActivityHandle[Answer]], work: str) -> Answer | None:
        """Ask as ``ask`` does; what failed for good is told, because nobody sees it otherwise."""
        answer = await self.ask(question, work)
        if answer is None:
            self.tell(NoticeEvent.FEE_WORK_STUCK, to_role(Role.SITE_MANAGER), {"work": work})
        return answer

    # 每日

    async def look_at_the_day(self) -> None:
        """每日: list what has come due (interim, single, late-sent and reopened bills), and look at the cash desk."""
        due = self.next_look
        assert due is not None  # noqa: S101 - is_due has looked
        day = due.date()
        if is_working_day(day, self.calendar):
            listed = await self.ask_or_tell(partial(start_listing, self.listing(day)), "催款名单")
            if listed is not None and listed.bills:
                facts = {"bills": str(listed.bills), "accounts": str(listed.accounts), "opened": str(listed.opened)}
                self.record(FeeMonthEvent.LISTED, SYSTEM, facts={"day": str(day), **facts})
        findings = await self.ask_or_tell(partial(start_day_duties, self.duties(day)), "日结检查")
        if findings is not None:
            self.tell_findings(day, findings)
        self.looked_at = day
        self.revision += 1

    def tell_findings(self, day: date, findings: DayFindings) -> None:
        """A day that is not closed, or cash that is still 在途, is told every day until it is in order (§9.7)."""
        for days, event in (
            (findings.unclosed_days, NoticeEvent.CASH_DAY_OPEN),
            (findings.in_transit, NoticeEvent.CASH_IN_TRANSIT),
        ):
            if days:
                facts = {"days": "、".join(str(one) for one in days)}
                self.record(FeeMonthEvent.DAY_LOOKED_AT, SYSTEM, label=event.label, facts={"day": str(day), **facts})
                for role in _MONEY:
                    self.tell(event, to_role(role), facts)
        if findings.requests:
            facts = {"requests": "、".join(findings.requests)}
            for role in (Role.CS_SUPERVISOR, Role.SITE_MANAGER, Role.FINANCE):
                self.tell(NoticeEvent.MONEY_REQUESTS_WAITING, to_role(role), facts)

    # 有偿服务汇总

    def begin_gathering(self) -> None:
        """From the 25th the desk totals the month's paid services until the 28th (S4 4.3.1)."""
        self.record(FeeMonthEvent.GATHERING_BEGAN, SYSTEM, state=_S.GATHERING)
        if self.gathered is None:
            self.start_clock(FeeMonthClock.GATHERING, self.policy.gathering, self.start.gathers_until)
            self.tell(NoticeEvent.SERVICES_TO_GATHER, to_role(Role.CS_ASSISTANT))

    async def gather(self) -> None:
        """汇总: the ledger says what the month's paid jobs come to; the cashier gets the list."""
        actor = self.gather_asked
        assert actor is not None  # noqa: S101 - step has looked
        gathered = await self.ask_or_tell(partial(start_gathering, self.gathering(actor)), "汇总有偿服务")
        self.gather_asked = None
        if gathered is None:
            return
        self.gathered = gathered
        self.clocks.stop(FeeMonthClock.GATHERING)
        facts = {
            "jobs": str(gathered.jobs),
            "amount": f"{gathered.service_fee:.2f}",
            "agency": f"{gathered.agency:.2f}",
        }
        self.record(FeeMonthEvent.GATHERED, actor, facts=facts)
        self.tell(NoticeEvent.SERVICES_GATHERED, to_role(Role.CASHIER), facts)

    # 报表

    def begin_reporting(self) -> None:
        """月末: the reports are due on the third working day (§9.10)."""
        self.record(FeeMonthEvent.MONTH_ENDED, SYSTEM, state=_S.REPORTING)
        self.start_clock(FeeMonthClock.SENDING, self.policy.sending, self.start.report_due)
        self.tell(NoticeEvent.FEE_REPORT_DUE, to_role(Role.CASHIER))

    async def send_reports(self) -> None:
        """报送: each report that the month ends; what blocks one is said, and it is sent when that is put right."""
        actor = self.report_asked
        assert actor is not None  # noqa: S101 - step has looked
        for period in self.start.periods:
            if period.kind in self.sent:
                continue
            sent = await self.ask(partial(start_sending_report, self.report(period, actor)), f"报送{period.label}报表")
            if sent is None or sent.refused:
                code = "failed" if sent is None else sent.refused
                blocking = "、".join(sent.blocking[:20]) if sent is not None else ""
                facts = {"report_label": period.label, "refused": code, "blocking": blocking}
                self.record(FeeMonthEvent.REPORT_BLOCKED, actor, facts=facts)
                for role in (Role.CASHIER, Role.CS_SUPERVISOR):
                    self.tell(NoticeEvent.FEE_REPORT_BLOCKED, to_role(role), facts)
                break
            self.sent.add(period.kind)
            facts = {"report_label": period.label, "rate": sent.rate or "—"}
            self.record(FeeMonthEvent.REPORT_SENT, actor, facts=facts)
            self.tell(NoticeEvent.FEE_REPORT_SENT, to_role(Role.SITE_MANAGER), facts)
        self.report_asked = None
        if self.sent.issuperset(period.kind for period in self.start.periods):
            self.end()
            self.record(FeeMonthEvent.CLOSED, SYSTEM, state=_S.CLOSED)
