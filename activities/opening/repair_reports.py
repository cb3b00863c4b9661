"""From a report to the start of a repair 报修 (``docs/domain/repair.md``, ``docs/domain/cases.md``; S0 4.2.1, S4)."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from activities.records.intake_snapshot import Caller, IntakeSnapshot
from activities.records.policies import NoPolicyInForceError, policy_at
from starters.case_desk.refused import CaseRefusedError
from workflows.messages.case import CaseOpening, Channel, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Message, Moment
from workflows.messages.people import Actor, Role, Trade
from workflows.messages.policy import Policy
from workflows.messages.repair import RepairStart
from workflows.rules.repair_classification import classify

FRESH: Final = timedelta(seconds=60)
"""A snapshot this young knows every unit; an older one means that PostgreSQL is out of reach."""
_ACCEPTING_ROLES: Final = frozenset({Role.CS_ASSISTANT, Role.CS_SUPERVISOR, Role.CONTROL_ROOM, Role.STEWARD})
_ACCEPTING_CHANNELS: Final = frozenset({Channel.FRONT_DESK, Channel.PHONE, Channel.CONTROL_ROOM})


class RepairReport(Message):
    """What was reported, checked at the edge. Personal data: the reporter and the free text."""

    community: str
    unit: str
    channel: Channel
    description: str
    reporter: Reporter = Reporter()
    trade: Trade | None = None
    appointment_at: Moment | None = None
    place: str = ""


def repair_start(
    number: str, report: RepairReport, caller: Caller, snapshot: IntakeSnapshot, now: datetime
) -> RepairStart:
    """Return the start message of the repair, received at ``now`` under the policy then in force.

    Raises ``CaseRefusedError``: ``unknown_unit``, ``appointment_in_past``, ``no_policy_in_force``.
    """
    policy = _policy_in_force(report.community, snapshot, now)
    areas = snapshot.units.get(report.community, {})
    unit_verified = report.unit in areas
    if not unit_verified and now - snapshot.taken_at <= FRESH:
        raise CaseRefusedError("unknown_unit", "本项目没有这个房号或公共部位编码:请核对后重报")
    if report.appointment_at is not None and report.appointment_at < now:
        raise CaseRefusedError("appointment_in_past", "预约时间已过:请改约,或不填以尽快上门")
    judged = classify(report.description, report.trade, policy.repair)
    opening = CaseOpening(
        number=number,
        kind=CaseKind.REPAIR,
        community=report.community,
        channel=report.channel,
        received_at=now.astimezone(ZoneInfo(policy.calendar.tz)),
        unit=report.unit,
        unit_verified=unit_verified,
        area=areas.get(report.unit, ""),
        reporter=report.reporter,
        description=report.description,
        policy_version=policy.version,
        accepted_by=_acceptor(report.channel, caller),
    )
    return RepairStart(
        opening=opening,
        trade=judged.trade,
        repair_class=judged.repair_class,
        hazard=judged.hazard,
        place=report.place,
        appointment_at=report.appointment_at,
        policy=policy.repair,
        calendar=snapshot.calendar,
    )


def _acceptor(channel: Channel, caller: Caller) -> Actor | None:
    """Entering a report at the desk is accepting it 受理; a service that passes one on accepts nothing."""
    if caller.role in _ACCEPTING_ROLES and channel in _ACCEPTING_CHANNELS:
        return Actor(role=caller.role, code=caller.staff)
    return None


def _policy_in_force(community: str, snapshot: IntakeSnapshot, now: datetime) -> Policy:
    try:
        return policy_at(snapshot.policies.get(community, ()), now)
    except NoPolicyInForceError:
        message = "本项目没有生效的政策,不能受理:请管理处经理先发布政策"
        raise CaseRefusedError("no_policy_in_force", message) from None
