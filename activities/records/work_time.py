"""The month's work-time statement 工时统计表 from the records (S4 二.4; RPR-18)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, func, select

from activities.connections.database import Database
from activities.records.case_tables import Case, CaseLine, RepairRecordRow, WorkOrderRow
from activities.records.form_tables import SuspensionRow
from activities.records.policies import NoPolicyInForceError, policy_in_force
from activities.records.reading import one_state
from activities.records.working_calendar import working_calendar
from workflows.messages.identifiers import CaseKind
from workflows.messages.records import Suspension
from workflows.messages.repair_events import RepairEvent
from workflows.messages.repair_policy import RepairPolicy
from workflows.rules.work_time_statement import (
    Figures,
    Group,
    Job,
    RepairHistory,
    WorkLine,
    by_class,
    by_technician,
    by_trade,
    figures_of,
    jobs_of,
    statement_due,
)


@dataclass(frozen=True)
class WorkTimeStatement:
    """The repairs completed in a month, as the records stood at ``as_of``; ``overall`` is None where there were none.

    ``due_at`` is when the statement has to be ready. Codes and times only, no personal data.
    """

    community: str
    year: int
    month: int
    due_at: datetime
    as_of: datetime
    overall: Figures | None
    by_trade: tuple[Group, ...]
    by_technician: tuple[Group, ...]
    by_class: tuple[Group, ...]
    jobs: tuple[Job, ...]


def work_time_statement(db: Database, community: str, year: int, month: int) -> WorkTimeStatement:
    """Return the statement of a month, from 00:00 of its first day to 24:00 of its last on the community's clock.

    Raises ``ValueError`` for a month that there is none of, ``OperationalError`` if PostgreSQL is out of reach.
    """
    with one_state(db) as connection:
        calendar = working_calendar(connection, (year, year + 1))
        begins, ends = _month(year, month, ZoneInfo(calendar.tz))
        policy = _repair_policy(connection, community, ends)
        jobs = tuple(
            job
            for repair in _histories(connection, community, begins, ends)
            for job in jobs_of(repair)
            if begins <= job.completed_at < ends
        )
        as_of = connection.execute(select(func.now())).scalar_one()
    return WorkTimeStatement(
        community=community,
        year=year,
        month=month,
        due_at=statement_due(year, month, policy, calendar),
        as_of=as_of,
        overall=figures_of(jobs),
        by_trade=by_trade(jobs),
        by_technician=by_technician(jobs),
        by_class=by_class(jobs),
        jobs=tuple(sorted(jobs, key=lambda job: (job.completed_at, job.case))),
    )


def _month(year: int, month: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    begins = datetime.combine(date(year, month, 1), time(), zone)
    ends = datetime.combine(date(year + month // 12, month % 12 + 1, 1), time(), zone)
    return begins, ends


def _repair_policy(connection: Connection, community: str, at: datetime) -> RepairPolicy:
    try:
        return policy_in_force(connection, community, at).repair
    except NoPolicyInForceError:
        return RepairPolicy()


def _histories(connection: Connection, community: str, begins: datetime, ends: datetime) -> list[RepairHistory]:
    """Return the repairs that were completed, for whatever time, between the two."""
    completed = (
        select(CaseLine.case)
        .where(CaseLine.community == community, CaseLine.event == RepairEvent.COMPLETED)
        .where(CaseLine.at >= begins, CaseLine.at < ends)
    )
    repairs = connection.execute(
        select(Case.number, Case.received_at, RepairRecordRow.trade, RepairRecordRow.repair_class)
        .join(RepairRecordRow, RepairRecordRow.case == Case.number)
        .where(Case.community == community, Case.kind == CaseKind.REPAIR, Case.number.in_(completed))
        .order_by(Case.number)
    ).all()
    numbers = [repair.number for repair in repairs]
    lines = _by_case(connection, community, numbers, CaseLine, ("at", "event", "state_before", "state", "facts"))
    stops = _by_case(connection, community, numbers, SuspensionRow, _SUSPENSION)
    orders = _by_case(connection, community, numbers, WorkOrderRow, ("completed_at", "technician"))
    return [
        RepairHistory(
            case=repair.number,
            trade=repair.trade,
            repair_class=repair.repair_class,
            ordered_at=repair.received_at,
            lines=[_line(row) for row in lines[repair.number]],
            suspensions=[Suspension(**{name: row[name] for name in _SUSPENSION}) for row in stops[repair.number]],
            completed_orders=[
                (row["completed_at"], row["technician"]) for row in orders[repair.number] if row["completed_at"]
            ],
        )
        for repair in repairs
    ]


_SUSPENSION = ("number", "ground", "promised_on", "suspended_at", "resumed_at")


def _line(row: RowMapping) -> WorkLine:
    clock = str(row["facts"].get("clock", ""))
    return WorkLine(row["at"], row["event"], row["state_before"], row["state"], clock)


def _by_case(
    connection: Connection, community: str, numbers: Collection[str], row: Any, names: Collection[str]
) -> Mapping[str, list[RowMapping]]:
    """Return the rows of each case in the order of their counters."""
    table = row.__table__
    found = (
        select(table.c.case, *(table.c[name] for name in names))
        .where(table.c.community == community, table.c.case.in_(numbers))
        .order_by(*table.primary_key.columns)
    )
    rows: dict[str, list[RowMapping]] = defaultdict(list)
    for stored in connection.execute(found).mappings():
        rows[stored["case"]].append(stored)
    return rows
