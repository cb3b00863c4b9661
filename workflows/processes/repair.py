"""Repair 报修: from the report to the closed form (``docs/domain/repair.md``; S0 4.2.1, S4)."""

from collections.abc import Callable

from temporalio import workflow

from workflows.effects.dispatching import start_offering
from workflows.messages.identifiers import REPAIR_WORKFLOW
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import SYSTEM, Role
from workflows.messages.records import WorkOrderOutcome
from workflows.messages.repair import RepairClock, RepairOutcome, RepairStart, RepairState
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_handling import RepairHandling

_S = RepairState


@workflow.defn(name=REPAIR_WORKFLOW)
class Repair(RepairHandling):
    """One repair, from the report until its reopen window is over."""

    @workflow.init
    def __init__(self, start: RepairStart) -> None:
        super().__init__(start)
        self.nobody_told = False
        if start.progress is None:
            # here and not in run(): a message that is there before the first step finds a case that is open
            self.take_in()

    @workflow.run
    async def run(self, start: RepairStart) -> RepairOutcome:
        """Take each step that the state calls for, until the case is closed and can no longer be reopened."""
        await self.live()
        return RepairOutcome(number=self.opening.number, state=self.state, closed_at=self.header.closed_at)

    async def step(self) -> None:
        """The step of the present state, after what is to be asked of the records."""
        if self.must_look_back:
            await self.look_back()
            return
        if self.must_plan_a_revisit:
            await self.plan_revisit()
            return
        steps = {
            _S.RECEIVED: self.wait_for_acceptance,
            _S.ACCEPTED: self.find_a_technician,
            _S.DISPATCHED: self.wait_for_the_technicians_answer,
            _S.ACKNOWLEDGED: self.wait_for_arrival,
            _S.ARRIVED: self.wait_for_a_quote,
            _S.QUOTED: self.wait_for_the_answer_to_the_quote,
            _S.IN_PROGRESS: self.wait_for_completion,
            _S.SUSPENDED: self.wait_to_go_on,
            _S.COMPLETED: self.wait_for_the_customers_word,
            _S.VERIFIED: self.close_or_await_the_revisit,
            _S.AWAITING_REVISIT: self.wait_for_the_revisit,
            _S.CLOSED: self.stay_open_for_reopening,
        }
        await steps[self.state]()

    def is_over(self) -> bool:
        """Whether the reopen window of a closed case has passed, and nothing that came of the case is open."""
        window_is_over = self.reopen_until is not None and self.now >= self.reopen_until
        return self.state is _S.CLOSED and window_is_over and not self.something_is_open

    async def wait_for_acceptance(self) -> None:
        """待受理: until the desk accepts, within five minutes of the message (S4)."""
        await self.until(self.leaves(_S.RECEIVED), "等待前台受理")

    async def find_a_technician(self) -> None:
        """已受理, or 已派工 with nobody: offer the job by trade and duty; after two misses the lead assigns."""
        if not self.policy.auto_dispatch or self.misses >= self.policy.misses_before_lead_assigns:
            await self.until(self.somebody_is_wanted, "等待派工")
        if not self.needs_a_technician:
            return
        request = self.next_offer()
        outcome = await self.ask(lambda: start_offering(request), "正在派工")
        if outcome is not None and outcome.technician:
            self.nobody_told = False
            self.offer_to(outcome.technician, request.attempt)
        elif self.needs_a_technician and self.wanted is None:
            await self.wait_for_somebody_on_duty()

    async def wait_for_somebody_on_duty(self) -> None:
        """无人可派: the lead is told once; the rule asks again every ten minutes, for the next shift may have begun."""
        if not self.nobody_told:
            self.nobody_told = True
            self.record(RepairEvent.NOBODY_AVAILABLE, SYSTEM)
            self.tell(NoticeEvent.NOBODY_AVAILABLE, to_role(Role.ENGINEERING_LEAD))
        ask_again_at = self.now + self.policy.offer_again_after.as_timedelta()
        await self.until(self.somebody_is_wanted, "无人可派,等待工程主管派工或下一班", deadline=ask_again_at)

    async def wait_for_the_technicians_answer(self) -> None:
        """已派工: the technician has five minutes; a miss goes to the next."""
        if self.needs_a_technician:
            await self.find_a_technician()
            return
        answered = self.leaves(_S.DISPATCHED)
        clock = RepairClock.TECHNICIAN_ANSWER
        await self.until(
            lambda: answered() or self.needs_a_technician or self.clocks.is_breached(clock),
            f"等待技工 {self.header.assignee} 接单",
        )
        if not answered() and not self.needs_a_technician:
            self.release(WorkOrderOutcome.MISSED, RepairEvent.MISSED, SYSTEM)

    async def wait_for_arrival(self) -> None:
        """已接单: until the technician is there; the arrival clock runs from the first dispatch."""
        await self.until(self.leaves(_S.ACKNOWLEDGED), f"等待技工 {self.header.assignee} 到场")

    async def wait_for_a_quote(self) -> None:
        """已到场 for paid work: until the technician has quoted; nothing is begun before the customer agrees."""
        await self.until(self.leaves(_S.ARRIVED), f"等待技工 {self.header.assignee} 报价")

    async def wait_for_the_answer_to_the_quote(self) -> None:
        """待确认报价: a day for the customer's answer, then the quote lapses."""
        await self.until(self.leaves(_S.QUOTED), "等待客户确认报价")

    async def wait_for_completion(self) -> None:
        """维修中: until the technician says that it is done."""
        await self.until(self.leaves(_S.IN_PROGRESS), f"技工 {self.header.assignee} 维修中")

    async def wait_to_go_on(self) -> None:
        """挂起: until the work is taken up again; every clock but that of the promised day stands still."""
        await self.until(self.leaves(_S.SUSPENDED), "挂起,等待恢复维修")

    async def wait_for_the_customers_word(self) -> None:
        """已完工: until the customer confirms or refuses; a free job is accepted by default after 48 hours."""
        happened = self.leaves(_S.COMPLETED, or_else=lambda: self.must_plan_a_revisit)
        if not await self.until(happened, "等待客户验收", deadline=self.accepted_by_default_at):
            self.verify("default", "默认验收", SYSTEM)

    async def close_or_await_the_revisit(self) -> None:
        """已验收: closed, unless its revisit is open."""
        if self.revisit_open:
            self.await_revisit()
        else:
            self.close_the_finished(SYSTEM)

    async def wait_for_the_revisit(self) -> None:
        """待回访: until the revisit is over, or has the work done again."""
        await self.until(self.leaves(_S.AWAITING_REVISIT), "等待回访")

    async def stay_open_for_reopening(self) -> None:
        """已关闭: open for 返修 for seven days; closed is a state, not the end of the workflow."""
        if self.something_is_open:
            happened = self.leaves(_S.CLOSED, or_else=lambda: self.must_plan_a_revisit or not self.something_is_open)
            await self.until(happened, "已关闭,回访或费用异议未了")
            return
        happened = self.leaves(_S.CLOSED, or_else=lambda: self.something_is_open)
        await self.until(happened, "已关闭,可返修", deadline=self.reopen_until)

    def leaves(self, state: RepairState, or_else: Callable[[], bool] = lambda: False) -> Callable[[], bool]:
        """A condition for ``until``: the state is another one, or something else has happened or is to be asked."""
        return lambda: self.state is not state or or_else() or self.must_look_back

    def somebody_is_wanted(self) -> bool:
        """Whether a dispatch was ordered by hand, or the case is no longer to be dispatched."""
        return self.wanted is not None or not self.needs_a_technician
