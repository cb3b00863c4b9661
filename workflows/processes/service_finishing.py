"""How a special service ends 验收与关闭: signed and booked, done again, revisited, cancelled; never by default."""

from datetime import date
from decimal import Decimal

from workflows.messages.attachments import picture_facts
from workflows.messages.events import CaseEvent
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.passing_on import PassedOn
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.quotes import QuoteClock, QuoteEvent
from workflows.messages.selecting import RevisitSelection
from workflows.messages.special_service import (
    ServiceCancelDetails,
    ServiceClock,
    ServiceCompleteDetails,
    ServiceEvent,
    ServiceState,
    SignDetails,
)
from workflows.processes.service_file import DONE, ServiceFile
from workflows.rules.allowed_actions import Refused
from workflows.rules.business_time import spoken
from workflows.rules.time_limits import deadline, end_of_day

_S = ServiceState


class ServiceFinishing(ServiceFile):
    """A special service on its way to the end."""

    # Done and signed

    def refuse_completion(self, details: ServiceCompleteDetails, actor: Actor) -> None:
        """Money laid out for the customer 代办 is shown with its receipts, and is no more than was confirmed."""
        if details.outlay is not None and details.outlay > 0 and not details.receipts:
            raise Refused("receipts_required", "代办垫付的款项要附票据")

    def complete(self, details: ServiceCompleteDetails, actor: Actor) -> None:
        """完成: the customer is asked to sign; only what was confirmed is billable."""
        self.set_billed(details.billed, details.outlay)
        self.fill_in(completed_at=self.now, work_done=details.work_done, receipts=details.receipts)
        self.count_completion()
        facts = self.charge_facts() | picture_facts(photos=details.photos, receipts=details.receipts)
        self.record(ServiceEvent.COMPLETED, actor, state=_S.AWAITING_SIGNATURE, facts=facts)
        self.start_clock(ServiceClock.SIGNATURE, self.policy.signature)
        self.tell(NoticeEvent.SERVICE_COMPLETED, to_customer(), self.charge_facts())

    def refuse_signing(self, details: SignDetails, actor: Actor) -> None:
        """The customer signs; nobody does for him."""
        if not details.signature.strip():
            raise Refused("signature_required", "特约服务须由客户签字验收,请上传签名")
        if details.rating is not None and details.rating not in range(1, 6):
            raise Refused("invalid_details", "评价应为1至5分")

    def sign(self, details: SignDetails, actor: Actor) -> None:
        """客户签字: income of the day on which it was signed (SVC-01)."""
        self.fill_in(signed_at=self.now, signature=details.signature, signed_by=details.signed_by)
        self.clocks.stop(ServiceClock.SIGNATURE)
        self.record(ServiceEvent.SIGNED, actor, facts=picture_facts(signature=details.signature))
        self.charge = self.charge.model_copy(update={"booked_at": self.now})
        self.record(ServiceEvent.POSTED, SYSTEM, state=_S.POSTED, facts=self.charge_facts())
        if details.rating is not None:
            self.rate(details.rating, actor)

    def rate(self, rating: int, actor: Actor, reason: str = "") -> None:
        """客户评价: a low one has the service revisited whatever the quota."""
        self.fill_in(rating=rating)
        self.record(ServiceEvent.RATED, actor, reason=reason, facts={"rating": str(rating)})
        if rating <= self.policy.low_rating:
            self.demand_revisit("low_rating")

    # Done again

    @property
    def can_be_reopened(self) -> bool:
        """Whether a closed service may still be done again."""
        return bool(self.service.completed_at) and (self.reopen_until is None or self.now < self.reopen_until)

    def reject(self, actor: Actor, reason: str) -> None:
        """验收不合格: done again; the open revisit is overtaken (R14)."""
        if self.state is not _S.AWAITING_SIGNATURE:
            self.mandatory = self.mandatory or "reopened"
        self.withdraw_revisit()
        self.rework(ServiceEvent.REJECTED, actor, reason)

    def rework(self, event: CaseEvent, actor: Actor, reason: str, facts: dict[str, str] | None = None) -> None:
        """返工 by the same performer; what was booked stays booked until it is signed anew."""
        self.reopen_until = None
        self.header = self.header.model_copy(update={"closed_at": None})
        self.fill_in(reworks=self.service.reworks + 1, completed_at=None, closed_as="")
        self.clocks.stop(ServiceClock.SIGNATURE)
        self.record(event, actor, state=_S.IN_SERVICE, reason=reason, facts=facts)
        performer = self.header.assignee
        self.tell(NoticeEvent.REWORK_ORDERED, to_staff(performer) if performer else to_role(Role.CS_ASSISTANT))

    # Revisited

    def note_selection(self, selection: RevisitSelection) -> None:
        """抽中回访, or not."""
        self.fill_in(revisit=selection.revisit)
        if selection.rule:
            event = ServiceEvent.SELECTED_FOR_REVISIT if selection.selected else ServiceEvent.NOT_SELECTED
            facts = {"rule": selection.rule, "position": str(selection.position), "revisit": selection.revisit}
            self.record(event, SYSTEM, facts=facts)

    def revisit_satisfied(self, word: PassedOn) -> None:
        """Noted; only the customer's signature accepts a special service."""
        self.record(ServiceEvent.REVISITED, SYSTEM, facts={"revisit": word.sender, "result": "satisfied"})

    def revisit_dissatisfied(self, word: PassedOn) -> None:
        """回访不满意: done again by the day that the customer was told."""
        if self.state in DONE:
            facts = {"revisit": word.sender, "rectify_by": word.facts.get("rectify_by", "")}
            self.rework(ServiceEvent.REVISIT_DISSATISFIED, SYSTEM, word.text, facts)
            if facts["rectify_by"]:
                due_at = end_of_day(date.fromisoformat(facts["rectify_by"]), self.calendar)
                self.start_clock(ServiceClock.START, self.policy.start, due_at)

    def revisit_ended(self, word: PassedOn) -> None:
        """The revisit is over, whatever came of it."""
        facts = {"revisit": word.sender, "result": word.facts.get("result", "")}
        self.record(ServiceEvent.REVISITED, SYSTEM, facts=facts)

    # Closed

    def close(self, event: CaseEvent, actor: Actor, reason: str = "", facts: dict[str, str] | None = None) -> None:
        """关闭: every clock stops but that of a dispute; the reopen window begins."""
        self.clocks.stop(*(clock.name for clock in self.clocks.all if clock.name != QuoteClock.CHARGE_DISPUTE))
        self.withdraw_quote(actor)
        self.header = self.header.model_copy(update={"closed_at": self.now})
        self.reopen_until = deadline(self.now, self.policy.reopen_window, self.calendar)
        self.fill_in(closed_as=event.value)
        self.record(event, actor, state=_S.CLOSED, reason=reason, facts=facts)

    def go_without(self, event: QuoteEvent, actor: Actor, reason: str) -> None:
        """Not confirmed: what was confirmed before stands and goes on; an order without a price is closed."""
        if self.charge.confirmed:
            self.record(event, actor, state=self.state_after_consent, reason=reason)
        else:
            self.close(event, actor, reason)

    def cancel(self, details: ServiceCancelDetails, actor: Actor) -> None:
        """取消: free until two hours before the appointment, later only an agreed fee is owed (own)."""
        fee = self.policy.late_cancellation_fee if self.is_late_to_cancel and details.fee_agreed else Decimal("0.00")
        self.charge = self.charge.model_copy(
            update={"billed": fee, "billable": fee, "service_fee": fee, "agency": Decimal("0.00")}
        )
        performer = self.header.assignee
        self.close(ServiceEvent.CANCELLED, actor, details.reason, {"fee": str(fee)})
        if performer:
            self.tell(NoticeEvent.CASE_CANCELLED, to_staff(performer))
        self.tell(NoticeEvent.CASE_CANCELLED, to_customer(), {"reopen_until": spoken(self.reopen_until)})

    @property
    def is_late_to_cancel(self) -> bool:
        """Whether the appointment is nearer than cancelling is free."""
        at = self.service.appointment_at
        return at is not None and self.now > at - self.policy.free_cancellation_before.as_timedelta()

    def abort(self) -> None:
        """Closed because an administrator cancelled the workflow."""
        self.withdraw_revisit()
        performer = self.header.assignee
        self.close(NoticeEvent.CASE_ABORTED, SYSTEM)
        for recipient in (to_role(Role.CS_SUPERVISOR), *((to_staff(performer),) if performer else ())):
            self.tell(NoticeEvent.CASE_ABORTED, recipient)
