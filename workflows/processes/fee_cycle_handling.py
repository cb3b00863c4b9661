"""What staff do to a quarter's cycle, and what it hears of the ledger 收费办理; none of it waits."""

from collections.abc import Callable
from typing import Any, ClassVar

from workflows.messages import fee_cycle as cycle
from workflows.messages.case import CustomerReply
from workflows.messages.fee_cycle import FeeCycleAction, FeeCycleClock, FeeCycleEvent, FeeCycleState
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.processes.fee_cycle_file import Decision, FeeCycleFile
from workflows.rules.allowed_actions import Refused

_S = FeeCycleState


class FeeCycleHandling(FeeCycleFile):
    """A quarter's cycle as people act on it."""

    details_of: ClassVar[dict[str, type[Message]]] = {
        FeeCycleAction.APPROVE: cycle.ApproveDetails,
        FeeCycleAction.REJECT: cycle.RejectDetails,
        FeeCycleAction.RESUBMIT: cycle.ResubmitDetails,
        FeeCycleAction.HAND_OVER: cycle.HandOverDetails,
        FeeCycleAction.MOVE_DEADLINE: cycle.MoveCycleDeadlineDetails,
    }

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Refuse what the table allows and this cycle does not."""
        match action:
            case FeeCycleAction.APPROVE | FeeCycleAction.REJECT:
                self._refuse_review(details.version, actor)
                if action == FeeCycleAction.REJECT and not details.rows:
                    raise Refused("rows_missing", "退回更正须列明退回的明细及原因")
            case FeeCycleAction.RESUBMIT:
                if self.resubmitted is not None:
                    raise Refused("under_way", "更正后的明细正在重算,请稍候")
            case FeeCycleAction.HAND_OVER:
                if self.handed_over:
                    raise Refused("handed_over_already", "明细表已移交管家")
            case FeeCycleAction.MOVE_DEADLINE:
                self.refuse_move(details)

    def _refuse_review(self, version: int, actor: Actor) -> None:
        if actor.code in self.makers:
            raise Refused("same_person", "制表人不得审核自己的应收明细表,请由财务部另一人审核")
        if self.decision is not None or self.rows_dirty:
            raise Refused("under_way", "明细正在重算或审核意见正在入账,请稍候再审")
        if version != self.version:
            raise Refused("stale_version", f"应收明细表现为第{self.version}版,请按现行版本审核")

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what the action does; each is one method."""
        methods: dict[str, Callable[[Any, Actor], None]] = {
            FeeCycleAction.APPROVE: lambda details, actor: self._decide(Decision(approve=True, actor=actor)),
            FeeCycleAction.REJECT: lambda details, actor: self._decide(
                Decision(approve=False, actor=actor, rows=details.rows)
            ),
            FeeCycleAction.RESUBMIT: self._resubmit,
            FeeCycleAction.HAND_OVER: self._hand_over,
            FeeCycleAction.MOVE_DEADLINE: self._move,
        }
        methods[action](details, actor)

    def _decide(self, decision: Decision) -> None:
        """The ledger takes the review in, and says whether it holds; the state follows from that."""
        self.decision = decision
        said = "通过" if decision.approve else f"退回{len(decision.rows)}行"
        self.record(FeeCycleEvent.REVIEW_ASKED, decision.actor, facts={"version": str(self.version), "said": said})

    def _resubmit(self, details: cycle.ResubmitDetails, actor: Actor) -> None:
        self.resubmitted = actor
        self.makers.add(actor.code)
        self.record(FeeCycleEvent.RESUBMITTED, actor, reason=details.reason)

    def _hand_over(self, details: cycle.HandOverDetails, actor: Actor) -> None:
        """The stewards have signed for their lists (S4 4.2.1.5)."""
        self.handed_over = True
        self.clocks.stop(FeeCycleClock.HANDOVER)
        self.record(FeeCycleEvent.HANDED_OVER, actor, facts={"signed_by": "、".join(details.signed_by)})

    def _move(self, details: cycle.MoveCycleDeadlineDetails, actor: Actor) -> None:
        self.record(FeeCycleEvent.DEADLINE_MOVED, actor, reason=details.reason, facts=self.moved(details))

    def hear_word(self, word: PassedOn) -> None:
        """A fact has changed rows of the table, or notices have been sent; the ledger is asked what that means."""
        if word.word is CaseWord.ROWS_DIRTY and self.state in (_S.UNDER_REVIEW, _S.CORRECTING):
            self.rows_dirty = True
            self.revision += 1
        dispatching = self.state is _S.DUNNING and FeeCycleClock.DISPATCH in self.clocks
        if word.word is CaseWord.NOTICES_SENT and (self.state in (_S.APPROVED, _S.COLLECTING) or dispatching):
            self.notices_moved = True
            self.revision += 1

    def take_reply(self, reply: CustomerReply) -> None:
        """No customer's case; what is said all the same is kept, and the supervisor reads it."""
        self.record(FeeCycleEvent.CUSTOMER_REPLIED, reply.recorded_by, reason=reply.text)
        self.tell(NoticeEvent.CUSTOMER_REPLIED, to_role(Role.CS_SUPERVISOR))

    def abort(self) -> None:
        """Closed because an administrator has ended the workflow; the site manager knows."""
        self.end()
        self.record(FeeCycleEvent.ABORTED, SYSTEM, state=_S.CLOSED)
        for role in (Role.SITE_MANAGER, Role.CASHIER):
            self.tell(NoticeEvent.CASE_ABORTED, to_role(role))
