"""The file of one quarter's cycle 收费单档: its table's version and figures, its clocks, what it asks for."""

from typing import Final

from temporalio import workflow

from workflows.messages.billing import CycleStandingRequest, ListOverdue, QuarterJob, RejectedRow
from workflows.messages.case import CaseHeader, CaseProgress
from workflows.messages.clocks import Clock
from workflows.messages.fee_cycle import FeeCycleClock, FeeCycleProgress, FeeCycleStart, FeeCycleState
from workflows.messages.message import Message
from workflows.messages.notices import Recipient, to_role
from workflows.messages.people import Actor, Role
from workflows.processes.fee_case import FeeCase

_S = FeeCycleState
_WAITS_FOR: Final[dict[str, Role]] = {
    FeeCycleClock.REVIEW: Role.FINANCE,
    FeeCycleClock.APPROVAL: Role.FINANCE,
    FeeCycleClock.HANDOVER: Role.CASHIER,
    FeeCycleClock.DISPATCH: Role.STEWARD,
}


class Decision(Message):
    """What finance has said of the table and the records have still to take in."""

    approve: bool
    actor: Actor
    rows: tuple[RejectedRow, ...] = ()


class FeeCycleFile(FeeCase):
    """A quarter's cycle as it stands."""

    def __init__(self, start: FeeCycleStart) -> None:
        progress = start.progress or _beginning(start)
        super().__init__(start.opening, start.calendar, progress.case)
        self.start = start
        self.days = start.days
        self.policy = start.fee
        self.version = progress.version
        self.chunks = progress.chunks
        self.figures = progress.figures
        self.standing = progress.standing
        self.makers = set(progress.makers)
        self.handed_over = progress.handed_over
        # what people and other cases have said since the process last looked; never open at continue-as-new
        self.decision: Decision | None = None
        self.resubmitted: Actor | None = None
        self.rows_dirty = False
        self.notices_moved = False

    @property
    def state(self) -> FeeCycleState:
        """The state as the enum that the steps and rules know."""
        return FeeCycleState(self.header.state)

    def job(self, version: int | None = None) -> QuarterJob:
        """What a step of the table needs to know, now."""
        return QuarterJob(
            case=self.opening.number,
            community=self.opening.community,
            quarter=self.start.quarter,
            version=version or self.version,
            extracted_on=self.days.extraction_at.date(),
            due_on=self.days.due_on,
            notices_by=self.days.notices_by,
            at=self.now,
            fee=self.start.fee,
            late_fee=self.start.late_fee,
            calendar=self.calendar,
            customer_roll=self.start.customer_roll,
        )

    def standing_request(self) -> CycleStandingRequest:
        """The question how the bills stand now."""
        return CycleStandingRequest(
            case=self.opening.number,
            community=self.opening.community,
            quarter=self.start.quarter,
            on_day=self.now.date(),
            at=self.now,
        )

    def listing(self) -> ListOverdue:
        """The wish to list the quarter's overdue bills today."""
        return ListOverdue(
            case=self.opening.number,
            community=self.opening.community,
            quarter=self.start.quarter,
            on_day=self.now.date(),
            at=self.now,
        )

    def in_charge(self, clock: Clock) -> Recipient:
        """Each clock waits for one post."""
        return to_role(_WAITS_FOR.get(clock.name, Role.CASHIER))

    def state_label(self, state: str) -> str:
        """The Chinese term of the diagram."""
        return FeeCycleState(state).label

    def facts(self) -> dict[str, str]:
        """What texts may say: the quarter and its figures, CNY."""
        facts = {**super().facts(), "quarter_label": self.start.quarter_label, "version": str(self.version)}
        if self.figures is not None:
            facts |= {"rows": str(self.figures.rows), "amount": f"{self.figures.charge + self.figures.adjustment:.2f}"}
        if self.standing is not None:
            facts |= {"unsent": str(self.standing.unsent), "open_bills": str(self.standing.open_bills)}
        return facts

    def carried(self) -> FeeCycleStart:
        """The next run's start: the same start, with what has happened."""
        progress = FeeCycleProgress(
            case=self.progress(),
            version=self.version,
            chunks=self.chunks,
            figures=self.figures,
            standing=self.standing,
            makers=tuple(sorted(self.makers)),
            handed_over=self.handed_over,
        )
        return self.start.model_copy(update={"progress": progress})

    def settled(self) -> bool:
        """Nothing said since the process last looked is lost with a run."""
        said = self.decision or self.resubmitted or self.rows_dirty or self.notices_moved
        return super().settled() and not said


def _beginning(start: FeeCycleStart) -> FeeCycleProgress:
    """The progress of a cycle that has just been opened."""
    header = CaseHeader(
        number=start.opening.number,
        kind=start.opening.kind,
        community=start.opening.community,
        state=_S.EXTRACTING,
        state_label=_S.EXTRACTING.label,
        level=start.quarter,
        level_label=start.quarter_label,
        accepted_at=start.opening.received_at,
    )
    return FeeCycleProgress(case=CaseProgress(started_at=workflow.info().start_time, header=header))
