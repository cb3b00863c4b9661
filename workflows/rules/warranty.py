"""Warranty 保修 and who answers for a repair 责任端口 (L3 §40; S3 五(二)2–3; ``docs/domain/repair.md``)."""

from datetime import date

from workflows.messages.people import Trade
from workflows.messages.periods import Period
from workflows.messages.repair import Port, RepairClass
from workflows.messages.repair_policy import WarrantyPolicy
from workflows.rules.time_limits import same_day_of_month


def warranty_period(description: str, trade: Trade, policy: WarrantyPolicy) -> Period:
    """Return how long the thing that the report names is in warranty, from the building's completion acceptance.

    Structure outranks leakage, which outranks the trade: the longest that the words bear out holds.
    """
    words = "".join(description.split())
    if any(word in words for word in policy.structure_words):
        return policy.structure
    if any(word in words for word in policy.waterproof_words):
        return policy.waterproof
    return policy.heating_and_cooling if trade is Trade.HEATING_AND_COOLING else policy.general


def warranty_until(
    building_accepted_on: date | None, description: str, trade: Trade, policy: WarrantyPolicy
) -> date | None:
    """Return the last day of the warranty, which is included (RPR-14); None where the day of acceptance is not known.

    The periods of a warranty are months (L3 §40); a company that writes days has them counted as days.
    """
    if building_accepted_on is None:
        return None
    period = warranty_period(description, trade, policy)
    if period.months:
        return same_day_of_month(building_accepted_on, period.months)
    return date.fromordinal(building_accepted_on.toordinal() + (period.days or 0))


def in_warranty(reported_on: date, until: date | None) -> bool | None:
    """Whether a fault reported that day is in warranty; None where nobody knows."""
    return None if until is None else reported_on <= until


def port_of(*, covered: bool | None, developer_ports: bool) -> Port:
    """Return who answers for it: a defect in warranty is 运筹's where the developer's ports take part, else 物业's."""
    return Port.CONSTRUCTION if covered and developer_ports else Port.PROPERTY


def is_paid(
    *, paid_inside: bool, inside: bool | None, covered: bool | None, port: Port, repair_class: RepairClass
) -> bool:
    """Whether the work needs a confirmed quote before it begins: inside a home, out of warranty (S0).

    An emergency never waits for a quote: what it costs can be quoted once it is under control (own).
    """
    free = bool(covered) or port is not Port.PROPERTY or repair_class is RepairClass.EMERGENCY
    return paid_inside and inside is True and not free
