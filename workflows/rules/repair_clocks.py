"""Which time limits a repair runs under 报修时限, by class (domain: repair, timer table)."""

from datetime import datetime

from workflows.messages.clocks import ClockRule
from workflows.messages.repair import RepairClass
from workflows.messages.repair_policy import RepairPolicy


def dispatch_rule(policy: RepairPolicy, repair_class: RepairClass) -> ClockRule:
    """From acceptance to the first offer: five minutes, two for an emergency."""
    return policy.dispatch_emergency if repair_class is RepairClass.EMERGENCY else policy.dispatch


def arrival_rule(policy: RepairPolicy, repair_class: RepairClass) -> ClockRule:
    """From the first offer to arrival; re-dispatching does not start it anew (RPR-05)."""
    return {
        RepairClass.EMERGENCY: policy.arrival_emergency,
        RepairClass.URGENT: policy.arrival_urgent,
        RepairClass.GENERAL: policy.arrival,
    }[repair_class]


def finish_rule(policy: RepairPolicy, repair_class: RepairClass) -> ClockRule:
    """From acceptance to completion."""
    return {
        RepairClass.EMERGENCY: policy.finish_emergency,
        RepairClass.URGENT: policy.finish_urgent,
        RepairClass.GENERAL: policy.finish,
    }[repair_class]


def arrival_due_by_appointment(
    policy: RepairPolicy, repair_class: RepairClass, appointment_at: datetime | None, since: datetime
) -> datetime | None:
    """Return the arrival deadline that an appointment sets, five minutes before it (RPR-03); None for 尽快.

    An emergency never waits for an appointment, and a deadline never lies before the dispatch.
    """
    if appointment_at is None or repair_class is RepairClass.EMERGENCY:
        return None
    return max(since, appointment_at - policy.arrival_before_appointment.as_timedelta())
