"""An account's arrears 催缴, from the first notice to 已结清 or 其它方式 (S4 4.2.1.8–11; ``docs/domain/arrears.md``).

Before anything is demanded the ledger is asked, so a payment stops the ladder at any moment, whether or not its word
came.
"""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from temporalio import workflow

from workflows.effects.dunning import (
    start_asking_standing,
    start_closing_arrears,
    start_issuing_sheet,
)
from workflows.messages.arrears import (
    ArrearsAction,
    ArrearsClock,
    ArrearsEvent,
    ArrearsOutcome,
    ArrearsStart,
    ArrearsState,
    BillLadder,
    DunningStage,
    OpenSheet,
    SheetLine,
)
from workflows.messages.dunning import (
    ClosingRequest,
    SheetRequest,
    StandingRequest,
)
from workflows.messages.identifiers import ARREARS_WORKFLOW
from workflows.messages.notices import NoticeEvent, to_customer, to_role
from workflows.messages.people import SYSTEM, Role
from workflows.processes.arrears_entering import ArrearsEntering
from workflows.processes.arrears_file import sheet_facts
from workflows.rules.dunning import sheet_day
from workflows.rules.dunning_ladder import (
    climbs,
    demanded_by,
    highest_stage,
    next_sheet_on,
    resumed,
    steps_due,
    withdrawn,
)
from workflows.rules.instalments import Instalment, missed

_A = ArrearsAction
_IN_VAIN: Final = timedelta(hours=1)


@workflow.defn(name=ARREARS_WORKFLOW)
class Arrears(ArrearsEntering):
    """One account's arrears, until everything that was listed is settled."""

    @workflow.init
    def __init__(self, start: ArrearsStart) -> None:
        super().__init__(start)
        if start.progress is None:
            self.record(ArrearsEvent.OPENED, SYSTEM, facts={"account": start.account, "bills": "、".join(self.ladders)})

    @workflow.run
    async def run(self, start: ArrearsStart) -> ArrearsOutcome:
        """Climb the ladder bill by bill until the account is settled."""
        await self.live()
        return ArrearsOutcome(number=self.opening.number, state=self.state, closed_at=self.header.closed_at)

    def is_over(self) -> bool:
        """Whether the account is settled and the records know."""
        return self.is_closed

    async def step(self) -> None:
        """Whatever comes first: what was entered, what the ledger says, what is due today; else wait."""
        if self.entered:
            await self.take_in(self.entered[0])
        elif self.ledger_moved:
            await self.look()
        elif self.state is ArrearsState.SETTLED:
            await self.close()
        elif self.plan:
            await self.keep_the_plan()
        elif lines := self.steps_today():
            await self.take_steps(lines)
        else:
            await self.wait()

    # Looking and waiting

    async def look(self) -> None:
        """查账: which bills are settled, what is owed; a reversed payment puts a bill back where it was."""
        self.ledger_moved = False
        request = StandingRequest(
            community=self.opening.community,
            account=self.start.account,
            on_day=self.today,
            late_fee=self.start.late_fee,
        )
        standing = await self.ask(partial(start_asking_standing, request), "查账")
        if standing is None:
            await self.until(lambda: False, "查账未成,稍后再查", deadline=self.now + _IN_VAIN)
            self.ledger_moved = True
            return
        before, self.standing = self.standing, standing
        still_open = {bill.number for bill in standing.bills}
        for bill, ladder in self.ladders.items():
            self.ladders[bill] = ladder.model_copy(update={"settled": bill not in still_open})
        self.drop_sheets_of_settled_bills()
        if self.state_now() is ArrearsState.SETTLED:
            self.clocks.stop_all()
            self.note(ArrearsEvent.SETTLED, SYSTEM)
            self.tell(NoticeEvent.ARREARS_SETTLED, to_customer())
        elif before is not None and before.bills != standing.bills:
            self.note(ArrearsEvent.PAYMENT_SEEN, SYSTEM, facts={"amount": self.facts()["amount"]})

    def drop_sheets_of_settled_bills(self) -> None:
        """A notice of which every bill is paid is not delivered any more."""
        for number, sheet in list(self.open_sheets.items()):
            if all(self.ladders[line.bill].settled for line in sheet.lines):
                del self.open_sheets[number]
                undelivered = [line.bill for line in sheet.lines if self.ladders[line.bill].sheet == number]
                self.change(undelivered, partial(withdrawn, today=self.today))
        if not self.open_sheets:
            self.clocks.stop(ArrearsClock.DISTRIBUTION, ArrearsClock.DELIVERY_AGAIN)

    def steps_today(self) -> tuple[SheetLine, ...]:
        """What is due now: from the policy's hour on, on working days; the first notice at once when it is listed."""
        due = steps_due(self.climbing(), self.today, self.calendar)
        sheet_may_go = sheet_day(self.today, self.last_sheet_on, self.calendar) == self.today
        if self.sheets and self.now < self.issue_time(self.today):
            return ()
        return tuple(line for line in due if sheet_may_go or line.stage is DunningStage.OTHER_MEANS)

    def climbing(self) -> list[BillLadder]:
        """The ladders of the bills that are demanded."""
        return [ladder for ladder in self.ladders.values() if climbs(ladder, self.standing)]

    def issue_time(self, day: date) -> datetime:
        """The hour of a day at which notices go out."""
        return datetime.combine(day, self.policy.issue_time, self.now.tzinfo)

    async def wait(self) -> None:
        """Until the next step's day, or until somebody says something; the ledger is asked before every step."""
        day = next_sheet_on(self.climbing(), self.today, self.last_sheet_on, self.calendar)
        at = None if day is None else self.issue_time(day)
        if at is not None and at <= self.now:  # only possible while a sheet of today forbids another
            at = self.issue_time(self.today + timedelta(days=1))
        waiting_for = "等待送达签收" if self.open_sheets else f"{self.state.label}:等待缴费"
        if not await self.until(self.something_was_said, waiting_for, deadline=at):
            self.ledger_moved = True

    def something_was_said(self) -> bool:
        """Whether people, the ledger or another case said something."""
        return bool(self.entered) or self.ledger_moved

    async def keep_the_plan(self) -> None:
        """分期中: the day after each instalment the ledger is asked; one that is missed resumes the ladder (§9.5)."""
        plan = [Instalment(part.due_on, part.amount) for part in self.plan]
        if missed(plan, self.paid_since_agreed(), self.today):
            self.plan = ()
            self.change(self.ladders, partial(resumed, today=self.today))
            self.note(ArrearsEvent.INSTALMENT_MISSED, SYSTEM)
            for role in (Role.STEWARD, Role.CS_SUPERVISOR):
                self.tell(NoticeEvent.ARREARS_INSTALMENT_MISSED, to_role(role))
            return
        if all(part.due_on < self.today for part in plan):  # kept to the end; what is left is late fee
            self.plan = ()
            self.note(ArrearsEvent.PAYMENT_SEEN, SYSTEM, facts={"amount": self.facts()["amount"]})
            return
        ahead = [part.due_on for part in plan if part.due_on >= self.today]
        at = datetime.combine(min(ahead) + timedelta(days=1), time(), self.now.tzinfo)
        if not await self.until(self.something_was_said, "分期中", deadline=at):
            self.ledger_moved = True

    # Steps

    async def take_steps(self, lines: tuple[SheetLine, ...]) -> None:
        """The notices of today on one sheet; a final notice that has run out goes to the site manager."""
        expired = [line.bill for line in lines if line.stage is DunningStage.OTHER_MEANS]
        demanded = tuple(line for line in lines if line.stage is not DunningStage.OTHER_MEANS)
        if expired:
            self.change(expired, partial(demanded_by, sheet="", stage=DunningStage.OTHER_MEANS))
            self.note(ArrearsEvent.EXPIRED, SYSTEM, facts={"bills": "、".join(expired)})
            self.tell(NoticeEvent.ARREARS_MEANS_DUE, to_role(Role.SITE_MANAGER))
        if demanded:
            await self.issue(demanded)

    async def issue(self, lines: tuple[SheetLine, ...]) -> None:
        """开具: the cashier's sheet, numbered by the ledger; sealed by the site manager, delivered by the steward."""
        request = SheetRequest(
            case=self.opening.number,
            community=self.opening.community,
            account=self.start.account,
            ordinal=self.sheets + 1,
            on_day=self.today,
            at=self.now,
            lines=lines,
            late_fee=self.start.late_fee,
        )
        sheet = await self.ask(partial(start_issuing_sheet, request), "开具催款通知单")
        self.ledger_moved = sheet is None or len(sheet.bills) < len(lines)
        if sheet is None or not sheet.number:
            return
        on_it = tuple(line for line in lines if line.bill in sheet.bills)
        stage = highest_stage(on_it)
        self.sheets, self.last_sheet_on = request.ordinal, request.on_day
        for line in on_it:
            self.change([line.bill], partial(demanded_by, sheet=sheet.number, stage=line.stage))
        opened = OpenSheet(
            number=sheet.number,
            ordinal=request.ordinal,
            stage=stage,
            issued_on=request.on_day,
            principal=sheet.principal,
            late_fee=sheet.late_fee,
            lines=on_it,
            sealed=stage not in self.policy.sealed,
        )
        self.open_sheets[opened.number] = opened
        self.note(ArrearsEvent.SHEET_ISSUED, SYSTEM, facts={**sheet_facts(opened), "bills": "、".join(sheet.bills)})
        if stage is DunningStage.FIRST and ArrearsClock.DISTRIBUTION not in self.clocks:
            by = min(self.ladders[line.bill].distribute_by for line in on_it if line.stage is stage)
            self.start_clock(ArrearsClock.DISTRIBUTION, self.policy.distribution, self.day_end(max(by, self.today)))
        self.tell_of(opened)

    async def close(self) -> None:
        """已结清: the account has no open arrears case any more; what comes later is listed anew."""
        self.is_closing = True
        request = ClosingRequest(
            community=self.opening.community, account=self.start.account, case=self.opening.number, at=self.now
        )
        answer = await self.ask(partial(start_closing_arrears, request), "催缴结束")
        if answer is None:
            self.is_closing = False
            await self.until(lambda: False, "催缴结束登记未成,稍后再试", deadline=self.now + _IN_VAIN)
            self.ledger_moved = True
            return
        self.is_closed = True
        self.end()
        self.record(ArrearsEvent.SETTLED, SYSTEM, label="催缴单关闭")
