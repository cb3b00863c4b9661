"""How the work of a repair ends 完工与验收: done, accepted or refused, rated, done again.

Whether the matter is revisited is decided at completion, side by side with the acceptance (R14); a free job is
accepted by default, a paid one never (RPR-16).
"""

from datetime import datetime

from workflows.messages.attachments import picture_facts
from workflows.messages.events import CaseEvent
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.quotes import QuoteClock
from workflows.messages.records import WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.repair_actions import CompleteDetails, RejectWorkDetails, VerifyDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_suspension import RepairSuspension
from workflows.rules.allowed_actions import Refused
from workflows.rules.business_time import local
from workflows.rules.time_limits import deadline
from workflows.rules.work_time import net_seconds

_S = RepairState
RATINGS = range(1, 6)
"""1 to 5, 5 the best."""


class RepairFinishing(RepairSuspension):
    """A repair that is done."""

    # Done

    def complete(self, details: CompleteDetails, actor: Actor) -> None:
        """完工: the customer is asked to look at it; the time of completion opens the revisit window."""
        self.change_order(
            outcome=WorkOrderOutcome.DONE,
            completed_at=self.now,
            work_done=details.work_done,
            materials=details.materials,
            work_minutes=details.work_minutes,
            photos=details.photos,
            signature=details.signature,
        )
        self.clocks.stop(
            RepairClock.FINISH, RepairClock.SECOND_PERSON, RepairClock.LIFT_CONTRACTOR, RepairClock.REPAIR_START
        )
        self.note_completion(self.now)
        if self.whole and (self.repair.paid or self.charge.confirmed):
            self.set_billed(details.billed)
        self.record(RepairEvent.COMPLETED, actor, state=_S.COMPLETED)
        self.tell(NoticeEvent.REPAIR_COMPLETED, to_customer(), {"limit_label": self.policy.reopen_window.label})

    def note_completion(self, completed_at: datetime) -> None:
        """Enter when the work was done, how long it took net of suspensions (RPR-18), and that a revisit may be due."""
        ordered_at = self.reopened_at or local(self.opening.received_at, self.calendar.tz)
        self.fill_in(completed_at=completed_at, net_seconds=net_seconds(ordered_at, completed_at, self.suspensions))
        if self.whole:
            self.count_completion()

    @property
    def accepted_by_default_at(self) -> datetime | None:
        """When a free job is accepted by default; None for a paid one. A night job counts from its entry."""
        if self.repair.paid or self.repair.completed_at is None:
            return None
        told_at = max(self.repair.completed_at, self.opening.entered_at or self.repair.completed_at)
        return deadline(told_at, self.policy.default_acceptance, self.calendar)

    # Accepted

    def refuse_verification(self, details: VerifyDetails, actor: Actor) -> None:
        """Paid work, and a technician's own, is accepted by the customer's signature, or by his word to the desk."""
        if details.rating is not None and details.rating not in RATINGS:
            raise Refused("invalid_details", "评价应为1至5分")
        signed = bool(details.signature)
        if actor.role is Role.TECHNICIAN and not signed:
            raise Refused("signature_required", "技工代为验收须有客户签字")
        if self.repair.paid and not signed and not details.reason.strip():
            raise Refused("signature_required", "有偿维修的验收须有客户签字,或写明客户的原话")

    def verify_for_customer(self, details: VerifyDetails, actor: Actor) -> None:
        """客户验收, taken down by staff, with the signature or the customer's word."""
        if details.rating is not None:
            self.rate(details.rating, actor)
        self.fill_in(verified_signature=details.signature)
        how, label = ("signature", "客户签字验收") if details.signature else ("customer", "客户验收")
        self.verify(how, label, actor, details.reason)

    def verify(self, how: str, label: str, actor: Actor, reason: str = "") -> None:
        """验收, by the customer's word, by signature, by a revisit or by default."""
        self.fill_in(verified_at=self.now, verified_how=how)
        facts = {"how": how, **picture_facts(signature=self.repair.verified_signature)}
        self.record(RepairEvent.VERIFIED, actor, label=label, state=_S.VERIFIED, reason=reason, facts=facts)
        if not self.whole:
            self.close_the_finished(SYSTEM)

    def close_the_finished(self, actor: Actor) -> None:
        """关闭 of what is done and accepted; the customer learns how long it can be opened again."""
        self.close(RepairEvent.CLOSED, actor)
        self.tell(NoticeEvent.CASE_CLOSED, to_customer(), self.until_when_reopened())

    def rate(self, rating: int, actor: Actor, reason: str = "") -> None:
        """客户评价: kept; a low one has the matter revisited whatever the quota."""
        self.fill_in(rating=rating)
        self.record(RepairEvent.RATED, actor, reason=reason, facts={"rating": str(rating)})
        if rating <= self.policy.low_rating:
            self.demand_revisit("low_rating")

    # Not accepted

    def reject_work(self, details: RejectWorkDetails, actor: Actor) -> None:
        """验收不合格, taken down by staff."""
        self.reject(actor, details.reason)

    def reject(self, actor: Actor, reason: str) -> None:
        """验收不合格: the open revisit is withdrawn, the next completion opens a new one (R14)."""
        if self.state is not _S.COMPLETED:
            self.mandatory = self.mandatory or "reopened"
        self.withdraw_revisit()
        self.rework(RepairEvent.REJECTED, actor, reason)

    def rework(
        self,
        event: CaseEvent,
        actor: Actor,
        reason: str,
        due_at: datetime | None = None,
        facts: dict[str, str] | None = None,
    ) -> None:
        """The same technician goes on, on a work order and with a finish clock of its own."""
        self.work_orders.append(
            WorkOrder(
                attempt=len(self.work_orders) + 1,
                technician=self.header.assignee,
                trade=self.repair.trade,
                offered_at=self.now,
                outcome=WorkOrderOutcome.TAKEN,
                answered_at=self.now,
            )
        )
        self.forget_completion()
        self.start_finish_clock(due_at)
        self.record(event, actor, state=_S.IN_PROGRESS, reason=reason, facts=facts)
        for recipient in (to_staff(self.header.assignee), to_role(Role.ENGINEERING_LEAD)):
            self.tell(NoticeEvent.REWORK_ORDERED, recipient)

    def forget_completion(self) -> None:
        """What was done and accepted is so no longer."""
        self.fill_in(completed_at=None, verified_at=None, verified_how="", verified_signature="", closed_as="")

    def raise_to_emergency(self, hazard: str, actor: Actor) -> None:
        """Words of danger after the work was done: it is not done, whatever the customer says besides."""
        if self.whole and self.state in (_S.COMPLETED, _S.VERIFIED, _S.AWAITING_REVISIT):
            self.reject(actor, "")
        super().raise_to_emergency(hazard, actor)

    # Opened again

    @property
    def can_be_reopened(self) -> bool:
        """Whether the window is open; a case that lives on for its revisit or a dispute is not reopened after it."""
        in_time = self.reopen_until is None or self.now < self.reopen_until
        return in_time or not self.something_is_open

    @property
    def something_is_open(self) -> bool:
        """Whether a closed case still has a revisit, or is to have one, or a disputed charge."""
        return self.revisit_open or self.must_plan_a_revisit or QuoteClock.CHARGE_DISPUTE in self.clocks

    @property
    def must_plan_a_revisit(self) -> bool:
        """Whether a completion is to be put to the quota, side by side with the customer's acceptance (R14)."""
        return self.whole and self.must_ask_for_revisit and self.state in (_S.COMPLETED, _S.VERIFIED, _S.CLOSED)

    def refuse_reopening(self, details: RejectWorkDetails, actor: Actor) -> None:
        """A closed case is opened again within seven days."""
        if not self.can_be_reopened:
            raise Refused("reopen_window_over", "已过返修期限,请另立新单")

    def reopen_for_customer(self, details: RejectWorkDetails, actor: Actor) -> None:
        """返修, taken down by staff; what is accepted but not closed yet goes back to the technician."""
        if self.state is _S.CLOSED:
            self.reopen(actor, details.reason)
        else:
            self.reject(actor, details.reason)

    def reopen(self, actor: Actor, reason: str) -> None:
        """返修 within the window: the same case and number, dispatched anew, and revisited whatever the quota."""
        self.assign("")
        self.withdraw_revisit()
        self.open_again()
        self.dispatched_at = None
        self.orders_before_reopening = len(self.work_orders)
        self.note_acceptance(actor)
        self.start_dispatch_clock()
        self.start_finish_clock()
        self.record(RepairEvent.REOPENED, actor, state=_S.ACCEPTED, reason=reason)
        for recipient in (to_customer(), to_role(Role.ENGINEERING_LEAD), to_role(Role.CS_SUPERVISOR)):
            self.tell(NoticeEvent.CASE_REOPENED, recipient)
        if self.level is RepairClass.EMERGENCY:
            self.tell_of_emergency()

    def open_again(self) -> None:
        """The case is open as if it had not been closed; visits and calls in vain are counted anew."""
        self.mandatory = self.mandatory or "reopened"
        self.reopen_until = None
        self.reopened_at = self.now
        self.header = self.header.model_copy(update={"closed_at": None})
        self.forget_completion()
        self.fill_in(reopened=self.repair.reopened + 1, no_shows=0, unanswered_calls=0, merged_into="")
        self.judge_payment()
