"""From a report to the start of a repair 报修 (``docs/domain/repair.md``, ``docs/domain/cases.md``; S0 4.2.1, S4)."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from activities.opening.places import Place, place_of, policy_in_force
from activities.opening.refused import CaseRefusedError
from activities.records.intake_snapshot import Caller, IntakeSnapshot
from workflows.messages.attachments import AttachmentRef
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, Channel, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Message, Moment
from workflows.messages.people import Actor, Role, Trade
from workflows.messages.periods import Period
from workflows.messages.policy import Policy
from workflows.messages.repair import Backfill, RepairStart
from workflows.rules.repair_classification import classify
from workflows.rules.time_limits import deadline

_ACCEPTING_ROLES: Final = frozenset({Role.CS_ASSISTANT, Role.CS_SUPERVISOR, Role.CONTROL_ROOM, Role.STEWARD})
_ACCEPTING_CHANNELS: Final = frozenset({Channel.FRONT_DESK, Channel.PHONE, Channel.CONTROL_ROOM})
_ENTERING_ROLES: Final = frozenset({Role.CS_ASSISTANT, Role.CS_SUPERVISOR, Role.CONTROL_ROOM, Role.ENGINEERING_LEAD})


class NightJob(Message):
    """A job that is entered afterwards 补单, with the times of the control room's log."""

    called_at: Moment
    done: Backfill


class RepairReport(Message):
    """What was reported, checked at the edge. Personal data: the reporter and the free text.

    ``inside`` is said only where the register's kind of the unit does not tell 户内 from 公共.
    """

    community: str
    unit: str
    channel: Channel
    description: str
    reporter: Reporter = Reporter()
    trade: Trade | None = None
    appointment_at: Moment | None = None
    place: str = ""
    inside: bool | None = None
    attachments: tuple[AttachmentRef, ...] = ()
    night_job: NightJob | None = None


def repair_start(
    number: str, report: RepairReport, caller: Caller, snapshot: IntakeSnapshot, now: datetime
) -> RepairStart:
    """Return the start message of the repair, received at ``now`` under the policy then in force.

    Raises ``CaseRefusedError``: ``unknown_unit``, ``appointment_in_past``, ``no_policy_in_force``, and for a night
    job ``backfill_not_yours``, ``backfill_in_future``, ``backfill_out_of_order``, ``backfill_too_old``.
    """
    policy = policy_in_force(report.community, snapshot, now)
    place = place_of(report.community, report.unit, snapshot, now)
    if report.appointment_at is not None and report.appointment_at < now:
        raise CaseRefusedError("appointment_in_past", "预约时间已过:请改约,或不填以尽快上门")
    if report.night_job is not None:
        _check_night_job(report.night_job, caller, now, policy.repair.backfill_within, snapshot.calendar)
    opening = CaseOpening(
        number=number,
        kind=CaseKind.REPAIR,
        community=report.community,
        channel=report.channel,
        reporter=report.reporter,
        description=report.description,
        policy_version=policy.version,
        accepted_by=_acceptor(report, caller),
        attachments=report.attachments,
        unit=report.unit,
        unit_verified=place.verified,
        area=place.area,
        **_times(report, policy, now),
    )
    return repair_from(opening, report, place, policy, snapshot)


def repair_from(
    opening: CaseOpening, report: RepairReport, place: Place, policy: Policy, snapshot: IntakeSnapshot
) -> RepairStart:
    """Return the start of a repair that is opened so: judged by its words, with what warranty and price hang on."""
    judged = classify(report.description, report.trade, policy.repair)
    return RepairStart(
        opening=opening,
        trade=judged.trade,
        repair_class=judged.repair_class,
        hazard=judged.hazard,
        place=report.place,
        appointment_at=report.appointment_at,
        policy=policy.repair,
        calendar=snapshot.calendar,
        inside=report.inside if report.inside is not None else place.inside,
        building_accepted_on=place.building_accepted_on,
        developer_ports=policy.duty.developer_ports,
        backfill=report.night_job.done if report.night_job else None,
    )


def _times(report: RepairReport, policy: Policy, now: datetime) -> dict[str, datetime]:
    """A night job was received when the control room was called; business time begins when it is entered."""
    zone = ZoneInfo(policy.calendar.tz)
    if report.night_job is None:
        return {"received_at": now.astimezone(zone)}
    return {"received_at": report.night_job.called_at.astimezone(zone), "entered_at": now.astimezone(zone)}


def _check_night_job(job: NightJob, caller: Caller, now: datetime, within: Period, calendar: WorkingCalendar) -> None:
    """Times in their order, none ahead, and no older than the policy says (a long weekend; own)."""
    if caller.role not in _ENTERING_ROLES:
        raise CaseRefusedError("backfill_not_yours", "补单只能由前台、中控室、客服主管或工程主管录入")
    done = job.done
    times = [job.called_at, done.arrived_at, *((done.completed_at,) if done.completed_at else ())]
    if max(times) > now:
        raise CaseRefusedError("backfill_in_future", "补单的时间不能晚于现在:请按中控室记录填写")
    if times != sorted(times):
        raise CaseRefusedError("backfill_out_of_order", "补单的时间顺序不对:应为来电、到场、完工")
    if now > deadline(job.called_at, within, calendar):
        raise CaseRefusedError("backfill_too_old", f"来电已超过{within.label},不能补单:请工程主管核实后按新报修登记")


def _acceptor(report: RepairReport, caller: Caller) -> Actor | None:
    """Entering a report at the desk is accepting it 受理; a service that passes one on accepts nothing."""
    entered_at_the_desk = caller.role in _ACCEPTING_ROLES and report.channel in _ACCEPTING_CHANNELS
    if entered_at_the_desk or report.night_job is not None:
        return Actor(role=caller.role, code=caller.staff)
    return None
