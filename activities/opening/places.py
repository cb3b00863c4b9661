"""Where a matter is 房号与部位, and which policy binds it: what the intake snapshot says of both."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from activities.opening.refused import CaseRefusedError
from activities.records.intake_snapshot import IntakeSnapshot
from activities.records.policies import NoPolicyInForceError, policy_at
from workflows.messages.policy import Policy

FRESH: Final = timedelta(seconds=60)
"""A snapshot this young knows every unit; an older one means that PostgreSQL is out of reach."""


@dataclass(frozen=True)
class Place:
    """A unit as far as it is known; ``verified`` is False for 房号待核, and then nothing else is known."""

    verified: bool
    area: str = ""
    inside: bool | None = None
    building_accepted_on: date | None = None


def place_of(community: str, unit: str, snapshot: IntakeSnapshot, now: datetime) -> Place:
    """Return what is known of the unit; raises ``CaseRefusedError`` (``unknown_unit``) where all units are known."""
    known = snapshot.units.get(community, {}).get(unit)
    if known is not None:
        return Place(True, known.area, known.inside, known.building_accepted_on)
    if now - snapshot.taken_at <= FRESH:
        raise CaseRefusedError("unknown_unit", "本项目没有这个房号或公共部位编码:请核对后重报")
    return Place(verified=False)


def policy_in_force(community: str, snapshot: IntakeSnapshot, now: datetime) -> Policy:
    """Return the community's policy; raises ``CaseRefusedError`` (``no_policy_in_force``)."""
    try:
        return policy_at(snapshot.policies.get(community, ()), now)
    except NoPolicyInForceError:
        message = "本项目没有生效的政策,不能受理:请管理处经理先发布政策"
        raise CaseRefusedError("no_policy_in_force", message) from None
