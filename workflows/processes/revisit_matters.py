"""New matters that a revisit brings up 回访新意见 (R7, R9, R21): answered, appointed, or a case of their own."""

from typing import Final

from workflows.messages import revisit_actions as actions
from workflows.messages.notices import NoticeEvent, to_customer, to_role
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.records import RevisitMatter
from workflows.messages.revisit import RevisitClock
from workflows.messages.revisit_actions import RaisedMatter
from workflows.messages.revisit_events import RevisitEvent
from workflows.processes.revisit_file import RevisitFile
from workflows.rules.allowed_actions import Refused
from workflows.rules.business_time import spoken

REPAIR_MATTER: Final = "repair"
"""The kind of matter that becomes a case of its own; the others are answered here until their processes exist."""


def reply_clock(matter: int) -> str:
    """The name of the clock that runs to the appointed time of a matter."""
    return f"{RevisitClock.REPLY}-{matter}"


class RevisitMatters(RevisitFile):
    """A revisit and what the customer raised in it: nothing is over before each is answered or a case."""

    def raise_matter(self, matter: RaisedMatter, round_: int, actor: Actor) -> None:
        """提出新意见: answered at once, a case of its own, or answered by the appointed time (R7)."""
        number = len(self.matters) + 1
        answered = bool(matter.answer.strip())
        self.matters.append(
            RevisitMatter(
                number=number,
                round=round_,
                kind=matter.kind,
                text=matter.text,
                raised_at=self.now,
                appointed_at=None if answered else matter.appointed_at,
                answered_at=self.now if answered else None,
                answer=matter.answer,
            )
        )
        facts = {"matter": str(number), "kind": matter.kind, "appointed_at": spoken(matter.appointed_at)}
        self.record(RevisitEvent.MATTER_RAISED, actor, facts=facts)
        if answered:
            return
        self.clocks.start_rule(
            reply_clock(number), RevisitClock.REPLY.label, self.policy.reply, self.now, matter.appointed_at
        )
        if matter.kind == REPAIR_MATTER:
            self.to_link.append(number)
        self.tell(NoticeEvent.MATTER_RAISED, to_role(Role.CS_SUPERVISOR), facts)
        self.tell(NoticeEvent.MATTER_APPOINTED, to_customer(self.start.original), facts)

    def link_matter(self, number: int, case: str) -> None:
        """新意见立单: from here on it is that case's promise."""
        self.change_matter(number, linked_case=case)
        self.clocks.stop(reply_clock(number))
        self.record(RevisitEvent.MATTER_LINKED, SYSTEM, facts={"matter": str(number), "case": case})

    def refuse_answer(self, details: actions.AnswerMatterDetails, actor: Actor) -> None:
        """Only a matter that is open, and with an answer."""
        if details.matter not in {matter.number for matter in self.open_matters}:
            raise Refused("unknown_matter", "没有这项待答复的意见,请核对序号")
        if not details.answer.strip():
            raise Refused("answer_required", "请写明怎样答复了客户")

    def answer_matter(self, details: actions.AnswerMatterDetails, actor: Actor) -> None:
        """答复意见."""
        self.change_matter(details.matter, answered_at=self.now, answer=details.answer)
        self.clocks.stop(reply_clock(details.matter))
        self.to_link = [number for number in self.to_link if number != details.matter]
        self.record(RevisitEvent.MATTER_ANSWERED, actor, facts={"matter": str(details.matter)})
