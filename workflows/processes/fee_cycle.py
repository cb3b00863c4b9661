"""A quarter's fees 收费周期, from the extraction to the last look (S4 4.2.1; ``docs/domain/fee-cycle.md``).

One case a community and quarter, however large: the work is done on sets, in at most so many chunks that the history
stays short. Who does not pay gets an arrears case of his own (``arrears.py``).
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final, TypeVar

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.billing import (
    start_assessing,
    start_closing_version,
    start_correcting,
    start_issuing_bills,
    start_listing,
    start_planning_chunks,
    start_reviewing,
    start_standing,
)
from workflows.messages.billing import (
    ChunkJob,
    CloseVersion,
    CorrectRows,
    CycleStanding,
    PlanChunks,
    ReviewTable,
    ReviewVerdict,
)
from workflows.messages.fee_cycle import FeeCycleClock, FeeCycleEvent, FeeCycleOutcome, FeeCycleStart, FeeCycleState
from workflows.messages.identifiers import FEE_CYCLE_WORKFLOW
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.processes.fee_cycle_handling import FeeCycleHandling

_S = FeeCycleState
CHUNKS: Final = 16
"""Chunks of a phase: enough for several workers, few enough for a short history at any size."""
_AGAIN: Final = timedelta(hours=1)
Answer = TypeVar("Answer")


@workflow.defn(name=FEE_CYCLE_WORKFLOW)
class FeeCycle(FeeCycleHandling):
    """One community's quarter, from the extraction until every bill is paid or in dunning."""

    @workflow.init
    def __init__(self, start: FeeCycleStart) -> None:
        super().__init__(start)
        if start.progress is None:
            self.record(FeeCycleEvent.OPENED, SYSTEM, facts={"quarter": start.quarter})

    @workflow.run
    async def run(self, start: FeeCycleStart) -> FeeCycleOutcome:
        """Take each step that the state calls for, until the quarter is over."""
        await self.live()
        return FeeCycleOutcome(
            number=self.opening.number, state=self.state, closed_at=self.header.closed_at, standing=self.standing
        )

    async def step(self) -> None:
        """The step of the present state."""
        steps = {
            _S.EXTRACTING: self.extract,
            _S.UNDER_REVIEW: self.await_review,
            _S.CORRECTING: self.await_correction,
            _S.APPROVED: self.bill_and_dispatch,
            _S.NOTIFIED: self.await_window,
            _S.COLLECTING: self.collect,
            _S.DUNNING: self.watch_dunning,
        }
        await steps[self.state]()

    def is_over(self) -> bool:
        """Whether the quarter is closed."""
        return self.state is _S.CLOSED

    # 提取

    async def extract(self) -> None:
        """提取 on the 25th at 00:30: every account of every unit, chunk by chunk (S4 4.2.1.1)."""
        await self.until(lambda: self.now >= self.days.extraction_at, "等待提取日", deadline=self.days.extraction_at)
        plan = await self.surely(
            partial(start_planning_chunks, PlanChunks(community=self.opening.community, at_most=CHUNKS)), "划分计费段"
        )
        self.chunks = plan.chunks
        job = self.job()
        await self.surely_all(
            [partial(start_assessing, ChunkJob(job=job, chunk=chunk)) for chunk in self.chunks], "应收计算"
        )
        self.figures = await self.surely(
            partial(start_closing_version, CloseVersion(job=self.job(), made_by=SYSTEM)), "提交财务审核"
        )
        self.record(FeeCycleEvent.EXTRACTED, SYSTEM, state=_S.UNDER_REVIEW, facts=self.facts())
        self.start_clock(FeeCycleClock.REVIEW, self.policy.review, self.not_past(self.days.review_due))
        self.start_clock(FeeCycleClock.APPROVAL, self.policy.approval, self.days.handover_due)
        self.tell(NoticeEvent.FEE_TABLE_TO_REVIEW, to_role(Role.FINANCE))

    # 审核与更正

    async def await_review(self) -> None:
        """待审核: finance decides; rows that facts have changed are computed anew first (FEE-10)."""
        await self.until(lambda: self.rows_dirty or self.decision is not None, "等待财务审核")
        if self.decision is not None:
            await self.take_decision_in()
        elif self.rows_dirty:
            await self.recompute(SYSTEM, FeeCycleEvent.RECOMPUTED)

    async def take_decision_in(self) -> None:
        """The ledger says whether the review holds: four eyes, and no row that has changed since (CYC-10)."""
        decision = self.decision
        assert decision is not None  # noqa: S101 - await_review has looked
        request = ReviewTable(job=self.job(), reviewer=decision.actor, approve=decision.approve, rows=decision.rows)
        reviewed = await self.surely(partial(start_reviewing, request), "审核意见入账")
        self.decision, self.figures = None, reviewed.figures
        facts = {"version": str(self.version), "verdict": reviewed.verdict.label}
        match reviewed.verdict:
            case ReviewVerdict.APPROVED:
                self.rows_dirty = False  # the ledger has looked at every row; a word still on its way is out of date
                self.clocks.stop(FeeCycleClock.REVIEW, FeeCycleClock.APPROVAL)
                self.record(FeeCycleEvent.APPROVED, decision.actor, state=_S.APPROVED, facts=facts)
            case ReviewVerdict.REJECTED:
                self.clocks.stop(FeeCycleClock.REVIEW)
                self.record(FeeCycleEvent.REJECTED, decision.actor, state=_S.CORRECTING, facts=facts)
                self.tell(NoticeEvent.FEE_TABLE_RETURNED, to_role(Role.CASHIER))
            case _:
                self.rows_dirty = self.rows_dirty or reviewed.verdict is ReviewVerdict.ROWS_OPEN
                self.record(FeeCycleEvent.REVIEW_REFUSED, decision.actor, facts=facts)
                for role in (Role.FINANCE, Role.SITE_MANAGER):
                    self.tell(NoticeEvent.FEE_REVIEW_REFUSED, to_role(role), {"verdict": reviewed.verdict.label})

    async def await_correction(self) -> None:
        """更正: the cashier puts the returned rows right and hands the table in again (CYC-04)."""
        await self.until(lambda: self.resubmitted is not None, "等待收银员更正")
        if self.resubmitted is not None:
            await self.recompute(self.resubmitted, FeeCycleEvent.EXTRACTED)
            self.start_clock(FeeCycleClock.REVIEW, self.policy.review, self.not_past(self.days.review_due))

    async def recompute(self, by: Actor, event: FeeCycleEvent) -> None:
        """The returned and changed rows make the next version, which finance sees anew."""
        self.rows_dirty = False
        job = self.job(self.version + 1)
        self.figures = await self.surely(partial(start_correcting, CorrectRows(job=job, made_by=by)), "更正明细")
        self.version, self.resubmitted = job.version, None
        self.record(event, by, state=_S.UNDER_REVIEW, facts=self.facts())
        self.tell(NoticeEvent.FEE_TABLE_TO_REVIEW, to_role(Role.FINANCE))

    # 出账与派发

    async def bill_and_dispatch(self) -> None:
        """已审核: bills and notices, then the stewards send them (S4 4.2.1.4–5). Nothing leaves before (CYC-05)."""
        if FeeCycleClock.DISPATCH not in self.clocks:
            await self.bill()
        # a late approval leaves the stewards their day before anybody asks after them
        opens = min(
            max(self.midnight(self.days.window_opens), self.clocks[FeeCycleClock.DISPATCH].due_at), self.listing_at
        )
        await self.until(lambda: self.notices_moved or self.now >= opens, "等待管家派发通知单", deadline=opens)
        standing = await self.look()
        if not standing.unsent:
            self.all_sent(_S.NOTIFIED)
        elif self.now >= opens:
            self.record(FeeCycleEvent.NOTICES_UNSENT, SYSTEM, state=_S.COLLECTING, facts=self.facts())
            self.tell(NoticeEvent.FEE_NOTICES_UNSENT, to_role(Role.CS_SUPERVISOR))

    async def bill(self) -> None:
        """出账: a bill and a numbered notice for each row that comes to something."""
        job = self.job()
        done = await self.surely_all(
            [partial(start_issuing_bills, ChunkJob(job=job, chunk=chunk)) for chunk in self.chunks], "出账"
        )
        self.record(FeeCycleEvent.BILLED, SYSTEM, facts={"bills": str(sum(one.rows for one in done))})
        if not self.handed_over:
            self.start_clock(FeeCycleClock.HANDOVER, self.policy.handover, self.not_past(self.days.handover_due))
        self.start_clock(
            FeeCycleClock.DISPATCH, self.policy.dispatch, self.not_past(self.day_end(self.days.notices_by))
        )
        areas = sorted({area for one in done for area in one.areas})
        self.tell(NoticeEvent.FEE_NOTICES_TO_SEND, to_role(Role.CASHIER))
        for area in areas or [""]:
            self.tell_steward_of(area, NoticeEvent.FEE_NOTICES_TO_SEND)
        self.tell(NoticeEvent.FEE_NOTICES_TO_SEND, to_role(Role.CS_SUPERVISOR))

    def all_sent(self, state: FeeCycleState) -> None:
        """Every notice is on its way."""
        self.clocks.stop(FeeCycleClock.DISPATCH)
        self.record(FeeCycleEvent.NOTICES_SENT, SYSTEM, state=state)

    def not_past(self, due_at: datetime) -> datetime:
        """A day that has been overtaken, by a late approval for one, is the end of the next day (own)."""
        return due_at if due_at > self.now else self.day_end((self.now + timedelta(days=1)).date())

    # 收缴与催缴

    async def await_window(self) -> None:
        """已派通知: until the 1st."""
        opens = self.midnight(self.days.window_opens)
        await self.until(lambda: self.now >= opens, "等待收缴期", deadline=opens)
        self.record(FeeCycleEvent.WINDOW_OPENED, SYSTEM, state=_S.COLLECTING)

    async def collect(self) -> None:
        """收缴期: until the working day after the due day; then whoever has not paid is listed (S4 4.2.1.8)."""
        listing = self.listing_at
        await self.until(lambda: self.notices_moved or self.now >= listing, "收缴期", deadline=listing)
        standing = await self.look()
        if FeeCycleClock.DISPATCH in self.clocks and not standing.unsent:
            self.all_sent(_S.COLLECTING)
        if self.now < listing:
            return
        listed = await self.surely(partial(start_listing, self.listing()), "催款名单")
        facts = {"bills": str(listed.bills), "accounts": str(listed.accounts), "opened": str(listed.opened)}
        self.record(FeeCycleEvent.LISTED, SYSTEM, state=_S.DUNNING, facts=facts)
        for role in (Role.CASHIER, Role.CS_SUPERVISOR):
            self.tell(NoticeEvent.FEE_LISTED, to_role(role), facts)

    async def watch_dunning(self) -> None:
        """催缴中: every account's own case climbs the ladder; the quarter is looked at once more when it ends."""
        closes = self.day_end(self.days.closes_on)
        standing = await self.look()
        while standing.open_bills:
            await self.until(lambda: self.notices_moved or self.now >= closes, "各账户催缴中", deadline=closes)
            is_the_end = self.now >= closes
            standing = await self.look()
            if FeeCycleClock.DISPATCH in self.clocks and not standing.unsent:
                self.all_sent(_S.DUNNING)
            if is_the_end:
                break
        self.end()
        self.record(FeeCycleEvent.CLOSED, SYSTEM, state=_S.CLOSED, facts=self.money_facts())
        self.tell(NoticeEvent.FEE_CYCLE_CLOSED, to_role(Role.SITE_MANAGER), self.money_facts())

    async def look(self) -> CycleStanding:
        """How the quarter's bills stand now; what is said while the answer is on its way is looked at again."""
        self.notices_moved = False
        self.standing = await self.surely(partial(start_standing, self.standing_request()), "收缴情况")
        return self.standing

    def money_facts(self) -> dict[str, str]:
        """Due and received, CNY."""
        standing = self.standing
        return {} if standing is None else {"due": f"{standing.due:.2f}", "received": f"{standing.received:.2f}"}

    @property
    def listing_at(self) -> datetime:
        """When the list of those who have not paid is made: in the first hour of its day."""
        return datetime.combine(self.days.list_on, time(0, 30), self.now.tzinfo)

    def midnight(self, day: date) -> datetime:
        """00:00 of a day."""
        return datetime.combine(day, time(), self.now.tzinfo)

    # Asking until there is an answer

    async def surely(self, question: Callable[[], ActivityHandle[Answer]], waiting_for: str) -> Answer:
        """Have one effect carried out, whatever it takes."""
        return (await self.surely_all([question], waiting_for))[0]

    async def surely_all(
        self, questions: Sequence[Callable[[], ActivityHandle[Answer]]], waiting_for: str
    ) -> list[Answer]:
        """Have effects carried out; what failed for good is told to the site manager and tried again by the hour."""
        answers: list[Answer | None] = [None] * len(questions)
        while missing := [place for place, answer in enumerate(answers) if answer is None]:
            found = await self.ask_all([questions[place] for place in missing], waiting_for)
            for place, answer in zip(missing, found, strict=True):
                answers[place] = answer
            if None in answers:
                self.tell(NoticeEvent.FEE_WORK_STUCK, to_role(Role.SITE_MANAGER), {"work": waiting_for})
                await self.until(lambda: False, f"{waiting_for}:稍后重试", deadline=self.now + _AGAIN)
        return [answer for answer in answers if answer is not None]
