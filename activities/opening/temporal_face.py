"""What Temporal shows of a case to everybody 明面信息: search attributes and one line, without personal data."""

from typing import Any

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from workflows.effects.open_text import OpenText
from workflows.messages.identifiers import BREACHED, CASE_KIND, CASE_STATE, COMMUNITY, LEVEL, UNIT
from workflows.messages.repair import RepairStart, RepairState
from workflows.rules.business_time import spoken
from workflows.rules.repair_acceptance import accepted_at_once_by
from workflows.rules.repair_classification import Hazard


def attributes_at_start(start: RepairStart) -> TypedSearchAttributes:
    """Return the search attributes of a repair that has just been received; the process keeps them up to date.

    A unit that is not known (房号待核) is left out: what is not one of our codes might hold anything, a name even.
    """
    first_state = RepairState.RECEIVED if accepted_at_once_by(start) is None else RepairState.ACCEPTED
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(CASE_KIND, start.opening.kind.label),
        SearchAttributePair(CASE_STATE, first_state.label),
        SearchAttributePair(COMMUNITY, start.opening.community),
        SearchAttributePair(LEVEL, start.repair_class.label),
        SearchAttributePair(BREACHED, False),
    ]
    if start.opening.unit_verified:
        pairs.append(SearchAttributePair(UNIT, start.opening.unit))
    return TypedSearchAttributes(pairs)


def summary(start: RepairStart) -> OpenText:
    """Return the one line that the Temporal UI shows, such as 「报修 YGHY 1-101 紧急 水」."""
    unit = start.opening.unit if start.opening.unit_verified else "房号待核"
    return OpenText(
        f"{start.opening.kind.label} {start.opening.community} {unit} {start.repair_class.label} {start.trade.label}"
    )


def details(start: RepairStart) -> OpenText:
    """Return what the Temporal UI shows below the summary: what was decided when the case was opened."""
    opening = start.opening
    rows = [
        ("来报", f"{spoken(opening.received_at)},{opening.channel.label}"),
        ("项目", opening.community),
        ("房号", opening.unit if opening.unit_verified else "房号待核"),
        ("片区", opening.area or "—"),
        ("紧急程度", start.repair_class.label),
        ("险情", Hazard(start.hazard).label if start.hazard else "—"),
        ("工种", start.trade.label),
        ("预约", spoken(start.appointment_at) or "尽快"),
        ("政策版本", str(opening.policy_version)),
    ]
    return OpenText("\n".join(f"- **{name}** {value}" for name, value in rows))
