"""How a case lives 单据流程: taking step after step, and waiting while the clocks ring.

``until`` waits for something to happen, computes the next instant anew after every event, and continues as new
when the history is long. A process is a subclass with its own states and steps.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import Role
from workflows.processes.alarm import Alarm
from workflows.processes.case_messages import CaseMessages
from workflows.processes.manager_view import ManagerView

Answer = TypeVar("Answer")


class CaseProcess(CaseMessages):
    """One case of any kind, as a process. Subclasses give states and steps."""

    def __init__(self, opening: CaseOpening, calendar: WorkingCalendar, progress: CaseProgress) -> None:
        super().__init__(opening, calendar, progress)
        self.conflict_told = False
        self.in_one_order = True
        self.alarm = Alarm()
        self._questions: list[Callable[[], ActivityHandle[Any]]] = []
        self._answers: list[ActivityHandle[Any]] = []
        self._manager_view = ManagerView()

    # What a process says of itself

    async def step(self) -> None:
        """Take the step that the present state calls for, and return when it is over."""
        raise NotImplementedError

    def is_over(self) -> bool:
        """Whether nothing more can happen to the case."""
        raise NotImplementedError

    def abort(self) -> None:
        """Close the case because an administrator has cancelled its workflow, and tell who has to know."""
        raise NotImplementedError

    def carried(self) -> Message:
        """The start message of the next run, with the progress so far."""
        raise NotImplementedError

    # Living and waiting

    async def live(self) -> None:
        """Take step after step until the case is over and nothing is under way any more.

        What comes in while the last lines are being written may open the case again. An administrator's
        cancellation closes the case on record before the workflow ends.
        """
        try:
            while not self.is_over():
                await self.step()
                if self.is_over():
                    await self.until(lambda: self.settled() or not self.is_over(), "整理记录")
        except asyncio.CancelledError:
            self._questions, self._answers = [], []
            self.abort()
            await self.until(self.settled, "已被管理员终止,整理记录")
            raise

    async def until(self, happened: Callable[[], bool], waiting_for: str, *, deadline: datetime | None = None) -> bool:
        """Wait, with the clocks ringing, until something has happened; False when ``deadline`` came first.

        The next instant is computed anew after every event, so an override or a pause moves it. ``waiting_for``
        is what a manager reads: whom or what the case waits for, without personal data.
        """
        self.waiting_for = waiting_for
        while True:
            self.ring_clocks()
            self._tell_of_a_conflict()
            if happened():
                return True
            if deadline is not None and self.now >= deadline:
                return False
            await self._speak(happened, deadline)
            if self.should_continue_as_new():
                workflow.continue_as_new(self.carried())

    async def ask(self, question: Callable[[], ActivityHandle[Answer]], waiting_for: str) -> Answer | None:
        """Have an effect started and wait for its answer; None when it failed for good.

        ``question`` starts the effect, such as ``lambda: start_offering(request)``.
        """
        return (await self.ask_all([question], waiting_for))[0]

    async def ask_all(
        self, questions: Sequence[Callable[[], ActivityHandle[Answer]]], waiting_for: str
    ) -> list[Answer | None]:
        """Have several effects of one kind started at once, and wait for all their answers, in the questions' order."""
        self._questions = list(questions)
        if not self._questions:
            return []
        await self.until(lambda: bool(self._answers) and all(one.done() for one in self._answers), waiting_for)
        answers, self._answers = self._answers, []
        return [self._answer_of(one) for one in answers]

    @staticmethod
    def _answer_of(answer: ActivityHandle[Answer]) -> Answer | None:
        if answer.exception() is not None:
            workflow.logger.error("effect_failed")
            return None
        return answer.result()

    async def _speak(self, happened: Callable[[], bool], deadline: datetime | None) -> None:
        """Say everything to Temporal in one order, then wait for the next event.

        Nothing else in a process sends Temporal anything: a worker that has to rebuild a case may be handed an
        update and an activity's result in another order than the first time, and the commands must not depend
        on it (``docs/decisions/0012-one-voice.md``). So what does not wait for lines that are being written comes
        before the lines of this step, and what is asked or passed on after them. ``in_one_order`` is False only in a
        case that was begun before this was so.
        """
        revision = self.revision
        self._manager_view.show(self.header, self.waiting_for, self.clocks.all, self.opening.unit)
        next_ring, label = self.clocks.next_ring()
        if deadline is not None and (next_ring is None or deadline < next_ring):
            next_ring, label = deadline, self.waiting_for
        await self.alarm.set(next_ring, self.now, label)
        if self.in_one_order:
            self.messenger.send_emergencies()
        self.recorder.send()
        self.messenger.send()
        if self._may_ask():
            self.correspondence.send()
            if self._questions:
                self._answers, self._questions = [question() for question in self._questions], []
        await workflow.wait_condition(
            lambda: (
                happened()
                or self.revision != revision
                or self.alarm.rang
                or self.recorder.ready
                or self.messenger.ready
                or (self.correspondence.ready and self._may_ask())
                or self._sees_a_new_conflict()
                or self.should_continue_as_new()
            )
        )

    def _may_ask(self) -> bool:
        """Whether every line of what has happened so far is on its way, so that asking comes after it."""
        return not (self.in_one_order and self.recorder.holds_back)

    def _sees_a_new_conflict(self) -> bool:
        return self.recorder.refused is not None and not self.conflict_told

    def _tell_of_a_conflict(self) -> None:
        """The record says something else under this number: the case goes on, unrecorded, and a person is told."""
        if self._sees_a_new_conflict():
            self.conflict_told = True
            self.tell(NoticeEvent.RECORD_CONFLICT, to_role(Role.CS_SUPERVISOR), emergency=True)

    def settled(self) -> bool:
        """Whether nothing is under way: every line written that can be, everybody told, every message answered."""
        asking = bool(self._questions or self._answers)
        written = self.recorder.idle or self.recorder.refused is not None
        told = self.messenger.idle and self.correspondence.idle
        return written and not asking and told and workflow.all_handlers_finished()

    def should_continue_as_new(self) -> bool:
        """Whether the history is long and nothing is under way that the next run would not know of."""
        suggested = workflow.info().is_continue_as_new_suggested()
        return suggested and self.recorder.refused is None and self.settled()

    def progress(self) -> CaseProgress:
        """The common part of what the next run has to know."""
        return CaseProgress(
            started_at=self.started_at,
            header=self.header,
            clocks=self.clocks.all,
            seen=self.seen,
            occurrences=self.occurrences,
        )
