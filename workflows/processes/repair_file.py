"""The file of one repair 报修单档: its forms, its clocks and what can be read off them; nobody acts here."""

from datetime import datetime
from typing import Any

from temporalio import workflow

from workflows.messages.case import CaseHeader, CaseProgress
from workflows.messages.clocks import Clock, ClockRule, ClockStage
from workflows.messages.notices import NoticeEvent, Recipient, to_customer, to_role, to_staff
from workflows.messages.people import Role
from workflows.messages.records import Form, RepairRecord, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairClass, RepairClock, RepairProgress, RepairStart, RepairState
from workflows.processes.case_process import CaseProcess
from workflows.rules.business_time import local, spoken
from workflows.rules.repair_clocks import arrival_due_by_appointment, arrival_rule, dispatch_rule, finish_rule

_S = RepairState


class RepairFile(CaseProcess):
    """A repair as it stands: the 《报修记录》, its 《维修派工单》 and the time limits that run."""

    def __init__(self, start: RepairStart) -> None:
        progress = start.progress or _beginning(start)
        super().__init__(start.opening, start.calendar, progress.case)
        self.start = start
        self.policy = start.policy
        self.repair = progress.record
        self.work_orders = list(progress.work_orders)
        self.orders_before_reopening = progress.orders_before_reopening
        self.dispatched_at = progress.dispatched_at
        self.reopen_until = progress.reopen_until
        self.wanted: str | None = None

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

    def start_finish_clock(self) -> None:
        """The time to completion runs from now, or from the appointment where the customer has named a later time."""
        appointment = None if self.level is RepairClass.EMERGENCY else self.repair.appointment_at
        since = self.now if appointment is None else max(self.now, local(appointment, self.calendar.tz))
        self.start_clock(RepairClock.FINISH, finish_rule(self.policy, self.level), since)

    def clock_rang(self, clock: Clock, stage: ClockStage) -> None:
        """As for every process; a late arrival is told to the customer too."""
        super().clock_rang(clock, stage)
        if clock.name == RepairClock.ARRIVAL and stage is ClockStage.BREACHED:
            self.tell(NoticeEvent.ARRIVAL_DELAYED, to_customer())

    def in_charge(self, clock: Clock) -> Recipient:
        """The technician who has the job, else the lead for dispatching and the desk for the rest."""
        if self.header.assignee:
            return to_staff(self.header.assignee)
        return to_role(Role.CS_ASSISTANT if clock.name == RepairClock.ACCEPTANCE else Role.ENGINEERING_LEAD)

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
        """Technicians who have declined this case or let its offer lapse; they are not asked again."""
        refusals = (WorkOrderOutcome.DECLINED, WorkOrderOutcome.MISSED)
        return tuple(dict.fromkeys(order.technician for order in self.present_orders if order.outcome in refusals))

    def assign(self, technician: str) -> None:
        """Set who has the job; "" for nobody."""
        self.header = self.header.model_copy(update={"assignee": technician})

    def change_order(self, **changes: Any) -> None:
        """Change the newest work order."""
        self.work_orders[-1] = self.work_orders[-1].model_copy(update=changes)

    def state_label(self, state: str) -> str:
        """The Chinese term of the diagram."""
        return RepairState(state).label

    def forms(self) -> tuple[Form, ...]:
        """《报修记录》 and its 《维修派工单》."""
        return (self.repair, *self.work_orders)

    def carried(self) -> RepairStart:
        """The next run's start: the same start, with what has happened."""
        progress = RepairProgress(
            case=self.progress(),
            record=self.repair,
            work_orders=tuple(self.work_orders),
            orders_before_reopening=self.orders_before_reopening,
            dispatched_at=self.dispatched_at,
            reopen_until=self.reopen_until,
        )
        return self.start.model_copy(update={"progress": progress})


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
    )
    return RepairProgress(case=CaseProgress(started_at=workflow.info().start_time, header=header), record=record)
