"""Repair 报修: from the report to the closed form (``docs/domain/repair.md``; S0 4.2.1, S4)."""

from collections.abc import Callable

from temporalio import workflow

from workflows.effects.dispatching import start_offering
from workflows.messages.identifiers import REPAIR_WORKFLOW
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import CUSTOMER, SYSTEM, Role
from workflows.messages.records import WorkOrderOutcome
from workflows.messages.repair import RepairClock, RepairOutcome, RepairStart, RepairState
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_handling import RepairHandling
from workflows.rules.repair_acceptance import accepted_at_once_by
from workflows.rules.time_limits import deadline

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
        """The step of the present state; 已到场 and 已验收 are passed through at once in a free repair."""
        steps = {
            _S.RECEIVED: self.wait_for_acceptance,
            _S.ACCEPTED: self.find_a_technician,
            _S.DISPATCHED: self.wait_for_the_technicians_answer,
            _S.ACKNOWLEDGED: self.wait_for_arrival,
            _S.IN_PROGRESS: self.wait_for_completion,
            _S.COMPLETED: self.wait_for_the_customers_word,
            _S.CLOSED: self.stay_open_for_reopening,
        }
        await steps[self.state]()

    def is_over(self) -> bool:
        """Whether the reopen window of a closed case has passed."""
        return self.state is _S.CLOSED and self.reopen_until is not None and self.now >= self.reopen_until

    def take_in(self) -> None:
        """Enter the report; an emergency is accepted at once and its people are told before any paperwork."""
        facts = {"channel": self.opening.channel.value, "class": self.level.value}
        self.record(RepairEvent.REPORTED, CUSTOMER, facts=facts)
        if self.repair.hazard:
            self.tell_of_emergency()
        acceptor = accepted_at_once_by(self.start)
        if acceptor is not None:
            self.accept(acceptor)
        else:
            self.start_clock(RepairClock.ACCEPTANCE, self.policy.acceptance)
            self.tell(NoticeEvent.CASE_RECEIVED, to_role(Role.CS_ASSISTANT))

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

    async def wait_for_completion(self) -> None:
        """维修中: until the technician says that it is done."""
        await self.until(self.leaves(_S.IN_PROGRESS), f"技工 {self.header.assignee} 维修中")

    async def wait_for_the_customers_word(self) -> None:
        """已完工: until the customer confirms or refuses; a free job is accepted by default after 48 hours."""
        assert self.repair.completed_at is not None  # noqa: S101 - set by complete()
        by_default = (
            None
            if self.repair.paid
            else deadline(self.repair.completed_at, self.policy.default_acceptance, self.calendar)
        )
        if not await self.until(self.leaves(_S.COMPLETED), "等待客户验收", deadline=by_default):
            self.verify("default", "默认验收", SYSTEM)

    async def stay_open_for_reopening(self) -> None:
        """已关闭: open for 返修 for seven days; closed is a state, not the end of the workflow."""
        await self.until(self.leaves(_S.CLOSED), "已关闭,可返修", deadline=self.reopen_until)

    def leaves(self, state: RepairState) -> Callable[[], bool]:
        """A condition for ``until``: the state is another one."""
        return lambda: self.state is not state

    def somebody_is_wanted(self) -> bool:
        """Whether a dispatch was ordered by hand, or the case is no longer to be dispatched."""
        return self.wanted is not None or not self.needs_a_technician
