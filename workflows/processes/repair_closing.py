"""How a repair ends before the work is done 关闭: cancelled, refused, dismissed, given up, aborted.

Every end goes through ``close``; what the customer owes then is no more than a call-out fee that was agreed (RPR-17).
"""

from decimal import Decimal

from workflows.messages.attachments import picture_facts
from workflows.messages.events import CaseEvent
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.quotes import QuoteClock
from workflows.messages.records import WorkOrderOutcome
from workflows.messages.repair import RepairState
from workflows.messages.repair_actions import CancelDetails, DismissDetails, RefusedEntryDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_dispatching import RepairDispatching
from workflows.rules.allowed_actions import Refused
from workflows.rules.business_time import spoken
from workflows.rules.time_limits import deadline

_S = RepairState
_STAND = (WorkOrderOutcome.OFFERED, WorkOrderOutcome.TAKEN)


class RepairClosing(RepairDispatching):
    """A repair that is closed."""

    def close(
        self,
        event: CaseEvent,
        actor: Actor,
        reason: str = "",
        *,
        closed_as: str = "",
        label: str = "",
        facts: dict[str, str] | None = None,
    ) -> None:
        """关闭: every clock stops but that of a disputed charge; the reopen window begins."""
        self.clocks.stop(*(clock.name for clock in self.clocks.all if clock.name != QuoteClock.CHARGE_DISPUTE))
        if event is not RepairEvent.CLOSED:
            self.withdraw_revisit()
        self.end_suspension()
        self.withdraw_quote(actor)
        self.wanted = None
        self.header = self.header.model_copy(update={"closed_at": self.now})
        self.reopen_until = deadline(self.now, self.policy.reopen_window, self.calendar)
        self.fill_in(closed_as=closed_as or event.value)
        self.record(event, actor, label=label, state=_S.CLOSED, reason=reason, facts=facts)

    def until_when_reopened(self) -> dict[str, str]:
        """For texts: how long the customer may have the case opened again."""
        return {"reopen_until": spoken(self.reopen_until)}

    def end_suspension(self) -> None:
        """A suspension that stands ends now, whatever ends it."""
        if self.suspensions and self.suspensions[-1].resumed_at is None:
            self.suspensions[-1] = self.suspensions[-1].model_copy(update={"resumed_at": self.now})

    def withdraw(self) -> str:
        """Withdraw the work order that stands, if one does, and return its technician."""
        if self.work_orders and self.work_orders[-1].outcome not in _STAND:
            return ""
        return super().withdraw()

    # Cancelled

    def cancel(self, details: CancelDetails, actor: Actor) -> None:
        """取消: a work order that stands is withdrawn and its technician told; only an agreed call-out fee is owed."""
        facts = self.charge_for_the_call(agreed=details.fee_agreed) if self.whole and self.was_visited else None
        technician = self.withdraw()
        self.close(RepairEvent.CANCELLED, actor, details.reason, facts=facts)
        if technician:
            self.tell(NoticeEvent.CASE_CANCELLED, to_staff(technician))
        self.tell(NoticeEvent.CASE_CANCELLED, to_customer(), self.until_when_reopened())

    def charge_for_the_call(self, *, agreed: bool) -> dict[str, str]:
        """After arrival the call-out fee is owed where it was agreed, else nothing (RPR-17). CNY."""
        fee = self.policy.call_out_fee if agreed else Decimal("0.00")
        self.charge = self.charge.model_copy(
            update={"billed": fee, "billable": fee, "service_fee": fee, "agency": Decimal("0.00")}
        )
        return {"fee": str(fee)}

    # Refused, dismissed

    def refuse_without_reason(self, details: RefusedEntryDetails | DismissDetails, actor: Actor) -> None:
        """What the customer has to be able to read needs to be written."""
        if not details.reason.strip():
            raise Refused("reason_required", "请写明原因")

    def refused_entry(self, details: RefusedEntryDetails, actor: Actor) -> None:
        """客户拒修: closed with the signed reason; where others come to harm the site manager sees to it (L1 §288)."""
        facts = {"harms_others": "yes" if details.harms_others else "no"} | picture_facts(signature=details.signature)
        if self.was_visited:
            facts |= self.charge_for_the_call(agreed=False)
        technician = self.withdraw()
        self.close(RepairEvent.REFUSED_ENTRY, actor, details.reason, facts=facts)
        self.tell(NoticeEvent.CASE_REFUSED_ENTRY, to_customer(), self.until_when_reopened())
        if details.harms_others:
            self.tell(NoticeEvent.CASE_REFUSED_ENTRY, to_role(Role.SITE_MANAGER))
        if technician and technician != actor.code:
            self.tell(NoticeEvent.REPAIR_WITHDRAWN, to_staff(technician))

    def dismiss(self, details: DismissDetails, actor: Actor) -> None:
        """非报修转出 or 无效: closed with the explanation that the customer was given (RPR-22)."""
        technician = self.withdraw()
        self.close(RepairEvent.DISMISSED, actor, details.reason, facts={"to": details.to})
        self.tell(NoticeEvent.CASE_DISMISSED, to_customer(), {"to": details.to, **self.until_when_reopened()})
        if technician:
            self.tell(NoticeEvent.CASE_CANCELLED, to_staff(technician))

    def give_up(self) -> None:
        """业主失约: closed after visits in vain and calls without an answer; it can be reopened (RPR-08)."""
        technician = self.withdraw()
        facts = {"no_shows": str(self.repair.no_shows), "unanswered_calls": str(self.repair.unanswered_calls)}
        self.close(RepairEvent.GIVEN_UP, SYSTEM, facts=facts)
        self.tell(NoticeEvent.CUSTOMER_GIVEN_UP, to_customer(), self.until_when_reopened())
        if technician:
            self.tell(NoticeEvent.CASE_CANCELLED, to_staff(technician))

    def abort(self) -> None:
        """Closed because an administrator cancelled the workflow: nobody is left believing that somebody comes."""
        technician = self.withdraw()
        self.close(NoticeEvent.CASE_ABORTED, SYSTEM)
        for recipient in (to_role(Role.CS_SUPERVISOR), *((to_staff(technician),) if technician else ())):
            self.tell(NoticeEvent.CASE_ABORTED, recipient)
