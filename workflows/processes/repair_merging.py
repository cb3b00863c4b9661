"""Duplicates of a repair 并单: one case goes on, every reporter is informed and heard (RPR-09, RPR-21).

The merged case closes and forwards what its customer says; the main case tells that customer what it tells its own.
A main case that is over, or closed, does not take it: then the merged case goes on as it was.
"""

from dataclasses import dataclass

from workflows.messages.case import CustomerReply
from workflows.messages.clocks import Clock
from workflows.messages.identifiers import CaseKind, kind_of
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.repair import RepairClock, RepairStart, RepairState
from workflows.messages.repair_actions import MergeDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_revisiting import RepairRevisiting
from workflows.rules.allowed_actions import Refused

_S = RepairState


@dataclass(frozen=True)
class BeforeMerging:
    """How the case stood when it was given to another, to go on from if that one does not take it."""

    state: RepairState
    clocks: tuple[Clock, ...]


class RepairMerging(RepairRevisiting):
    """A repair that may be the same as another."""

    def __init__(self, start: RepairStart) -> None:
        super().__init__(start)
        self.before_merging: BeforeMerging | None = None

    # The case that is merged

    @property
    def is_merged(self) -> bool:
        """Whether another case has the matter now."""
        return self.state is _S.CLOSED and bool(self.repair.merged_into)

    def refuse_merging(self, details: MergeDetails, actor: Actor) -> None:
        """Into another repair, and not while others have been merged into this one."""
        into = details.into.strip()
        if kind_of(into) is not CaseKind.REPAIR or into == self.opening.number:
            raise Refused("not_a_repair", "请填写另一张报修单的单号")
        if self.merged:
            raise Refused("has_merged_cases", "已有其他报修并入本单,请把对方并入本单")

    def merge(self, details: MergeDetails, actor: Actor) -> None:
        """并单: closed, unless the other case turns out to be over; its technician need not go once it is certain."""
        into = details.into.strip()
        self.before_merging = BeforeMerging(self.state, self.clocks.all)
        self.fill_in(merged_into=into)
        self.close(RepairEvent.MERGED, actor, details.reason, facts={"into": into})
        self.pass_on(into, CaseWord.MERGED)

    def word_passed(self, word: PassedOn, heard: bool) -> None:
        """What follows from another case's having heard a word, or having been over."""
        match word.word:
            case CaseWord.MERGED if heard:
                self.make_way()
            case CaseWord.MERGED:
                self.go_on_unmerged("over")
            case CaseWord.REPLY_FORWARDED if not heard and word.reply is not None:
                self.take_own_reply(word.reply, decides=word.facts.get("reporter") == "yes")
            case _:
                super().word_passed(word, heard)

    def make_way(self) -> None:
        """The other case has the matter: the customer learns its number, the technician that he need not go."""
        if not self.is_merged:
            return
        technician = self.withdraw()
        facts = {"into": self.repair.merged_into}
        if technician:
            self.record(RepairEvent.WITHDRAWN, SYSTEM, facts={"technician": technician})
            self.tell(NoticeEvent.CASE_MERGED, to_staff(technician), facts)
        self.tell(NoticeEvent.CASE_MERGED, to_customer(), facts)

    def go_on_unmerged(self, why: str) -> None:
        """并单未成: the case is as it was, but for a technician who was told not to go; the desk is told."""
        if not self.is_merged:
            return
        before, self.before_merging = self.before_merging, None
        state = before.state if before is not None else _S.ACCEPTED if self.header.accepted_at else _S.RECEIVED
        nobody_goes = state in (_S.DISPATCHED, _S.ACKNOWLEDGED) and not self.header.assignee
        facts = {"into": self.repair.merged_into, "why": why}
        self.header = self.header.model_copy(update={"closed_at": None})
        self.reopen_until = None
        self.fill_in(merged_into="", closed_as="")
        self.restart_clocks(before.clocks if before is not None else (), nobody_goes=nobody_goes)
        self.record(RepairEvent.MERGE_FAILED, SYSTEM, state=_S.ACCEPTED if nobody_goes else state, facts=facts)
        self.tell(
            NoticeEvent.DUPLICATE_SUSPECTED, to_role(Role.CS_ASSISTANT), {"cases": facts["into"], "failed": "yes"}
        )

    def restart_clocks(self, clocks: tuple[Clock, ...], *, nobody_goes: bool) -> None:
        """Let the clocks run on as if they had not been stopped."""
        for clock in clocks:
            if not (nobody_goes and clock.name == RepairClock.TECHNICIAN_ANSWER):
                self.clocks.start(clock)
        if not self.header.accepted_at:
            if RepairClock.ACCEPTANCE not in self.clocks:
                self.start_clock(RepairClock.ACCEPTANCE, self.policy.acceptance)
            return
        if RepairClock.DISPATCH not in self.clocks and not self.header.assignee:
            self.start_dispatch_clock()
        if RepairClock.FINISH not in self.clocks:
            self.start_finish_clock()

    # The main case

    def hear_word(self, word: PassedOn) -> None:
        """Hear of a case that is merged into this one, what its customer says, or how the revisit went."""
        match word.word:
            case CaseWord.MERGED:
                self.take_over(word.sender)
            case CaseWord.MERGE_REFUSED:
                self.go_on_unmerged("closed")
            case CaseWord.REPLY_FORWARDED if word.reply is not None:
                self.take_forwarded_reply(word)
            case _:
                super().hear_word(word)

    def take_over(self, number: str) -> None:
        """并入: its customer is told what ours is; a case that is closed takes nobody's place."""
        if self.state is _S.CLOSED:
            self.pass_on(number, CaseWord.MERGE_REFUSED)
            return
        if number not in self.merged:
            self.merged.append(number)
        self.record(RepairEvent.JOINED, SYSTEM, facts={"case": number})

    def take_forwarded_reply(self, word: PassedOn) -> None:
        """What the customer of a merged case says."""
        if word.sender in self.merged and word.reply is not None:
            decides = word.facts.get("reporter") == "yes"
            self.take_own_reply(word.reply, decides=decides, forwarded=True)

    def forward(self, reply: CustomerReply, *, decides: bool) -> None:
        """Pass on what the customer says to the case that has the matter, and note that he said it."""
        into, label = self.repair.merged_into, reply.intent.label
        facts = {"intent": reply.intent.value, "reporter": "yes" if decides else "no", "into": into}
        self.record(RepairEvent.CUSTOMER_REPLIED, reply.recorded_by, label=label, reason=reply.text, facts=facts)
        self.pass_on(into, CaseWord.REPLY_FORWARDED, facts=facts, text=reply.text, reply=reply)

    def take_own_reply(self, reply: CustomerReply, *, decides: bool, forwarded: bool = False) -> None:
        """Do what a reply does in this case's state."""
        raise NotImplementedError
