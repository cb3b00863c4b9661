"""Visits of a repair 上门: there, nobody at home, another time, another trade (RPR-05, RPR-08)."""

from datetime import datetime

from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import Actor, Role
from workflows.messages.records import WorkOrderOutcome
from workflows.messages.repair import RepairClock, RepairState
from workflows.messages.repair_actions import CallDetails, NoShowDetails, RescheduleDetails, WrongTradeDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_intake import RepairIntake
from workflows.rules.allowed_actions import Refused
from workflows.rules.repair_clocks import arrival_rule

_S = RepairState
_ON_THE_WAY = (_S.ACCEPTED, _S.DISPATCHED, _S.ACKNOWLEDGED, _S.ARRIVED)


class RepairVisiting(RepairIntake):
    """A repair to whose place somebody goes."""

    def arrive(self, details: None, actor: Actor) -> None:
        """到场: free work begins at once, paid work when the customer has confirmed a quote."""
        self.change_order(arrived_at=self.now)
        self.clocks.stop(RepairClock.ARRIVAL, RepairClock.SITE_CHECK)
        self.fill_in(unanswered_calls=0)
        self.record(RepairEvent.ARRIVED, actor, state=_S.ARRIVED)
        if not (self.whole and self.repair.paid and not self.charge.confirmed):
            self.begin_work(actor)

    def refuse_wrong_trade(self, details: WrongTradeDetails, actor: Actor) -> None:
        """Another trade is another than the one that was sent."""
        if details.trade == self.repair.trade:
            raise Refused("same_trade", f"本单工种已是“{details.trade.label}”,请填写应派的工种")

    def wrong_trade(self, details: WrongTradeDetails, actor: Actor) -> None:
        """工种不符: another is sent; the customer's arrival clock counts on from the first dispatch."""
        facts = {"from": self.repair.trade, "trade": details.trade.value}
        self.fill_in(trade=details.trade.value, wrong_trades=self.repair.wrong_trades + 1)
        self.release(WorkOrderOutcome.WITHDRAWN, RepairEvent.WRONG_TRADE, actor, details.reason, facts)

    # Nobody at home

    def no_show(self, details: NoShowDetails, actor: Actor) -> None:
        """上门无人: on record and told to the customer; a new appointment is to be made, or the customer given up."""
        self.fill_in(no_shows=self.repair.no_shows + 1)
        self.clocks.stop(RepairClock.ARRIVAL)
        facts = {"no_shows": str(self.repair.no_shows)}
        self.record(RepairEvent.NO_SHOW, actor, state=_S.ACKNOWLEDGED, reason=details.reason, facts=facts)
        self.start_clock(RepairClock.REAPPOINTMENT, self.policy.reappointment)
        self.tell(NoticeEvent.CUSTOMER_ABSENT, to_customer(), facts)
        self.tell(NoticeEvent.CUSTOMER_ABSENT, to_role(Role.CS_ASSISTANT), facts)
        self.give_up_if_in_vain()

    def call(self, details: CallDetails, actor: Actor) -> None:
        """电话联系客户: calls without an answer count until one is answered."""
        self.fill_in(unanswered_calls=0 if details.answered else self.repair.unanswered_calls + 1)
        facts = {"answered": "yes" if details.answered else "no"}
        self.record(RepairEvent.CALLED, actor, reason=details.reason, facts=facts)
        self.give_up_if_in_vain()

    def give_up_if_in_vain(self) -> None:
        """业主失约 after two visits and three calls in vain; an emergency is never given up."""
        visits = self.repair.no_shows >= self.policy.no_shows_before_closing
        calls = self.repair.unanswered_calls >= self.policy.calls_before_closing
        if visits and calls and self.can_wait and self.state in _ON_THE_WAY:
            self.give_up()

    def raise_to_emergency(self, hazard: str, actor: Actor) -> None:
        """An emergency waits for no appointment: whoever has the job is awaited at once."""
        waits_for_one = RepairClock.REAPPOINTMENT in self.clocks
        super().raise_to_emergency(hazard, actor)
        if waits_for_one:
            self.clocks.stop(RepairClock.REAPPOINTMENT)
            self.start_clock(RepairClock.ARRIVAL, arrival_rule(self.policy, self.level))

    # Another time

    def refuse_reschedule(self, details: RescheduleDetails, actor: Actor) -> None:
        """A new appointment lies ahead, and an emergency has none."""
        if not self.can_wait:
            raise Refused("emergency_cannot_wait", "紧急报修不能改约")
        if details.appointment_at <= self.now:
            raise Refused("appointment_in_past", "预约时间必须晚于现在")

    def reschedule(self, details: RescheduleDetails, actor: Actor) -> None:
        """改约: arrival is due before the new time, and the time to completion runs from it."""
        self.appoint(details.appointment_at, actor, details.reason)

    def appoint(self, appointment_at: datetime, actor: Actor, reason: str) -> None:
        """Set the appointment at the customer's wish."""
        self.fill_in(appointment_at=appointment_at, unanswered_calls=0)
        self.clocks.stop(RepairClock.REAPPOINTMENT)
        if self.dispatched_at is not None:
            self.start_arrival_clock()
        if RepairClock.FINISH in self.clocks:
            self.start_finish_clock()
        facts = self.appointment_facts()
        self.record(RepairEvent.RESCHEDULED, actor, reason=reason, facts=facts)
        self.tell(NoticeEvent.APPOINTMENT_CHANGED, to_customer(), facts)
        if self.header.assignee:
            self.tell(NoticeEvent.APPOINTMENT_CHANGED, to_staff(self.header.assignee), facts)
