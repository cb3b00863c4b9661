"""Offering a job 派工: choosing the technician and entering the work order are one locked transaction."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, func, insert, select
from sqlalchemy.orm import aliased
from temporalio import activity

from activities.connections.database import Database
from activities.records.absences import on_leave
from activities.records.case_tables import Case, WorkOrderRow
from activities.records.community_tables import DutyShift, Post, Staff, StaffTrade
from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.identifiers import Activity
from workflows.messages.people import Role, Trade
from workflows.messages.records import WorkOrderOutcome
from workflows.rules.business_time import local
from workflows.rules.dispatching import Candidate, choose
from workflows.rules.duty import DUTY_ZONE, Shift, covers, holds

_LOCK: Final = 1001
"""First half of the advisory locks of dispatching; the second is the community."""
_OPEN: Final = (WorkOrderOutcome.OFFERED, WorkOrderOutcome.TAKEN)


class Dispatching:
    """Who takes the next job, one decision at a time in each community."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name=Activity.OFFER_NEXT, no_thread_cancel_exception=True)
    def offer_next(self, request: OfferRequest) -> OfferOutcome:
        """Choose (``workflows/rules/dispatching.py``), enter the offer and return it.

        Asked again for the same case and attempt, it returns the stored answer. That nobody can take the job is
        not stored, so that the same question can have a better answer later.
        """
        with self._db.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(request.community))))
            return _stored_answer(connection, request) or self._new_answer(connection, request)

    def _new_answer(self, connection: Connection, request: OfferRequest) -> OfferOutcome:
        outcome = choose(_candidates(connection, request), request)
        if outcome.technician:
            connection.execute(
                insert(WorkOrderRow).values(
                    case=request.case,
                    attempt=request.attempt,
                    community=request.community,
                    technician=outcome.technician,
                    trade=request.trade,
                    considered=outcome.considered,
                    offered_at=request.business_now,
                    outcome=WorkOrderOutcome.OFFERED,
                )
            )
        return outcome


def _stored_answer(connection: Connection, request: OfferRequest) -> OfferOutcome | None:
    row = connection.execute(
        select(WorkOrderRow.technician, WorkOrderRow.considered).where(
            WorkOrderRow.case == request.case,
            WorkOrderRow.attempt == request.attempt,
            WorkOrderRow.community == request.community,
        )
    ).one_or_none()
    return OfferOutcome(technician=row.technician, considered=row.considered) if row else None


def _candidates(connection: Connection, request: OfferRequest) -> list[Candidate]:
    """Return the community's active technicians as they stand at the request's business time."""
    now = local(request.business_now, DUTY_ZONE)
    areas: dict[str, set[str]] = defaultdict(set)
    for post in connection.execute(
        select(Post.staff, Post.area, Post.since, Post.until)
        .join(Staff, (Staff.community == Post.community) & (Staff.code == Post.staff))
        .where(Post.community == request.community, Post.role == Role.TECHNICIAN, Staff.active)
    ):
        if holds(post.since, post.until, now.date()):
            areas[post.staff].add(post.area)
    codes = set(areas)
    trades, on_duty = _trades(connection, request.community), _shifts(connection, request.community)
    away = on_leave(connection, request.community, now.date())
    load = _open_jobs(connection, request)
    offered = _last_offers(connection, request.community, codes)
    return [
        Candidate(
            code=code,
            trades=frozenset(trades[code]),
            on_duty=code not in away and any(covers(shift, now) for shift in on_duty[code]),
            areas=frozenset(areas[code] - {""}),
            open_jobs=load.get(code, 0),
            last_offered_at=offered.get(code),
        )
        for code in codes
    ]


def _trades(connection: Connection, community: str) -> dict[str, set[Trade]]:
    trades: dict[str, set[Trade]] = defaultdict(set)
    rows = select(StaffTrade.staff, StaffTrade.trade).where(StaffTrade.community == community)
    for row in connection.execute(rows):
        trades[row.staff].add(Trade(row.trade))
    return trades


def _shifts(connection: Connection, community: str) -> dict[str, list[Shift]]:
    shifts: dict[str, list[Shift]] = defaultdict(list)
    rota = select(
        DutyShift.staff, DutyShift.weekday, DutyShift.starts, DutyShift.ends, DutyShift.since, DutyShift.until
    ).where(DutyShift.community == community)
    for row in connection.execute(rota):
        shifts[row.staff].append(Shift(row.weekday, row.starts, row.ends, row.since, row.until))
    return shifts


def _open_jobs(connection: Connection, request: OfferRequest) -> dict[str, int]:
    """Count by technician the other open cases whose latest work order is offered to or taken by the person."""
    later = aliased(WorkOrderRow)
    superseded = exists().where(later.case == WorkOrderRow.case, later.attempt > WorkOrderRow.attempt)
    closed = exists().where(Case.number == WorkOrderRow.case, Case.closed_at.is_not(None))
    counted = (
        select(WorkOrderRow.technician, func.count().label("jobs"))
        .where(
            WorkOrderRow.community == request.community,
            WorkOrderRow.outcome.in_(_OPEN),
            WorkOrderRow.case != request.case,
            ~superseded,
            ~closed,
        )
        .group_by(WorkOrderRow.technician)
    )
    return {row.technician: row.jobs for row in connection.execute(counted)}


def _last_offers(connection: Connection, community: str, codes: Collection[str]) -> dict[str, datetime]:
    """Return when each was last offered a job; one look at the index for each, however long the history."""
    latest = (
        select(func.max(WorkOrderRow.offered_at))
        .where(WorkOrderRow.community == Staff.community, WorkOrderRow.technician == Staff.code)
        .scalar_subquery()
    )
    found = connection.execute(select(Staff.code, latest).where(Staff.community == community, Staff.code.in_(codes)))
    return {code: at for code, at in found if at is not None}
