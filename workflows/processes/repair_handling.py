"""What staff and customers do to a repair 报修办理: which action and which reply is which method; none of them waits.

The procedure that waits for them is in ``repair``; who may do what in which state is in
``workflows/rules/allowed_actions.py`` and ``repair_replies.py``.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from workflows.messages import repair_actions as actions
from workflows.messages.case import CustomerReply
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import Actor, Role
from workflows.messages.repair import RepairClock, RepairState
from workflows.messages.repair_actions import MoveDeadlineDetails, RepairAction
from workflows.messages.repair_events import RepairEvent
from workflows.processes.quoting import QUOTE_DETAILS
from workflows.processes.repair_finishing import RATINGS
from workflows.processes.repair_paying import RepairPaying
from workflows.rules.allowed_actions import Refused
from workflows.rules.authority import Decision, deciders
from workflows.rules.repair_classification import classify
from workflows.rules.repair_replies import ReplyEffect, effect_of, effect_when_forwarded, speaks_for_the_case

_S = RepairState


class RepairHandling(RepairPaying):
    """A repair as people act on it."""

    details_of: ClassVar[dict[str, type[Message]]] = {
        RepairAction.ACCEPT: actions.AcceptDetails,
        RepairAction.DISPATCH: actions.DispatchDetails,
        RepairAction.DECLINE: actions.DeclineDetails,
        RepairAction.COMPLETE: actions.CompleteDetails,
        RepairAction.CANCEL: actions.CancelDetails,
        RepairAction.MOVE_DEADLINE: actions.MoveDeadlineDetails,
        RepairAction.WRONG_TRADE: actions.WrongTradeDetails,
        RepairAction.NO_SHOW: actions.NoShowDetails,
        RepairAction.CALL: actions.CallDetails,
        RepairAction.RESCHEDULE: actions.RescheduleDetails,
        RepairAction.SEND_SECOND: actions.SendSecondDetails,
        RepairAction.SUSPEND: actions.SuspendDetails,
        RepairAction.RESUME: actions.ResumeDetails,
        RepairAction.VERIFY: actions.VerifyDetails,
        RepairAction.REJECT_WORK: actions.RejectWorkDetails,
        RepairAction.REOPEN: actions.RejectWorkDetails,
        RepairAction.MERGE: actions.MergeDetails,
        RepairAction.DISMISS: actions.DismissDetails,
        RepairAction.REFUSED_ENTRY: actions.RefusedEntryDetails,
        RepairAction.CONFIRM_BACKFILL: actions.BackfillReviewDetails,
        RepairAction.REFUSE_BACKFILL: actions.BackfillReviewDetails,
        RepairAction.CORRECT_UNIT: actions.CorrectUnitDetails,
        RepairAction.SET_PORT: actions.SetPortDetails,
        **QUOTE_DETAILS,
    }

    # What staff do

    def _allowed(self, role: Role, *, is_assignee: bool) -> tuple[str, ...]:
        """What the table allows, without what would come to nothing in this case."""
        allowed = super()._allowed(role, is_assignee=is_assignee)
        return tuple(action for action in allowed if action not in self.pointless_actions())

    def pointless_actions(self) -> set[str]:
        """Actions for which there is no occasion, whatever the state."""
        unproven = self.start.backfill is not None and not self.start.backfill.logged
        occasions: dict[str, bool] = {
            RepairAction.ACCEPT: not unproven,
            RepairAction.CONFIRM_BACKFILL: unproven,
            RepairAction.REFUSE_BACKFILL: unproven,
            RepairAction.CONTRACTOR_ARRIVED: RepairClock.LIFT_CONTRACTOR in self.clocks,
            RepairAction.RESCHEDULE: self.can_wait,
            RepairAction.SEND_SECOND: not self.can_wait,
            **self.occasions_of_paid_work(),
        }
        return {action for action, given in occasions.items() if not given}

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Refuse what the table allows and this case does not."""
        checks: dict[str, Callable[[Any, Actor], None]] = {
            RepairAction.ACCEPT: self.refuse_acceptance,
            RepairAction.MOVE_DEADLINE: self.refuse_move,
            RepairAction.WRONG_TRADE: self.refuse_wrong_trade,
            RepairAction.RESCHEDULE: self.refuse_reschedule,
            RepairAction.SEND_SECOND: self.refuse_second,
            RepairAction.CONTRACTOR_ARRIVED: self.refuse_contractor,
            RepairAction.SUSPEND: self.refuse_suspension,
            RepairAction.VERIFY: self.refuse_verification,
            RepairAction.REOPEN: self.refuse_reopening,
            RepairAction.MERGE: self.refuse_merging,
            RepairAction.DISMISS: self.refuse_without_reason,
            RepairAction.REFUSED_ENTRY: self.refuse_without_reason,
            RepairAction.CONFIRM_BACKFILL: self.refuse_backfill_review,
            RepairAction.REFUSE_BACKFILL: self.refuse_backfill_review,
            RepairAction.SET_PORT: self.refuse_port,
        }
        if action in checks:
            checks[action](details, actor)
        else:
            self.refuse_quote_action(action, details, actor)

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what the action does; each is one method."""
        if self.carry_out_quote_action(action, details, actor):
            return
        methods: dict[str, Callable[[Any, Actor], None]] = {
            RepairAction.ACCEPT: self.accept,
            RepairAction.DISPATCH: self.dispatch,
            RepairAction.TAKE: self.take,
            RepairAction.DECLINE: self.decline,
            RepairAction.ARRIVE: self.arrive,
            RepairAction.COMPLETE: self.complete,
            RepairAction.CANCEL: self.cancel,
            RepairAction.MOVE_DEADLINE: self.move,
            RepairAction.WRONG_TRADE: self.wrong_trade,
            RepairAction.NO_SHOW: self.no_show,
            RepairAction.CALL: self.call,
            RepairAction.RESCHEDULE: self.reschedule,
            RepairAction.SEND_SECOND: self.send_second,
            RepairAction.CONTRACTOR_ARRIVED: self.contractor_arrived,
            RepairAction.SUSPEND: self.suspend,
            RepairAction.RESUME: self.resume,
            RepairAction.VERIFY: self.verify_for_customer,
            RepairAction.REJECT_WORK: self.reject_work,
            RepairAction.REOPEN: self.reopen_for_customer,
            RepairAction.MERGE: self.merge,
            RepairAction.DISMISS: self.dismiss,
            RepairAction.REFUSED_ENTRY: self.refused_entry,
            RepairAction.CONFIRM_BACKFILL: self.confirm_backfill,
            RepairAction.REFUSE_BACKFILL: self.refuse_backfill,
            RepairAction.CORRECT_UNIT: self.correct_unit,
            RepairAction.SET_PORT: self.set_port,
        }
        methods[action](details, actor)

    def refuse_move(self, details: MoveDeadlineDetails, actor: Actor) -> None:
        """A first extension is the supervisor's, a second the site manager's (S1; ``docs/domain/roles.md``)."""
        if details.clock not in self.clocks:
            running = "、".join(clock.name for clock in self.clocks.all) or "无"
            raise Refused("unknown_clock", f"该期限当前没有计时,正在计时的有:{running}")
        if details.due_at <= self.now:
            raise Refused("deadline_in_past", "新的期限必须晚于现在")
        if self.clocks[details.clock].moved and actor.role not in deciders(Decision.SECOND_EXTENSION):
            raise Refused("beyond_authority", "该期限已改过一次,再改须由管理处经理决定")

    def move(self, details: MoveDeadlineDetails, actor: Actor) -> None:
        """改期限: the only way in which a promise moves, on record with who and why."""
        before = self.clocks[details.clock].due_at
        self.clocks.override(details.clock, details.due_at, self.now)
        facts = {"clock": details.clock, "from": before.isoformat(), "to": details.due_at.isoformat()}
        self.record(RepairEvent.DEADLINE_MOVED, actor, reason=details.reason, facts=facts)
        if details.clock == RepairClock.ARRIVAL and self.state is _S.ACKNOWLEDGED:
            self.tell_who_comes()

    # What the customer says

    def take_reply(self, reply: CustomerReply) -> None:
        """Do what the reply does in this state; a case that was merged passes it on."""
        decides = speaks_for_the_case(reply.sender_phone, self.opening.reporter.phone)
        if self.is_merged:
            self.forward(reply, decides=decides)
        else:
            self.take_own_reply(reply, decides=decides)

    def take_own_reply(self, reply: CustomerReply, *, decides: bool, forwarded: bool = False) -> None:
        """Do what the reply does; what the state does not provide for is noted and told to the desk."""
        effect = effect_of(self.state, reply.intent) if decides else ReplyEffect.NOTE
        if forwarded:
            effect = effect_when_forwarded(effect)
        if not self.is_possible(effect, reply):
            effect = ReplyEffect.NOTE
        self.give_effect(effect, reply, decides=decides)
        hazard = classify(reply.text, None, self.policy).hazard
        if hazard and hazard != self.repair.hazard and self.state is not _S.CLOSED:
            self.raise_to_emergency(hazard, reply.recorded_by)

    def is_possible(self, effect: ReplyEffect, reply: CustomerReply) -> bool:
        """Whether this case allows what its state provides for."""
        lies_ahead = reply.appointment_at is not None and reply.appointment_at > self.now
        possible = {
            ReplyEffect.REOPEN: self.can_be_reopened,
            ReplyEffect.RESCHEDULE: self.can_wait and lies_ahead,
            ReplyEffect.RATE: reply.rating in RATINGS and self.round > 0,
            ReplyEffect.CONFIRM_QUOTE: self.is_proposed,
            ReplyEffect.DECLINE_QUOTE: self.is_proposed,
            ReplyEffect.CANCEL: self.state is not _S.QUOTED or not self.work_has_begun,
            ReplyEffect.DISPUTE: self.may_be_disputed,
        }
        return possible.get(effect, True)

    def give_effect(self, effect: ReplyEffect, reply: CustomerReply, *, decides: bool) -> None:
        """Each effect is one method."""
        actor, text = reply.recorded_by, reply.text
        methods: dict[ReplyEffect, Callable[[], None]] = {
            ReplyEffect.VERIFY: lambda: self.verify("customer", "客户确认验收", actor, text),
            ReplyEffect.REWORK: lambda: self.reject(actor, text),
            ReplyEffect.CANCEL: lambda: self.cancel(actions.CancelDetails(reason=text), actor),
            ReplyEffect.REOPEN: lambda: self.reopen(actor, text),
            ReplyEffect.RESCHEDULE: lambda: self.appoint(reply.appointment_at or self.now, actor, text),
            ReplyEffect.CONFIRM_QUOTE: lambda: self.confirm_quote_by_reply(actor, text),
            ReplyEffect.DECLINE_QUOTE: lambda: self.decline_quote_by_reply(actor, text),
            ReplyEffect.DISPUTE: lambda: self.dispute_by_reply(actor, text),
            ReplyEffect.RATE: lambda: self.rate(reply.rating or 0, actor, text),
            ReplyEffect.NOTE: lambda: self.note_reply(reply, decides=decides),
        }
        methods[effect]()

    def note_reply(self, reply: CustomerReply, *, decides: bool) -> None:
        """A line in the record, and the desk is told."""
        facts = {"intent": reply.intent.value, "reporter": "yes" if decides else "no"}
        label = reply.intent.label
        self.record(RepairEvent.CUSTOMER_REPLIED, reply.recorded_by, label=label, reason=reply.text, facts=facts)
        self.tell(NoticeEvent.CUSTOMER_REPLIED, to_role(Role.CS_ASSISTANT))
