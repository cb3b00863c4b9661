"""Who has the job of a repair 派工: offered, released, withdrawn; whom to ask next is decided in PostgreSQL."""

from workflows.messages.dispatching import OfferRequest
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import SYSTEM, Actor, Role, Trade
from workflows.messages.records import WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.repair_actions import DeclineDetails, DispatchDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_emergency import RepairEmergency
from workflows.rules.business_time import spoken

_S = RepairState


class RepairDispatching(RepairEmergency):
    """A repair and the technicians who are asked to do it; each offer is a 《维修派工单》."""

    def next_offer(self) -> OfferRequest:
        """Who takes the next attempt? The answer to whoever was named is taken up with it."""
        named, self.wanted = self.wanted or "", None
        return OfferRequest(
            case=self.opening.number,
            community=self.opening.community,
            attempt=len(self.work_orders) + 1,
            business_now=self.now,
            trade=Trade(self.repair.trade),
            unit=self.opening.unit,
            area=self.opening.area,
            declined=self.declined,
            named=named,
            emergency=self.level is RepairClass.EMERGENCY,
        )

    def offer_to(self, technician: str, attempt: int) -> None:
        """Enter the offer; withdraw it at once where the case was cancelled, or somebody named, while it was made."""
        order = WorkOrder(attempt=attempt, technician=technician, trade=self.repair.trade, offered_at=self.now)
        self.work_orders.append(order)
        if not self.needs_a_technician or self.wanted is not None:
            self.change_order(outcome=WorkOrderOutcome.WITHDRAWN, answered_at=self.now)
            self.record(RepairEvent.WITHDRAWN, SYSTEM, facts={"technician": technician})
            return
        self.assign(technician)
        self.clocks.stop(RepairClock.DISPATCH)
        if RepairClock.ARRIVAL not in self.clocks:
            self.start_arrival_clock()
        self.start_clock(RepairClock.TECHNICIAN_ANSWER, self.policy.technician_answer)
        facts = {"technician": technician, "attempt": str(attempt)}
        self.record(RepairEvent.OFFERED, SYSTEM, state=_S.DISPATCHED, facts=facts)
        self.tell(NoticeEvent.REPAIR_OFFERED, to_staff(technician), self.appointment_facts())

    def release(
        self,
        outcome: WorkOrderOutcome,
        event: RepairEvent,
        actor: Actor,
        reason: str = "",
        facts: dict[str, str] | None = None,
    ) -> None:
        """Take the job from the technician who has it, so that the next is found; the state stays 已派工."""
        technician = self.header.assignee
        self.change_order(outcome=outcome, answered_at=self.now, reason=reason)
        self.assign("")
        self.clocks.stop(RepairClock.TECHNICIAN_ANSWER, RepairClock.REAPPOINTMENT)
        self.start_dispatch_clock()
        self.record(event, actor, state=_S.DISPATCHED, reason=reason, facts={"technician": technician, **(facts or {})})
        knows = outcome is WorkOrderOutcome.DECLINED or (event is RepairEvent.WRONG_TRADE and technician == actor.code)
        if not knows:
            self.tell(NoticeEvent.REPAIR_WITHDRAWN, to_staff(technician))
        if self.misses >= self.policy.misses_before_lead_assigns and outcome is WorkOrderOutcome.MISSED:
            self.tell(NoticeEvent.NOBODY_AVAILABLE, to_role(Role.ENGINEERING_LEAD))

    def dispatch(self, details: DispatchDetails, actor: Actor) -> None:
        """派工 by hand: an offer that stands is withdrawn first."""
        self.wanted = details.technician
        facts = {"technician": details.technician}
        self.record(RepairEvent.DISPATCH_ORDERED, actor, reason=details.reason, facts=facts)
        if self.header.assignee:
            self.release(WorkOrderOutcome.WITHDRAWN, RepairEvent.WITHDRAWN, actor, details.reason)

    def take(self, details: None, actor: Actor) -> None:
        """接单: the customer learns who comes and when."""
        self.change_order(outcome=WorkOrderOutcome.TAKEN, answered_at=self.now)
        self.clocks.stop(RepairClock.TECHNICIAN_ANSWER)
        self.record(RepairEvent.TAKEN, actor, state=_S.ACKNOWLEDGED)
        self.tell_who_comes()

    def decline(self, details: DeclineDetails, actor: Actor) -> None:
        """退单: the next technician is asked."""
        self.release(WorkOrderOutcome.DECLINED, RepairEvent.DECLINED, actor, details.reason)

    def withdraw(self) -> str:
        """Withdraw the work order that stands, if one does, and return its technician."""
        technician = self.header.assignee
        if technician:
            self.change_order(outcome=WorkOrderOutcome.WITHDRAWN, answered_at=self.now)
            self.assign("")
        return technician

    def tell_who_comes(self) -> None:
        """Tell the customer who comes, and when at the latest."""
        arrival = RepairClock.ARRIVAL
        facts = self.appointment_facts()
        if arrival in self.clocks:
            facts["due_at"] = spoken(self.clocks[arrival].due_at)
        self.tell(NoticeEvent.REPAIR_DISPATCHED, to_customer(), facts)
