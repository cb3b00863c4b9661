"""How a revisit comes to its end 回访办结: settled, not reached, left out, overtaken; then the opinion."""

from workflows.messages import revisit_actions as actions
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.revisit import ExemptGround, RevisitClock, RevisitState
from workflows.messages.revisit_events import RevisitEvent
from workflows.processes.revisit_file import LEAVES
from workflows.processes.revisit_matters import RevisitMatters
from workflows.rules.allowed_actions import Refused
from workflows.rules.authority import LADDER

_S = RevisitState


class RevisitClosing(RevisitMatters):
    """A revisit on its way to the end."""

    def finish(
        self, result: str, event: RevisitEvent, state: RevisitState, actor: Actor, facts: dict[str, str] | None = None
    ) -> None:
        """The visiting is over; what remains is the opinion, and new matters."""
        self.clocks.stop(RevisitClock.WINDOW, RevisitClock.RECTIFICATION)
        self.fill_in(result=result)
        self.record(event, actor, state=state, facts=facts)
        if state is not _S.SATISFIED:  # satisfied is said first, and that it is over once that has been heard
            self.pass_on(self.start.original, CaseWord.REVISIT_OVER, facts={"result": result})
        if state is not _S.EXEMPT and self.opinion_by is not None:
            self.start_clock(RevisitClock.OPINION, self.policy.opinion)
            self.tell(NoticeEvent.REVISIT_TO_REVIEW, to_role(self.opinion_by))

    def word_passed(self, word: PassedOn, heard: bool) -> None:
        """That it is over follows that it was satisfied, so that no word overtakes the other."""
        if word.word is CaseWord.REVISIT_SATISFIED:
            self.pass_on(self.start.original, CaseWord.REVISIT_OVER, facts={"result": "satisfied"})

    def refuse_exemption(self, details: actions.ExemptDetails, actor: Actor) -> None:
        """With evidence; an open letter does not spare a 重大 matter its visit (R10)."""
        if not details.reason.strip():
            raise Refused("reason_required", "请写明免回访的依据")
        if details.ground is ExemptGround.OPEN_LETTER:
            if self.start.level == "major":
                raise Refused("onsite_required", "重大事项即使已发公开信也要回访")
            if not details.letter.strip():
                raise Refused("letter_required", "请写明公开信的编号")

    def exempt(self, details: actions.ExemptDetails, actor: Actor) -> None:
        """免回访: an open letter counts as the visit (R10), every other ground takes the matter out of its base."""
        self.fill_in(exempt_ground=details.ground.value, opinion=details.reason, opinion_by=actor.code)
        self.fill_in(opinion_at=self.now)
        if details.ground is not ExemptGround.OPEN_LETTER:
            self.to_uncount = LEAVES
        facts = {"ground": details.ground.value, "letter": details.letter}
        was_over = self.state is _S.UNREACHABLE
        if was_over:
            self.fill_in(result="exempt")
            self.clocks.stop(RevisitClock.OPINION)
            self.record(RevisitEvent.EXEMPTED, actor, state=_S.EXEMPT, reason=details.reason, facts=facts)
        else:
            self.finish("exempt", RevisitEvent.EXEMPTED, _S.EXEMPT, actor, facts)

    def refuse_opinion(self, details: actions.OpinionDetails, actor: Actor) -> None:
        """By whom it is up to, or higher, and nobody on his own revisit (R18)."""
        if not details.opinion.strip():
            raise Refused("opinion_required", "请写明审阅意见")
        by = self.opinion_by or Role.CS_SUPERVISOR
        if LADDER.index(actor.role) < LADDER.index(by):
            raise Refused("beyond_authority", f"这次回访须由{by.label}审阅")
        if actor.code and actor.code == self.task.visitor:
            raise Refused("own_revisit", "不能审阅自己做的回访")

    def give_opinion(self, details: actions.OpinionDetails, actor: Actor) -> None:
        """审阅意见: with it the revisit is done, but for new matters."""
        self.fill_in(opinion=details.opinion, opinion_by=actor.code, opinion_at=self.now)
        self.clocks.stop(RevisitClock.OPINION)
        self.record(RevisitEvent.REVIEWED, actor, reason=details.opinion)

    def withdraw(self, event: RevisitEvent | NoticeEvent) -> None:
        """撤销: rework has overtaken it (R14); what the customer raised in it remains to be answered."""
        self.clocks.stop(RevisitClock.WINDOW, RevisitClock.RECTIFICATION)
        self.to_uncount = LEAVES
        self.fill_in(result="withdrawn")
        self.header = self.header.model_copy(update={"closed_at": self.now})
        self.record(event, SYSTEM, state=_S.WITHDRAWN)
