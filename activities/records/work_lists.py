"""Lists for a day's work 工作清单: a technician's day, what is overdue, the morning's unfinished items (S0 4.1.4).

Nothing here names a customer or repeats his words: units, codes and times only. Open cases are found by an index of
the open ones alone, so that a long history costs nothing.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from activities.connections.database import Database
from activities.records.case_tables import Case, RepairRecordRow, WorkOrderRow
from activities.records.form_tables import ServiceRecordRow
from activities.records.policies import NoPolicyInForceError, policy_in_force
from activities.records.reading import one_state
from workflows.messages.case import Channel
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor
from workflows.messages.policy import Policy
from workflows.messages.repair import RepairClass, RepairState
from workflows.messages.special_service import ServiceState
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE
from workflows.rules.whose_turn import has_no_owner, whose_turn

ITEMS_AT_MOST: Final = 500
"""Longest list; what is left out is counted."""
_NOT_TO_BE_WORKED_ON: Final = (
    RepairState.COMPLETED,
    RepairState.VERIFIED,
    RepairState.AWAITING_REVISIT,
    ServiceState.POSTED,
)
_UNFINISHED: Final = Case.state != RepairState.AWAITING_REVISIT
"""What waits for its revisit is finished; the revisit is a case of its own, and that is not."""


_Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class OpenItem:
    """An open case in a list. ``late_seconds`` is by how much its earliest deadline is missed, 0 where it is not.

    ``turn`` is for whom it waits; ``level`` the class 紧急程度 of a repair.
    """

    number: str
    kind: CaseKind
    unit: str
    area: str
    level: str
    level_label: str
    state: str
    state_label: str
    assignee: str
    turn: Actor
    received_at: datetime
    due_at: datetime | None
    late_seconds: int
    breached: bool


@dataclass(frozen=True)
class DayJob(OpenItem):
    """A job of somebody's day. ``today`` is False for one that is for a later day; ``second`` for the second person."""

    trade: str
    hazard: str
    appointment_at: datetime | None
    today: bool
    second: bool


@dataclass(frozen=True)
class WorkDay:
    """What somebody has to do, the most pressing first, and how many jobs are done since 00:00."""

    staff: str
    jobs: tuple[DayJob, ...]
    done_today: int
    as_of: datetime


@dataclass(frozen=True)
class OpenItems:
    """Open cases, and how many there are in all where the list was cut off."""

    items: tuple[OpenItem, ...]
    in_all: int
    as_of: datetime


@dataclass(frozen=True)
class NightEntry:
    """A matter that came in at night, by its true time; ``entered_at`` is set where it was entered afterwards 补单."""

    number: str
    kind: CaseKind
    unit: str
    level_label: str
    state_label: str
    channel: Channel
    received_at: datetime
    entered_at: datetime | None


@dataclass(frozen=True)
class MorningList:
    """晨查: what the supervisor reads first thing. ``without_owner`` are numbers of open cases that nobody has."""

    night_from: datetime
    night_until: datetime
    unfinished: OpenItems
    night: tuple[NightEntry, ...]
    backfilled: int
    without_owner: tuple[str, ...]


def day_of(db: Database, community: str, staff: str, now: datetime) -> WorkDay:
    """Return a technician's day, or that of whoever else has cases: own open jobs, by appointment or deadline.

    What waits for the customer's acceptance or a revisit is no longer a job. Raises ``OperationalError`` if
    PostgreSQL is out of reach.
    """
    midnight = datetime.combine(local(now, DUTY_ZONE).date(), time(), local(now, DUTY_ZONE).tzinfo)
    own = or_(Case.assignee == staff, RepairRecordRow.second_technician == staff)
    with one_state(db) as connection:
        rows = connection.execute(
            _with_forms(_open_cases(community)).where(own, Case.state.not_in(_NOT_TO_BE_WORKED_ON))
        )
        jobs = [_day_job(row, staff, now, midnight + timedelta(days=1)) for row in rows]
        done = connection.scalar(
            select(func.count(WorkOrderRow.case.distinct())).where(
                WorkOrderRow.community == community,
                WorkOrderRow.technician == staff,
                WorkOrderRow.completed_at >= midnight,
                WorkOrderRow.completed_at <= now,
            )
        )
        return WorkDay(staff, tuple(sorted(jobs, key=_urgency)), done or 0, _as_of(connection))


def overdue(db: Database, community: str, now: datetime, limit: int = ITEMS_AT_MOST) -> OpenItems:
    """Return the open cases whose deadline lies before ``now``, the longest missed first."""
    with one_state(db) as connection:
        return _items(connection, community, now, limit, Case.due_at < now)


def morning_list(db: Database, community: str, now: datetime, limit: int = ITEMS_AT_MOST) -> MorningList:
    """Return what is unfinished this morning, by deadline, and what came in during the night (S0 4.1.4; C9).

    The night is that before this day, from and until when the community's policy says.
    """
    with one_state(db) as connection:
        night_from, night_until = _night(connection, community, now)
        night = tuple(
            NightEntry(**{**row, "kind": CaseKind(row["kind"]), "channel": Channel(row["channel"])})
            for row in connection.execute(_came_in(community, night_from, night_until)).mappings()
        )
        whole = connection.execute(
            select(Case.number, Case.kind, Case.state, Case.assignee)
            .where(*_is_open(community), _UNFINISHED)
            .order_by(Case.number)
        )
        return MorningList(
            night_from=night_from,
            night_until=night_until,
            unfinished=_items(connection, community, now, limit, _UNFINISHED),
            night=night,
            backfilled=sum(entry.entered_at is not None for entry in night),
            without_owner=tuple(
                row.number for row in whole if has_no_owner(CaseKind(row.kind), row.state, row.assignee)
            ),
        )


def _is_open(community: str) -> tuple[ColumnElement[bool], ...]:
    return Case.community == community, Case.closed_at.is_(None)


def _open_cases(community: str) -> _Rows:
    return select(
        *(Case.number, Case.kind, Case.unit, Case.area, Case.level, Case.level_label, Case.state, Case.state_label),
        *(Case.assignee, Case.received_at, Case.due_at, Case.breached),
    ).where(*_is_open(community))


def _with_forms(statement: _Rows) -> _Rows:
    return (
        statement.add_columns(
            func.coalesce(RepairRecordRow.trade, "").label("trade"),
            func.coalesce(RepairRecordRow.hazard, "").label("hazard"),
            func.coalesce(RepairRecordRow.appointment_at, ServiceRecordRow.appointment_at).label("appointment_at"),
        )
        .outerjoin(RepairRecordRow, RepairRecordRow.case == Case.number)
        .outerjoin(ServiceRecordRow, ServiceRecordRow.case == Case.number)
    )


def _items(connection: Connection, community: str, now: datetime, limit: int, *only: ColumnElement[bool]) -> OpenItems:
    listed = _open_cases(community).where(*only)
    rows = connection.execute(listed.order_by(Case.due_at.asc().nulls_last(), Case.number).limit(limit))
    items = tuple(OpenItem(**_item(row, now)) for row in rows)
    in_all = connection.scalar(select(func.count()).select_from(listed.subquery()))
    return OpenItems(items, in_all or 0, _as_of(connection))


def _item(row: Any, now: datetime) -> dict[str, Any]:
    kind = CaseKind(row.kind)
    late = now - row.due_at if row.due_at is not None and row.due_at < now else timedelta()
    names = ("number", "unit", "area", "level", "level_label", "state", "state_label", "assignee")
    return {
        **{name: getattr(row, name) for name in names},
        "kind": kind,
        "turn": whose_turn(kind, row.state, row.assignee),
        "received_at": row.received_at,
        "due_at": row.due_at,
        "late_seconds": int(late.total_seconds()),
        "breached": row.breached,
    }


def _day_job(row: Any, staff: str, now: datetime, tomorrow: datetime) -> DayJob:
    return DayJob(
        **_item(row, now),
        trade=row.trade,
        hazard=row.hazard,
        appointment_at=row.appointment_at,
        today=row.appointment_at is None or row.appointment_at < tomorrow,
        second=row.assignee != staff,
    )


def _urgency(job: DayJob) -> tuple[Any, ...]:
    """Emergencies first, then what is for today, then by deadline or appointment."""
    when = [moment for moment in (job.due_at, job.appointment_at) if moment is not None]
    emergency = bool(job.hazard) or job.level == RepairClass.EMERGENCY
    return not emergency, not job.today, not when, min(when, default=job.received_at), job.number


def _came_in(community: str, night_from: datetime, night_until: datetime) -> _Rows:
    return (
        select(*(Case.number, Case.kind, Case.unit, Case.level_label, Case.state_label, Case.channel))
        .add_columns(Case.received_at, Case.entered_at)
        .where(Case.community == community, Case.received_at >= night_from, Case.received_at < night_until)
        .where(Case.kind != CaseKind.REVISIT)
        .order_by(Case.received_at, Case.number)
    )


def _night(connection: Connection, community: str, now: datetime) -> tuple[datetime, datetime]:
    duty = _policy(connection, community, now).duty
    today = local(now, DUTY_ZONE)
    begins, ends = (
        datetime.combine(today.date(), clock_time, today.tzinfo) for clock_time in (duty.night_from, duty.night_until)
    )
    return (begins if begins < ends else begins - timedelta(days=1)), ends


def _policy(connection: Connection, community: str, now: datetime) -> Policy:
    try:
        return policy_in_force(connection, community, now)
    except NoPolicyInForceError:
        return Policy(community="", version=0, effective_from=now)


def _as_of(connection: Connection) -> datetime:
    return connection.execute(select(func.now())).scalar_one()
