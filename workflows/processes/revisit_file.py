"""The file of one revisit 回访单档: its task, its rounds, whom it concerns; nobody acts here."""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

from workflows.messages.case import CaseHeader, CaseProgress
from workflows.messages.clocks import Clock, ClockRule, ClockStage
from workflows.messages.notices import Recipient, to_role, to_staff
from workflows.messages.people import SYSTEM, Role
from workflows.messages.records import Form, RevisitMatter, RevisitTask
from workflows.messages.revisit import RevisitClock, RevisitProgress, RevisitStart, RevisitState
from workflows.messages.revisit_events import RevisitEvent
from workflows.processes.case_process import CaseProcess
from workflows.rules.revisit_visits import opinion_role

_S = RevisitState
LEVELS: Final = {"general": "一般", "important": "重要", "major": "重大"}
STAYS: Final = "stays"
"""The matter stays in its base and stops counting: 未联系上."""
LEAVES: Final = "leaves"
"""The matter leaves its base: exempted, or overtaken by rework."""


class RevisitFile(CaseProcess):
    """A revisit as it stands: the 回访任务, the 《回访记录表》 of each round, attempts and new matters.

    ``to_link`` are numbers of matters that wait for a case of their own, ``to_uncount`` whether the selection has to
    hear that the matter counts no more, ``wanted`` whom the supervisor has named ("" for whom the rule finds).
    """

    def __init__(self, start: RevisitStart) -> None:
        progress = start.progress or _beginning(start)
        super().__init__(start.opening, start.calendar, progress.case)
        self.start = start
        self.policy = start.policy
        self.task = progress.task
        self.records = list(progress.records)
        self.attempts = list(progress.attempts)
        self.matters = list(progress.matters)
        self.to_link = list(progress.to_link)
        self.to_uncount = progress.to_uncount
        self.wanted = progress.wanted

    @property
    def state(self) -> RevisitState:
        """The state as the enum that the steps and rules know."""
        return RevisitState(self.header.state)

    @property
    def visitor_role(self) -> Role | None:
        """The role in which the visitor makes it."""
        return Role(self.task.visitor_role) if self.task.visitor_role else None

    @property
    def opinion_by(self) -> Role | None:
        """Who gives the opinion, None for nobody (R18)."""
        return opinion_role(self.visitor_role, self.policy)

    @property
    def open_matters(self) -> list[RevisitMatter]:
        """New matters that are neither answered nor a case of their own."""
        return [matter for matter in self.matters if matter.answered_at is None and not matter.linked_case]

    def fill_in(self, **columns: Any) -> None:
        """Write columns of the task."""
        self.task = self.task.model_copy(update=columns)

    def change_matter(self, number: int, **changes: Any) -> None:
        """Change one of the matters."""
        self.matters[number - 1] = self.matters[number - 1].model_copy(update=changes)

    def start_clock(
        self, clock: RevisitClock, rule: ClockRule, *, since: datetime | None = None, due_at: datetime | None = None
    ) -> None:
        """Start one of the revisit's clocks, now if not said otherwise."""
        self.clocks.start_rule(clock, clock.label, rule, since or self.now, due_at)

    def clock_rang(self, clock: Clock, stage: ClockStage) -> None:
        """As for every case; a window that has passed is 逾期回访."""
        super().clock_rang(clock, stage)
        if clock.name == RevisitClock.WINDOW and stage is ClockStage.BREACHED:
            self.record(RevisitEvent.OVERDUE, SYSTEM)

    def in_charge(self, clock: Clock) -> Recipient:
        """The visitor; the supervisor while there is none; for the opinion whoever gives it."""
        if clock.name == RevisitClock.OPINION:
            return to_role(self.opinion_by or Role.CS_SUPERVISOR)
        return to_staff(self.header.assignee) if self.header.assignee else to_role(Role.CS_SUPERVISOR)

    def facts(self) -> dict[str, str]:
        """What every text may say of it."""
        return {**super().facts(), "original": self.start.original, "visitor": self.header.assignee}

    def state_label(self, state: str) -> str:
        """The Chinese term of the diagram."""
        return RevisitState(state).label

    def forms(self) -> tuple[Form, ...]:
        """The task, the 《回访记录表》 of each round, the attempts and the matters."""
        return (self.task, *self.records, *self.attempts, *self.matters)

    def carried(self) -> RevisitStart:
        """The next run's start: the same start, with what has happened."""
        progress = RevisitProgress(
            case=self.progress(),
            task=self.task,
            records=tuple(self.records),
            attempts=tuple(self.attempts),
            matters=tuple(self.matters),
            to_link=tuple(self.to_link),
            to_uncount=self.to_uncount,
            wanted=self.wanted,
        )
        return self.start.model_copy(update={"progress": progress})


def _beginning(start: RevisitStart) -> RevisitProgress:
    """The progress of a revisit that has just been selected."""
    header = CaseHeader(
        number=start.opening.number,
        kind=start.opening.kind,
        community=start.opening.community,
        state=_S.PLANNED,
        state_label=_S.PLANNED.label,
        level=start.level,
        level_label=LEVELS.get(start.level, start.level),
    )
    task = RevisitTask(
        original=start.original,
        original_kind=start.original_kind,
        original_round=start.original_round,
        rule=start.selection.rule,
        position=start.selection.position,
        mandatory=start.selection.mandatory,
        completed_at=start.completed_at,
        window_ends_at=start.selection.due_at or start.completed_at,
    )
    return RevisitProgress(case=CaseProgress(started_at=workflow.info().start_time, header=header), task=task)
