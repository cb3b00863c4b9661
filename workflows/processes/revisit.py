"""Revisit 回访: from the selection to the reviewed record (``docs/domain/revisit.md``; S1 five parts, S4 二.5)."""

from collections.abc import Callable

from temporalio import workflow

from workflows.effects.between_cases import start_opening_linked
from workflows.effects.revisiting import start_choosing_visitor, start_uncounting
from workflows.messages.case import CaseHeader
from workflows.messages.identifiers import REVISIT_WORKFLOW
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.passing_on import CaseWord
from workflows.messages.people import SYSTEM, Role
from workflows.messages.revisit import RevisitClock, RevisitOutcome, RevisitStart, RevisitState
from workflows.messages.revisit_events import RevisitEvent
from workflows.messages.selecting import LinkedCaseRequest, Uncounted, VisitorRequest
from workflows.processes.revisit_file import LEAVES
from workflows.processes.revisit_handling import RevisitHandling
from workflows.rules.revisit_visits import visitor_role

_S = RevisitState


@workflow.defn(name=REVISIT_WORKFLOW)
class Revisit(RevisitHandling):
    """One revisit of one finished matter, round after round until it is settled."""

    @workflow.init
    def __init__(self, start: RevisitStart) -> None:
        super().__init__(start)
        self.nobody_told = False
        if start.progress is None:
            self.take_in()

    @workflow.run
    async def run(self, start: RevisitStart) -> RevisitOutcome:
        """Take each step that the state calls for, until nothing is left to be done."""
        await self.live()
        header: CaseHeader = self.header
        return RevisitOutcome(
            number=self.opening.number, state=self.state, rounds=len(self.records), closed_at=header.closed_at
        )

    def take_in(self) -> None:
        """列入回访: the window runs from the completion (R14)."""
        facts = {"original": self.start.original, "rule": self.task.rule, "position": str(self.task.position)}
        self.record(RevisitEvent.PLANNED, SYSTEM, facts=facts)
        self.start_clock(
            RevisitClock.WINDOW, self.policy.window, since=self.start.completed_at, due_at=self.task.window_ends_at
        )

    async def step(self) -> None:
        """Errands first: what is to be linked and counted; then the step of the present state."""
        if self.to_link:
            await self.open_linked_case()
        elif self.to_uncount:
            await self.leave_the_count()
        else:
            steps = {
                _S.PLANNED: self.find_a_visitor,
                _S.ASSIGNED: self.wait_for_the_visit,
                _S.CONTACTING: self.wait_for_the_visit,
                _S.RECTIFYING: self.wait_for_rectification,
                _S.SATISFIED: self.wait_for_the_opinion,
                _S.UNREACHABLE: self.wait_for_the_opinion,
                _S.EXEMPT: self.close_when_answered,
                _S.WITHDRAWN: self.wait_for_answers,
            }
            await steps[self.state]()

    def is_over(self) -> bool:
        """Whether it is reviewed or withdrawn, and every errand done."""
        done = self.state in (_S.REVIEWED, _S.WITHDRAWN) and not self.open_matters
        return done and not self.errands

    def abort(self) -> None:
        """Closed because an administrator cancelled the workflow: the original case waits for it no longer."""
        self.pass_on(self.start.original, CaseWord.REVISIT_OVER, facts={"result": "aborted"})
        self.withdraw(NoticeEvent.CASE_ABORTED)
        self.to_uncount = ""
        self.tell(NoticeEvent.CASE_ABORTED, to_role(Role.CS_SUPERVISOR))

    async def find_a_visitor(self) -> None:
        """待安排: by rule, level and area, not whose own work it is; whom the supervisor names, if he can (R4, R17)."""
        named, self.wanted = self.wanted or "", None
        wanted = visitor_role(self.start.selection, self.start.level)
        request = VisitorRequest(
            case=self.opening.number,
            community=self.opening.community,
            business_now=self.now,
            wanted=wanted,
            area=self.opening.area,
            named=named,
            barred=self.start.barred,
        )
        visitor = await self.ask(lambda: start_choosing_visitor(request), "正在指派回访人")
        if self.state is not _S.PLANNED or self.wanted is not None:
            return
        if visitor is not None and visitor.staff:
            self.nobody_told = False
            self.assign_to(visitor.staff, visitor.role or wanted)
            return
        if not self.nobody_told:
            self.nobody_told = True
            self.record(RevisitEvent.NOBODY_AVAILABLE, SYSTEM, facts={"visitor": named})
            self.tell(NoticeEvent.NOBODY_AVAILABLE, to_role(Role.CS_SUPERVISOR))
        again_at = self.now + self.policy.ask_again_after.as_timedelta()
        await self.until(
            lambda: self.state is not _S.PLANNED or self.wanted is not None, "无人可派,等待主管指派", deadline=again_at
        )

    async def wait_for_the_visit(self) -> None:
        """已指派, 联系中: until it is recorded, given up or overtaken."""
        await self.until(self.leaves(_S.ASSIGNED, _S.CONTACTING), f"等待 {self.header.assignee} 回访")

    async def wait_for_rectification(self) -> None:
        """整改中: until the original case, or a supervisor, says that it is put right."""
        await self.until(self.leaves(_S.RECTIFYING), "等待整改完成")

    async def wait_for_the_opinion(self) -> None:
        """The supervisor's opinion, or the manager's on the supervisor's; none on a manager's own (R18)."""
        before = self.state
        if self.opinion_by is not None:
            await self.until(lambda: bool(self.task.opinion_at) or self.leaves(before)(), "等待审阅意见")
        if self.state is before and not self.errands:
            await self.close_when_answered()

    async def close_when_answered(self) -> None:
        """Not before every new matter is answered or a case of its own (件件有着落)."""
        before = self.state
        await self.until(lambda: not self.open_matters or self.leaves(before)(), "等待答复新意见")
        if self.state is before and not self.errands:
            self.header = self.header.model_copy(update={"closed_at": self.now})
            self.clocks.stop_all()
            self.record(RevisitEvent.CLOSED, SYSTEM, state=_S.REVIEWED)

    async def wait_for_answers(self) -> None:
        """已撤销: what the customer raised is answered all the same."""
        await self.until(lambda: not self.open_matters or self.errands, "等待答复新意见")

    async def open_linked_case(self) -> None:
        """A new matter becomes a repair of the same customer (R7)."""
        number = self.to_link[0]
        matter = self.matters[number - 1]
        request = LinkedCaseRequest(
            source=self.opening.number,
            matter=number,
            original=self.start.original,
            community=self.opening.community,
            description=matter.text,
            business_now=self.now,
        )
        linked = await self.ask(lambda: start_opening_linked(request), "为新意见立单")
        self.to_link = [one for one in self.to_link if one != number]
        if linked is not None:
            self.link_matter(number, linked.number)
        else:  # it stays an open matter with its appointed time, for a person to see to
            self.tell(NoticeEvent.MATTER_RAISED, to_role(Role.CS_SUPERVISOR), {"matter": str(number)})

    async def leave_the_count(self) -> None:
        """不再计入: a later matter takes the place of one that was not reached (REV-14)."""
        request = Uncounted(
            case=self.start.original,
            community=self.opening.community,
            round=self.start.original_round,
            leaves_base=self.to_uncount == LEAVES,
        )
        self.to_uncount = ""
        await self.ask(lambda: start_uncounting(request), "更新回访计数")

    @property
    def errands(self) -> bool:
        """Whether something is to be linked or counted before the procedure goes on."""
        return bool(self.to_link or self.to_uncount)

    def leaves(self, *states: RevisitState) -> Callable[[], bool]:
        """A condition for ``until``: the state is another one, or an errand is to be done first."""
        return lambda: self.state not in states or self.errands
