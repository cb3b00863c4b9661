"""What staff and customers do to a repair 报修办理: each action and each reply is one method, and none of them waits.

The procedure that waits for them is in ``repair``; who may do what in which state is in
``workflows/rules/allowed_actions.py`` and ``repair_replies.py``.
"""

from typing import Any, ClassVar

from workflows.messages.case import CustomerReply
from workflows.messages.events import CaseEvent
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.records import WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.repair_actions import (
    AcceptDetails,
    CancelDetails,
    CompleteDetails,
    DeclineDetails,
    DispatchDetails,
    MoveDeadlineDetails,
    RepairAction,
)
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_dispatching import RepairDispatching
from workflows.rules.allowed_actions import Refused
from workflows.rules.authority import Decision, deciders
from workflows.rules.business_time import spoken
from workflows.rules.repair_classification import Hazard, classify, more_urgent
from workflows.rules.repair_clocks import arrival_rule
from workflows.rules.repair_replies import ReplyEffect, effect_of, speaks_for_the_case
from workflows.rules.time_limits import deadline

_S = RepairState


class RepairHandling(RepairDispatching):
    """A repair as people act on it."""

    details_of: ClassVar[dict[str, type[Message]]] = {
        RepairAction.ACCEPT: AcceptDetails,
        RepairAction.DISPATCH: DispatchDetails,
        RepairAction.DECLINE: DeclineDetails,
        RepairAction.COMPLETE: CompleteDetails,
        RepairAction.CANCEL: CancelDetails,
        RepairAction.MOVE_DEADLINE: MoveDeadlineDetails,
    }

    # What staff do

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Hazard words outrank the desk; a running deadline moves into the future, a second time by a manager."""
        wanted = details.repair_class if isinstance(details, AcceptDetails) else None
        if wanted is not None and more_urgent(self.level, wanted) is not wanted:
            raise Refused("hazard_outranks", f"本单已按“{self.level.label}”受理时限执行,不能降低紧急程度")
        if isinstance(details, MoveDeadlineDetails):
            self.refuse_move(details, actor)

    def refuse_move(self, details: MoveDeadlineDetails, actor: Actor) -> None:
        """A first extension is the supervisor's, a second the site manager's (S1; ``docs/domain/roles.md``)."""
        if details.clock not in self.clocks:
            running = "、".join(clock.name for clock in self.clocks.all) or "无"
            raise Refused("unknown_clock", f"该期限当前没有计时,正在计时的有:{running}")
        if details.due_at <= self.now:
            raise Refused("deadline_in_past", "新的期限必须晚于现在")
        if self.clocks[details.clock].moved and actor.role not in deciders(Decision.SECOND_EXTENSION):
            raise Refused("beyond_authority", "该期限已改过一次,再改须由管理处经理决定")

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what the action does; each is one method."""
        match action:
            case RepairAction.ACCEPT:
                self.accept(actor, details)
            case RepairAction.DISPATCH:
                self.dispatch(details, actor)
            case RepairAction.TAKE:
                self.take(actor)
            case RepairAction.DECLINE:
                self.release(WorkOrderOutcome.DECLINED, RepairEvent.DECLINED, actor, details.reason)
            case RepairAction.ARRIVE:
                self.arrive(actor)
            case RepairAction.COMPLETE:
                self.complete(details, actor)
            case RepairAction.CANCEL:
                self.cancel(actor, details.reason)
            case RepairAction.MOVE_DEADLINE:
                self.move(details, actor)

    def accept(self, actor: Actor, details: AcceptDetails | None = None) -> None:
        """受理: the customer is told; the dispatch clock and the clock to completion start."""
        corrected = details or AcceptDetails()
        newly_emergency = corrected.repair_class is RepairClass.EMERGENCY and self.level is not RepairClass.EMERGENCY
        self.repair = self.repair.model_copy(
            update={
                "trade": corrected.trade or self.repair.trade,
                "repair_class": corrected.repair_class or self.repair.repair_class,
            }
        )
        self.show_class()
        self.note_acceptance(actor)
        self.clocks.stop(RepairClock.ACCEPTANCE)
        self.start_dispatch_clock()
        self.start_finish_clock()
        self.record(RepairEvent.ACCEPTED, actor, state=_S.ACCEPTED)
        self.tell(NoticeEvent.CASE_ACCEPTED, to_customer())
        if newly_emergency:
            self.tell_of_emergency()

    def note_acceptance(self, actor: Actor) -> None:
        """Who accepted the case first, and when."""
        self.header = self.header.model_copy(
            update={
                "accepted_at": self.header.accepted_at or self.now,
                "accepted_by": self.header.accepted_by or actor,
            }
        )

    def show_class(self) -> None:
        """Let the header say the class that the forms say."""
        self.header = self.header.model_copy(update={"level": self.level.value, "level_label": self.level.label})

    def tell_of_emergency(self) -> None:
        """Everybody whom the policy names learns of an emergency at once: dispatch precedes paperwork."""
        label = Hazard(self.repair.hazard).label if self.repair.hazard else self.level.label
        for role in self.policy.emergency_told:
            self.tell(NoticeEvent.EMERGENCY, to_role(role), {"hazard_label": label}, emergency=True)

    def raise_to_emergency(self, hazard: str, actor: Actor) -> None:
        """发现险情: words of danger in a later message make it an emergency, with an emergency's limits from now."""
        self.repair = self.repair.model_copy(update={"repair_class": RepairClass.EMERGENCY, "hazard": hazard})
        self.show_class()
        if RepairClock.FINISH in self.clocks:
            self.start_finish_clock()
        if RepairClock.ARRIVAL in self.clocks:
            self.start_clock(RepairClock.ARRIVAL, arrival_rule(self.policy, self.level))
        self.record(RepairEvent.HAZARD_REPORTED, actor, facts={"hazard": hazard})
        self.tell_of_emergency()
        if self.state is _S.RECEIVED:
            self.accept(SYSTEM)

    def dispatch(self, details: DispatchDetails, actor: Actor) -> None:
        """派工 by hand: an offer that stands is withdrawn first."""
        self.wanted = details.technician
        facts = {"technician": details.technician}
        self.record(RepairEvent.DISPATCH_ORDERED, actor, reason=details.reason, facts=facts)
        if self.header.assignee:
            self.release(WorkOrderOutcome.WITHDRAWN, RepairEvent.WITHDRAWN, actor, details.reason)

    def take(self, actor: Actor) -> None:
        """接单: the customer learns who comes and when."""
        self.change_order(outcome=WorkOrderOutcome.TAKEN, answered_at=self.now)
        self.clocks.stop(RepairClock.TECHNICIAN_ANSWER)
        self.record(RepairEvent.TAKEN, actor, state=_S.ACKNOWLEDGED)
        self.tell_who_comes()

    def arrive(self, actor: Actor) -> None:
        """到场: a free repair begins at once."""
        self.change_order(arrived_at=self.now)
        self.clocks.stop(RepairClock.ARRIVAL)
        self.record(RepairEvent.ARRIVED, actor, state=_S.ARRIVED)
        self.record(RepairEvent.WORK_STARTED, actor, state=_S.IN_PROGRESS)

    def complete(self, details: CompleteDetails, actor: Actor) -> None:
        """完工: the customer is asked to look at it; the time of completion opens the revisit window."""
        self.change_order(
            outcome=WorkOrderOutcome.DONE,
            completed_at=self.now,
            work_done=details.work_done,
            materials=details.materials,
            work_minutes=details.work_minutes,
        )
        self.repair = self.repair.model_copy(update={"completed_at": self.now})
        self.clocks.stop(RepairClock.FINISH)
        self.record(RepairEvent.COMPLETED, actor, state=_S.COMPLETED)
        self.tell(NoticeEvent.REPAIR_COMPLETED, to_customer(), {"limit_label": self.policy.reopen_window.label})

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
        """Do what the reply does in this state; what the state does not provide for is noted and told to the desk."""
        actor = reply.recorded_by
        decides = speaks_for_the_case(reply.sender_phone, self.opening.reporter.phone)
        match effect_of(self.state, reply.intent) if decides else ReplyEffect.NOTE:
            case ReplyEffect.VERIFY:
                self.verify("customer", "客户确认验收", actor, reply.text)
            case ReplyEffect.REWORK:
                self.rework(actor, reply.text)
            case ReplyEffect.CANCEL:
                self.cancel(actor, reply.text)
            case ReplyEffect.REOPEN:
                self.reopen(actor, reply.text)
            case ReplyEffect.NOTE:
                facts = {"intent": reply.intent, "reporter": "yes" if decides else "no"}
                self.record(
                    RepairEvent.CUSTOMER_REPLIED, actor, label=reply.intent.label, reason=reply.text, facts=facts
                )
                self.tell(NoticeEvent.CUSTOMER_REPLIED, to_role(Role.CS_ASSISTANT))
        hazard = classify(reply.text, None, self.policy).hazard
        if hazard and hazard != self.repair.hazard and self.state is not _S.CLOSED:
            self.raise_to_emergency(hazard, actor)

    def verify(self, how: str, label: str, actor: Actor, reason: str = "") -> None:
        """验收, by the customer's word or by default."""
        self.repair = self.repair.model_copy(update={"verified_at": self.now, "verified_how": how})
        self.record(RepairEvent.VERIFIED, actor, label=label, state=_S.VERIFIED, reason=reason, facts={"how": how})
        self.close(RepairEvent.CLOSED, SYSTEM)
        self.tell(NoticeEvent.CASE_CLOSED, to_customer(), {"reopen_until": spoken(self.reopen_until)})

    def rework(self, actor: Actor, reason: str) -> None:
        """验收不合格: the same technician goes on, on a work order and with a finish clock of its own."""
        again = WorkOrder(
            attempt=len(self.work_orders) + 1,
            technician=self.header.assignee,
            trade=self.repair.trade,
            offered_at=self.now,
            outcome=WorkOrderOutcome.TAKEN,
            answered_at=self.now,
        )
        self.work_orders.append(again)
        self.repair = self.repair.model_copy(update={"completed_at": None})
        self.start_finish_clock()
        self.record(RepairEvent.REJECTED, actor, state=_S.IN_PROGRESS, reason=reason)
        for recipient in (to_staff(self.header.assignee), to_role(Role.ENGINEERING_LEAD)):
            self.tell(NoticeEvent.CUSTOMER_REPLIED, recipient)

    def cancel(self, actor: Actor, reason: str) -> None:
        """取消: a work order that stands is withdrawn and its technician told."""
        technician = self.withdraw()
        self.close(RepairEvent.CANCELLED, actor, reason)
        if technician:
            self.tell(NoticeEvent.CASE_CANCELLED, to_staff(technician))
        self.tell(NoticeEvent.CASE_CANCELLED, to_customer(), {"reopen_until": spoken(self.reopen_until)})

    def abort(self) -> None:
        """Closed because an administrator cancelled the workflow: nobody is left believing that somebody comes."""
        technician = self.withdraw() if self.state not in (_S.COMPLETED, _S.VERIFIED, _S.CLOSED) else ""
        self.close(NoticeEvent.CASE_ABORTED, SYSTEM)
        for recipient in (to_role(Role.CS_SUPERVISOR), *((to_staff(technician),) if technician else ())):
            self.tell(NoticeEvent.CASE_ABORTED, recipient)

    def close(self, event: CaseEvent, actor: Actor, reason: str = "") -> None:
        """关闭: every clock stops; the reopen window begins."""
        self.clocks.stop_all()
        self.wanted = None
        self.header = self.header.model_copy(update={"closed_at": self.now})
        self.reopen_until = deadline(self.now, self.policy.reopen_window, self.calendar)
        self.record(event, actor, state=_S.CLOSED, reason=reason)

    def reopen(self, actor: Actor, reason: str) -> None:
        """返修 within the window: the same case and number, dispatched anew."""
        self.assign("")
        self.reopen_until = self.dispatched_at = None
        self.orders_before_reopening = len(self.work_orders)
        self.header = self.header.model_copy(update={"closed_at": None})
        self.repair = self.repair.model_copy(
            update={
                "reopened": self.repair.reopened + 1,
                "completed_at": None,
                "verified_at": None,
                "verified_how": "",
            }
        )
        self.note_acceptance(actor)
        self.start_dispatch_clock()
        self.start_finish_clock()
        self.record(RepairEvent.REOPENED, actor, state=_S.ACCEPTED, reason=reason)
        for recipient in (to_customer(), to_role(Role.ENGINEERING_LEAD), to_role(Role.CS_SUPERVISOR)):
            self.tell(NoticeEvent.CASE_REOPENED, recipient)
        if self.level is RepairClass.EMERGENCY:
            self.tell_of_emergency()
