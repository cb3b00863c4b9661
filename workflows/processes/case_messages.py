"""What is said to a case 来件: staff act on it, customers reply, other cases pass on what concerns it.

Each message is taken once, whatever state the case is in; what it does is a process's own.
"""

from typing import Any, ClassVar, Final, NoReturn

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import ActionRequest, ActionResult, CaseOpening, CaseProgress, CaseView, CustomerReply
from workflows.messages.message import Message
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import Actor, Role
from workflows.processes.case_file import CaseFile
from workflows.processes.correspondence import Correspondence
from workflows.rules.allowed_actions import Refused, allowed_actions, check_action

REMEMBERED: Final = 1000
"""Ids of messages that a case remembers; older ones come back only from somebody who has waited for months."""


class CaseMessages(CaseFile):
    """One case of any kind, as it is spoken to. Subclasses give actions and what a reply or another's word does."""

    details_of: ClassVar[dict[str, type[Message]]] = {}
    """The details model of each action that has details."""

    def __init__(self, opening: CaseOpening, calendar: WorkingCalendar, progress: CaseProgress) -> None:
        super().__init__(opening, calendar, progress)
        self.seen = dict(progress.seen)
        self.waiting_for = ""
        self.correspondence = Correspondence((), self.word_passed)

    # What a process says of itself

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what an allowed action does; the details are of the action's own model."""
        raise NotImplementedError

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Raise :class:`Refused` when an action that the table allows is still not possible in this case."""

    def take_reply(self, reply: CustomerReply) -> None:
        """Do what a customer's reply does in the present state."""
        raise NotImplementedError

    def hear_word(self, word: PassedOn) -> None:
        """Do what another case's word does in the present state; a kind of case that awaits none ignores it."""

    def word_passed(self, word: PassedOn, heard: bool) -> None:
        """Do what follows from another case's having heard a word, or having been over."""

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

    @workflow.signal(name="hear", description="他单转告 / another case's word")
    def hear(self, word: PassedOn) -> None:
        """Take another case's word once, whatever state this one is in."""
        if word.message_id in self.seen or word.community != self.opening.community:
            return
        self.ring_clocks()
        self.hear_word(word)
        self._remember(word.message_id, self._standing())

    def pass_on(
        self,
        to: str,
        word: CaseWord,
        *,
        facts: dict[str, str] | None = None,
        text: str = "",
        reply: CustomerReply | None = None,
    ) -> None:
        """Have another case told; words to the same case are told apart by their count."""
        key = f"word:{word}:{to}"
        self.occurrences[key] = self.occurrences.get(key, 0) + 1
        number = self.opening.number
        self.correspondence.pass_on(
            PassedOn(
                to=to,
                sender=number,
                community=self.opening.community,
                message_id=f"{number}:{word}:{self.occurrences[key]}",
                word=word,
                at=self.now,
                facts=facts or {},
                text=text,
                reply=reply,
            )
        )
        self.revision += 1

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
            allowed={role: actions for role in Role if (actions := self._allowed(role, is_assignee=True))},
        )


def reject(code: str, message: str) -> NoReturn:
    """Reject an update: a stable code for machines, a sentence for people, nothing in the history."""
    raise ApplicationError(message, type=code, non_retryable=True)
