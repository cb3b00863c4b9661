"""The file of one special service 特约服务单档: its form, its quotes, its clocks; nobody acts here."""

from typing import Any, Final

from temporalio import workflow

from workflows.messages.case import CaseHeader, CaseProgress
from workflows.messages.clocks import Clock, ClockRule
from workflows.messages.message import Moment
from workflows.messages.notices import Recipient, to_role, to_staff
from workflows.messages.people import Role
from workflows.messages.quotes import QuoteClock
from workflows.messages.records import Form, ServiceRecord
from workflows.messages.selecting import RevisitRequest
from workflows.messages.special_service import ServiceClock, ServiceProgress, ServiceStart, ServiceState
from workflows.processes.paid_work import PaidWorkPolicy
from workflows.processes.quoting import Quoting

_S = ServiceState
_WAITS_FOR: Final[dict[str, Role]] = {
    ServiceClock.QUOTING: Role.CS_ASSISTANT,
    QuoteClock.QUOTE_REVIEW: Role.ENGINEERING_LEAD,
    QuoteClock.CHARGE_DISPUTE: Role.CS_SUPERVISOR,
}
DONE: Final = (_S.AWAITING_SIGNATURE, _S.POSTED, _S.CLOSED)


class ServiceFile(Quoting):
    """A special service as it stands."""

    def __init__(self, start: ServiceStart) -> None:
        progress = start.progress or _beginning(start)
        super().__init__(start.opening, start.calendar, progress.case)
        self.start = start
        self.policy = start.policy
        self.service = progress.record
        self.quotes = list(progress.quotes)
        self.charge = progress.charge
        self.round = progress.round
        self.selection = progress.selection
        self.selection_asked = progress.selection_asked
        self.revisit_open = progress.revisit_open
        self.mandatory = progress.mandatory
        self.rework_of_revisit = progress.rework_of_revisit
        self.reopen_until = progress.reopen_until

    @property
    def state(self) -> ServiceState:
        """The state as the enum that the steps and rules know."""
        return ServiceState(self.header.state)

    @property
    def paid_work(self) -> PaidWorkPolicy:
        """The part of the policy that paid work needs."""
        return self.policy

    @property
    def quoted_state(self) -> str:
        """待确认报价."""
        return _S.QUOTED

    @property
    def state_to_quote_from(self) -> str:
        """Where a quote comes from: the order, or the work that is under way."""
        return _S.IN_SERVICE if self.service.started_at else _S.ORDERED

    @property
    def state_after_consent(self) -> str:
        """已预约, or back to the work that is under way."""
        return _S.IN_SERVICE if self.service.started_at else _S.BOOKED

    @property
    def is_being_reworked(self) -> bool:
        """Whether work has begun again since it was completed."""
        return self.state not in DONE

    def fill_in(self, **columns: Any) -> None:
        """Write columns of the 《特约服务单》."""
        self.service = self.service.model_copy(update=columns)

    def start_clock(self, clock: ServiceClock, rule: ClockRule, due_at: Moment | None = None) -> None:
        """Start one of the service's clocks now."""
        self.clocks.start_rule(clock, clock.label, rule, self.now, due_at)

    def start_appointment_clock(self) -> None:
        """The performer is there a little before the appointment; without one nobody is late."""
        at = self.service.appointment_at
        if at is not None:
            self.start_clock(
                ServiceClock.START, self.policy.start, at - self.policy.start_before_appointment.as_timedelta()
            )

    def in_charge(self, clock: Clock) -> Recipient:
        """Whoever performs it, else the desk; some clocks wait for somebody else."""
        if clock.name in _WAITS_FOR:
            return to_role(_WAITS_FOR[clock.name])
        return to_staff(self.header.assignee) if self.header.assignee else to_role(Role.CS_ASSISTANT)

    def revisit_request(self) -> RevisitRequest:
        """The question for the present round; the performer may not revisit own work (R17)."""
        return RevisitRequest(
            case=self.opening.number,
            kind=self.opening.kind.value,
            community=self.opening.community,
            round=self.round,
            unit=self.opening.unit,
            area=self.opening.area,
            scopes=("special_service",),
            completed_at=self.service.completed_at or self.now,
            business_now=self.now,
            mandatory=self.mandatory,
            barred=(self.service.performer,) if self.service.performer else (),
        )

    def state_label(self, state: str) -> str:
        """The Chinese term of the diagram."""
        return ServiceState(state).label

    def forms(self) -> tuple[Form, ...]:
        """《特约服务单》 and the quotes."""
        return (self.service, *self.quote_forms())

    def carried(self) -> ServiceStart:
        """The next run's start: the same start, with what has happened."""
        progress = ServiceProgress(
            case=self.progress(),
            record=self.service,
            quotes=tuple(self.quotes),
            charge=self.charge,
            round=self.round,
            selection=self.selection,
            selection_asked=self.selection_asked,
            revisit_open=self.revisit_open,
            mandatory=self.mandatory,
            rework_of_revisit=self.rework_of_revisit,
            reopen_until=self.reopen_until,
        )
        return self.start.model_copy(update={"progress": progress})


def _beginning(start: ServiceStart) -> ServiceProgress:
    """The progress of a service that has just been ordered."""
    header = CaseHeader(
        number=start.opening.number,
        kind=start.opening.kind,
        community=start.opening.community,
        state=_S.ORDERED,
        state_label=_S.ORDERED.label,
        level="",
        level_label="",
        accepted_at=start.opening.received_at if start.opening.accepted_by else None,
        accepted_by=start.opening.accepted_by,
    )
    record = ServiceRecord(category=start.category, item=start.item, appointment_at=start.appointment_at)
    return ServiceProgress(case=CaseProgress(started_at=workflow.info().start_time, header=header), record=record)
