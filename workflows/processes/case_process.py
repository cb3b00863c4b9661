"""How a case is asked and how it waits: answering staff and customers, and waiting while the clocks ring.

``until`` waits for something to happen, computes the next instant anew after every event, and continues as new
when the history is long. A process is a subclass with its own states and steps.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final, NoReturn, TypeVar

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.workflow import ActivityHandle

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import ActionRequest, ActionResult, CaseOpening, CaseProgress, CaseView, CustomerReply
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import Actor, Role
from workflows.processes.alarm import Alarm
from workflows.processes.case_file import CaseFile
from workflows.processes.manager_view import ManagerView
from workflows.rules.allowed_actions import Refused, allowed_actions, check_action

Answer = TypeVar("Answer")

REMEMBERED: Final = 1000
"""Ids of messages that a case remembers; older ones come back only from somebody who has waited for months."""


class CaseProcess(CaseFile):
    """One case of any kind, as a process. Subclasses give states, steps, actions and what a customer's reply does."""

    details_of: ClassVar[dict[str, type[Message]]] = {}
    """The details model of each action that has details."""

    def __init__(self, opening: CaseOpening, calendar: WorkingCalendar, progress: CaseProgress) -> None:
        super().__init__(opening, calendar, progress)
        self.seen = dict(progress.seen)
        self.waiting_for = ""
        self.conflict_told = False
        self.alarm = Alarm()
        self._question: Callable[[], ActivityHandle[Any]] | None = None
        self._answer: ActivityHandle[Any] | None = None
        self._manager_view = ManagerView()

    # What a process says of itself

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what an allowed action does; the details are of the action's own model."""
        raise NotImplementedError

    async def step(self) -> None:
        """Take the step that the present state calls for, and return when it is over."""
        raise NotImplementedError

    def is_over(self) -> bool:
        """Whether nothing more can happen to the case."""
        raise NotImplementedError

    def abort(self) -> None:
        """Close the case because an administrator has cancelled its workflow, and tell who has to know."""
        raise NotImplementedError

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Raise :class:`Refused` when an action that the table allows is still not possible in this case."""

    def take_reply(self, reply: CustomerReply) -> None:
        """Do what a customer's reply does in the present state."""
        raise NotImplementedError

    def carried(self) -> Message:
        """The start message of the next run, with the progress so far."""
        raise NotImplementedError

    # Messages

    @workflow.update(name="act", description="员工办理 / a member of staff acts on the case")
    async def act(self, request: ActionRequest) -> ActionResult:
        """Carry out an action and answer with the new state and what the same person may do next."""
        if request.message_id not in self.seen:
            self.ring_clocks()
            self.carry_out(request.action, self._details(request), request.actor)
            self._remember(request.message_id, self._result(request))
        return self.seen[request.message_id]

    @act.validator
    def check_act(self, request: ActionRequest) -> None:
        """Refuse, without a trace in the history, what is not allowed (``workflows/rules/allowed_actions.py``)."""
        if request.message_id in self.seen:
            return
        if request.community != self.opening.community:
            reject("wrong_community", "本项目没有这张单")
        try:
            check_action(
                self.opening.kind,
                request.action,
                self.header.state,
                self.header.state_label,
                request.actor.role,
                is_assignee=self._is_assignee(request.actor),
            )
            self.refuse(request.action, self._details(request), request.actor)
        except Refused as refusal:
            reject(refusal.code, str(refusal))
        except ValidationError:
            reject("invalid_details", "办理内容不完整或格式不对,请核对后重新提交")

    def _details(self, request: ActionRequest) -> Message | None:
        model = self.details_of.get(request.action)
        return None if model is None else model.model_validate(request.details)

    def _is_assignee(self, actor: Actor) -> bool:
        return bool(actor.code) and actor.code == self.header.assignee

    def _result(self, request: ActionRequest) -> ActionResult:
        allowed = self._allowed(request.actor.role, is_assignee=self._is_assignee(request.actor))
        return self._standing().model_copy(update={"allowed": allowed, "digest": request.digest})

    def _standing(self) -> ActionResult:
        """How the case stands after a message."""
        return ActionResult(
            number=self.opening.number, state=self.header.state, state_label=self.header.state_label, at=self.now
        )

    def _allowed(self, role: Role, *, is_assignee: bool) -> tuple[str, ...]:
        return allowed_actions(self.opening.kind, self.header.state, role, is_assignee=is_assignee)

    @workflow.signal(name="reply", description="客户回复 / the customer's word")
    def reply(self, reply: CustomerReply) -> None:
        """Take a customer's reply once, whatever state the case is in."""
        if reply.message_id in self.seen or reply.community != self.opening.community:
            return
        self.ring_clocks()
        self.take_reply(reply)
        self._remember(reply.message_id, self._standing())

    def _remember(self, message_id: str, answer: ActionResult) -> None:
        self.seen[message_id] = answer
        if len(self.seen) > REMEMBERED:
            del self.seen[next(iter(self.seen))]

    @workflow.query(name="view", description="实时状态 / the case as it is now")
    def view(self) -> CaseView:
        """The case as it is now, with its clocks and what each role may do; no personal data."""
        return CaseView(
            number=self.opening.number,
            kind=self.opening.kind,
            community=self.opening.community,
            unit=self.opening.unit,
            state=self.header.state,
            state_label=self.header.state_label,
            level=self.header.level,
            assignee=self.header.assignee,
            now=self.now,
            due_at=self.header.due_at,
            breached=self.header.breached,
            clocks=self.clocks.all,
            waiting_for=self.waiting_for,
            allowed={
                role: actions for role in Role if (actions := self._allowed(role, is_assignee=role is Role.TECHNICIAN))
            },
        )

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
            self._question = self._answer = None
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
        self._question = question
        await self.until(lambda: self._answer is not None and self._answer.done(), waiting_for)
        answer, self._answer = self._answer, None
        if answer is None or answer.exception() is not None:
            workflow.logger.error("effect_failed")
            return None
        result: Answer = answer.result()
        return result

    async def _speak(self, happened: Callable[[], bool], deadline: datetime | None) -> None:
        """Say everything to Temporal in one order, then wait for the next event.

        Nothing else in a process sends Temporal anything: a worker that has to rebuild a case may be handed an
        update and an activity's result in another order than the first time, and the commands must not depend
        on it (``docs/decisions/0012-one-voice.md``).
        """
        revision = self.revision
        self._manager_view.show(self.header, self.waiting_for, self.clocks.all)
        next_ring, label = self.clocks.next_ring()
        if deadline is not None and (next_ring is None or deadline < next_ring):
            next_ring, label = deadline, self.waiting_for
        await self.alarm.set(next_ring, self.now, label)
        self.recorder.send()
        self.messenger.send()
        if self._question is not None:
            self._answer, self._question = self._question(), None
        await workflow.wait_condition(
            lambda: (
                happened()
                or self.revision != revision
                or self.alarm.rang
                or self.recorder.ready
                or self.messenger.ready
                or self._sees_a_new_conflict()
                or self.should_continue_as_new()
            )
        )

    def ring_clocks(self) -> None:
        """Ring what is due. Messages come before timers, so each is preceded by this: a missed limit stays missed."""
        self.clocks.ring(self.now, self.clock_rang)

    def _sees_a_new_conflict(self) -> bool:
        return self.recorder.refused is not None and not self.conflict_told

    def _tell_of_a_conflict(self) -> None:
        """The record says something else under this number: the case goes on, unrecorded, and a person is told."""
        if self._sees_a_new_conflict():
            self.conflict_told = True
            self.tell(NoticeEvent.RECORD_CONFLICT, to_role(Role.CS_SUPERVISOR), emergency=True)

    def settled(self) -> bool:
        """Whether nothing is under way: every line written that can be, everybody told, every message answered."""
        asking = self._question is not None or self._answer is not None
        written = self.recorder.idle or self.recorder.refused is not None
        return written and not asking and self.messenger.idle and workflow.all_handlers_finished()

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


def reject(code: str, message: str) -> NoReturn:
    """Reject an update: a stable code for machines, a sentence for people, nothing in the history."""
    raise ApplicationError(message, type=code, non_retryable=True)
