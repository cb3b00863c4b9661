"""The file of one repair 报修单档: its forms, its clocks and what can be read off them; nobody acts here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from temporalio import workflow

from workflows.messages.case import CaseHeader, CaseProgress
from workflows.messages.clocks import Clock, ClockRule, ClockStage
from workflows.messages.notices import NoticeEvent, Recipient, RecipientKind, to_customer, to_role, to_staff
from workflows.messages.people import Role
from workflows.messages.quotes import QuoteClock
from workflows.messages.records import Form, RepairRecord, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairClass, RepairClock, RepairProgress, RepairStart, RepairState
from workflows.processes.quoting import Quoting
from workflows.rules.business_time import local, spoken
from workflows.rules.repair_clocks import arrival_due_by_appointment, arrival_rule, dispatch_rule, finish_rule

_S = RepairState
WHOLE_REPAIR: Final = "whole-repair"
"""The patch behind which everything stands that a repair of release 0.1.0 would not have asked of Temporal."""
_WAITS_FOR: Final[Mapping[str, Role]] = {
    RepairClock.ACCEPTANCE: Role.CS_ASSISTANT,
    RepairClock.REAPPOINTMENT: Role.CS_ASSISTANT,
    RepairClock.SECOND_PERSON: Role.ENGINEERING_LEAD,
    RepairClock.LIFT_CONTRACTOR: Role.CONTROL_ROOM,
    RepairClock.SITE_CHECK: Role.PORT_OWNER,
    RepairClock.REPAIR_START: Role.PORT_OWNER,
    QuoteClock.QUOTE_REVIEW: Role.ENGINEERING_LEAD,
    QuoteClock.CHARGE_DISPUTE: Role.CS_SUPERVISOR,
}
"""Whom a clock reminds whoever has the job."""


class RepairFile(Quoting):
    """A repair as it stands: the 《报修记录》, its 《维修派工单》 and the time limits that run.

    ``whole`` is False in a case that was begun by release 0.1.0: it ends as it began, without the later parts.
    """

    def __init__(self, start: RepairStart) -> None:
        self.whole = workflow.patched(WHOLE_REPAIR)
        progress = start.progress or _beginning(start)
        super().__init__(start.opening, start.calendar, progress.case)
        self.in_one_order = self.whole
        self.start = start
        self.policy = start.policy
        self.repair = progress.record
        self.work_orders = list(progress.work_orders)
        self.orders_before_reopening = progress.orders_before_reopening
        self.dispatched_at = progress.dispatched_at
        self.reopen_until = progress.reopen_until
        self.reopened_at = progress.reopened_at
        self.suspensions = list(progress.suspensions)
        self.quotes = list(progress.quotes)
        self.charge = progress.charge
        self.merged = list(progress.merged)
        self.background_known = progress.background_known
        self.round = progress.round
        self.selection = progress.selection
        self.selection_asked = progress.selection_asked
        self.revisit_open = progress.revisit_open
        self.mandatory = progress.mandatory
        self.rework_of_revisit = progress.rework_of_revisit
        self.wanted: str | None = None

    def fill_in(self, **columns: Any) -> None:
        """Write columns of the 《报修记录》."""
        self.repair = self.repair.model_copy(update=columns)

    # Clocks

    def start_clock(self, clock: RepairClock, rule: ClockRule, since: datetime | None = None) -> None:
        """Start one of the repair's clocks, now if not said otherwise."""
        self.clocks.start_rule(clock, clock.label, rule, since or self.now)

    def start_arrival_clock(self) -> None:
        """Let arrival be awaited since the first dispatch (RPR-05); an appointment sets its deadline."""
        self.dispatched_at = self.dispatched_at or self.now
        since, label = self.dispatched_at, RepairClock.ARRIVAL.label
        due_at = arrival_due_by_appointment(self.policy, self.level, self.repair.appointment_at, since)
        self.clocks.start_rule(RepairClock.ARRIVAL, label, arrival_rule(self.policy, self.level), since, due_at)

    def start_dispatch_clock(self) -> None:
        """From acceptance, reopening or release runs the time to the next offer."""
        self.start_clock(RepairClock.DISPATCH, dispatch_rule(self.policy, self.level))

    def start_finish_clock(self, due_at: datetime | None = None) -> None:
        """The time to completion runs from now, or from the appointment where the customer has named a later time.

        ``due_at`` is given where the customer was told a day.
        """
        appointment = None if self.level is RepairClass.EMERGENCY else self.repair.appointment_at
        since = self.now if appointment is None else max(self.now, local(appointment, self.calendar.tz))
        clock, rule = RepairClock.FINISH, finish_rule(self.policy, self.level)
        self.clocks.start_rule(clock, clock.label, rule, since if due_at is None else self.now, due_at)

    def clock_rang(self, clock: Clock, stage: ClockStage) -> None:
        """As for every process; a late arrival is told to the customer too."""
        super().clock_rang(clock, stage)
        if clock.name == RepairClock.ARRIVAL and stage is ClockStage.BREACHED:
            self.tell(NoticeEvent.ARRIVAL_DELAYED, to_customer())

    def in_charge(self, clock: Clock) -> Recipient:
        """The technician who has the job, else the lead; some clocks wait for somebody else whoever has it."""
        if clock.name in _WAITS_FOR:
            return to_role(_WAITS_FOR[clock.name])
        return to_staff(self.header.assignee) if self.header.assignee else to_role(Role.ENGINEERING_LEAD)

    # What can be read off

    @property
    def state(self) -> RepairState:
        """The state as the enum that the steps and rules know."""
        return RepairState(self.header.state)

    @property
    def level(self) -> RepairClass:
        """The class 紧急程度, which decides the time limits."""
        return RepairClass(self.repair.repair_class)

    @property
    def needs_a_technician(self) -> bool:
        """Whether the case is to be dispatched and nobody has the job."""
        return self.state in (_S.ACCEPTED, _S.DISPATCHED) and not self.header.assignee

    @property
    def misses(self) -> int:
        """How many technicians have let an offer lapse since the case was opened or reopened."""
        return sum(order.outcome is WorkOrderOutcome.MISSED for order in self.present_orders)

    def appointment_facts(self) -> dict[str, str]:
        """The appointed time, for texts that tell when somebody comes; nothing for 尽快."""
        at = self.repair.appointment_at
        return {} if at is None else {"appointment_at": spoken(local(at, self.calendar.tz))}

    @property
    def present_orders(self) -> list[WorkOrder]:
        """The work orders since the case was opened, or last reopened."""
        return self.work_orders[self.orders_before_reopening :]

    @property
    def declined(self) -> tuple[str, ...]:
        """Technicians who are not asked again: they declined, missed the offer, or were there and could not do it."""
        refusals = (WorkOrderOutcome.DECLINED, WorkOrderOutcome.MISSED)
        names = (
            order.technician
            for order in self.present_orders
            if order.outcome in refusals
            or (order.outcome is WorkOrderOutcome.WITHDRAWN and order.arrived_at is not None)
        )
        return tuple(dict.fromkeys(names))

    @property
    def was_visited(self) -> bool:
        """Whether a technician has been there since the case was opened or reopened."""
        return any(order.arrived_at is not None for order in self.present_orders)

    def assign(self, technician: str) -> None:
        """Set who has the job; "" for nobody."""
        self.header = self.header.model_copy(update={"assignee": technician})

    def change_order(self, **changes: Any) -> None:
        """Change the newest work order."""
        self.work_orders[-1] = self.work_orders[-1].model_copy(update=changes)

    def state_label(self, state: str) -> str:
        """The Chinese term of the diagram."""
        return RepairState(state).label

    # Who hears, what is written, what the next run knows

    def tell(
        self, event: NoticeEvent, recipient: Recipient, facts: dict[str, str] | None = None, *, emergency: bool = False
    ) -> None:
        """As for every case; what the customer is told, those are told too whose reports were merged into this one."""
        super().tell(event, recipient, facts, emergency=emergency)
        if recipient.kind is RecipientKind.CUSTOMER and not recipient.of_case:
            for number in self.merged:
                super().tell(event, to_customer(number), facts, emergency=emergency)

    def forms(self) -> tuple[Form, ...]:
        """《报修记录》, its 《维修派工单》, suspensions, quotes and charge."""
        return (self.repair, *self.work_orders, *self.suspensions, *self.quote_forms())

    def carried(self) -> RepairStart:
        """The next run's start: the same start, with what has happened."""
        progress = RepairProgress(
            case=self.progress(),
            record=self.repair,
            work_orders=tuple(self.work_orders),
            orders_before_reopening=self.orders_before_reopening,
            dispatched_at=self.dispatched_at,
            reopen_until=self.reopen_until,
            reopened_at=self.reopened_at,
            suspensions=tuple(self.suspensions),
            quotes=tuple(self.quotes),
            charge=self.charge,
            merged=tuple(self.merged),
            background_known=self.background_known,
            round=self.round,
            selection=self.selection,
            selection_asked=self.selection_asked,
            revisit_open=self.revisit_open,
            mandatory=self.mandatory,
            rework_of_revisit=self.rework_of_revisit,
        )
        return self.start.model_copy(update={"progress": progress})


def _is_refusal(order: WorkOrder) -> bool:
    """Whether its technician is not to be asked again."""
    could_not = order.outcome is WorkOrderOutcome.WITHDRAWN and order.arrived_at is not None
    return could_not or order.outcome in (WorkOrderOutcome.DECLINED, WorkOrderOutcome.MISSED)


def _beginning(start: RepairStart) -> RepairProgress:
    """The progress of a repair that has just been reported."""
    header = CaseHeader(
        number=start.opening.number,
        kind=start.opening.kind,
        community=start.opening.community,
        state=_S.RECEIVED,
        state_label=_S.RECEIVED.label,
        level=start.repair_class,
        level_label=start.repair_class.label,
    )
    record = RepairRecord(
        place=start.place,
        trade=start.trade,
        repair_class=start.repair_class,
        hazard=start.hazard,
        appointment_at=start.appointment_at,
        inside=start.inside,
    )
    return RepairProgress(case=CaseProgress(started_at=workflow.info().start_time, header=header), record=record)
