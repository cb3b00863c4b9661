"""Special service 特约服务: from the order to the signed and booked form (``docs/domain/special-service.md``)."""

from collections.abc import Callable

from temporalio import workflow

from workflows.messages.identifiers import SPECIAL_SERVICE_WORKFLOW
from workflows.messages.notices import NoticeEvent, to_customer, to_role
from workflows.messages.people import CUSTOMER, SYSTEM, Role
from workflows.messages.quotes import QuoteClock
from workflows.messages.special_service import ServiceClock, ServiceEvent, ServiceOutcome, ServiceStart, ServiceState
from workflows.processes.service_handling import ServiceHandling

_S = ServiceState


@workflow.defn(name=SPECIAL_SERVICE_WORKFLOW)
class SpecialService(ServiceHandling):
    """One special service, from the order until nothing can come of it any more."""

    @workflow.init
    def __init__(self, start: ServiceStart) -> None:
        super().__init__(start)
        if start.progress is None:
            self.take_in()

    @workflow.run
    async def run(self, start: ServiceStart) -> ServiceOutcome:
        """Take each step that the state calls for, until the service is closed and its window over."""
        await self.live()
        return ServiceOutcome(number=self.opening.number, state=self.state, closed_at=self.header.closed_at)

    def take_in(self) -> None:
        """下单: the desk quotes within the time limit."""
        facts = {"channel": self.opening.channel.value, "category": self.service.category, "item": self.service.item}
        self.record(ServiceEvent.ORDERED, self.opening.accepted_by or CUSTOMER, facts=facts)
        self.start_clock(ServiceClock.QUOTING, self.policy.quoting)
        for recipient in (to_customer(), to_role(Role.CS_ASSISTANT)):
            self.tell(NoticeEvent.SERVICE_ORDERED, recipient)

    async def step(self) -> None:
        """The step of the present state, after the question whether it is revisited (R14)."""
        if self.must_plan_a_revisit:
            await self.plan_revisit()
            return
        steps = {
            _S.ORDERED: lambda: self.wait_in(_S.ORDERED, "等待报价"),
            _S.QUOTED: lambda: self.wait_in(_S.QUOTED, "等待客户确认报价"),
            _S.BOOKED: lambda: self.wait_in(_S.BOOKED, "等待上门服务"),
            _S.IN_SERVICE: lambda: self.wait_in(_S.IN_SERVICE, f"{self.header.assignee or '服务人员'} 服务中"),
            _S.AWAITING_SIGNATURE: lambda: self.wait_in(_S.AWAITING_SIGNATURE, "等待客户签字"),
            _S.POSTED: self.close_after_the_revisit,
            _S.CLOSED: self.stay_open_for_rework,
        }
        await steps[self.state]()

    async def wait_in(self, state: ServiceState, waiting_for: str) -> None:
        """Until the state is another one; what people do moves it on, and nothing is accepted by default."""
        await self.until(self.leaves(state), waiting_for)

    async def close_after_the_revisit(self) -> None:
        """已记账: closed, as soon as its revisit is over."""
        await self.until(lambda: not self.revisit_open or self.leaves(_S.POSTED)(), "等待回访")
        if self.state is _S.POSTED and not self.must_plan_a_revisit and not self.revisit_open:
            self.close(ServiceEvent.CLOSED, SYSTEM)
            self.tell(NoticeEvent.CASE_CLOSED, to_customer())

    async def stay_open_for_rework(self) -> None:
        """已关闭: open for 返工 and for a dispute."""
        if self.reopen_until is not None and self.now >= self.reopen_until:
            await self.until(lambda: not self.something_is_open or self.leaves(_S.CLOSED)(), "等待费用异议或回访办结")
        else:
            await self.until(self.leaves(_S.CLOSED), "已关闭,可返工", deadline=self.reopen_until)

    def is_over(self) -> bool:
        """Whether the window of a closed service is over, and nothing that came of it is open."""
        window_is_over = self.reopen_until is not None and self.now >= self.reopen_until
        return self.state is _S.CLOSED and window_is_over and not self.something_is_open

    @property
    def something_is_open(self) -> bool:
        """Whether a revisit or a dispute is open."""
        return self.revisit_open or self.must_plan_a_revisit or QuoteClock.CHARGE_DISPUTE in self.clocks

    @property
    def must_plan_a_revisit(self) -> bool:
        """Whether a completion is to be put to the quota."""
        return self.must_ask_for_revisit and self.state in (_S.AWAITING_SIGNATURE, _S.POSTED, _S.CLOSED)

    def leaves(self, state: ServiceState) -> Callable[[], bool]:
        """A condition for ``until``: the state is another one, or a completion is to be put to the quota."""
        return lambda: self.state is not state or self.must_plan_a_revisit
