"""Planning revisits 回访计划: the activities behind ``workflows/effects/revisiting.py``."""

import asyncio
from zoneinfo import ZoneInfo

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.opening.case_start import start_case
from activities.records.policies import NoPolicyInForceError
from activities.revisits.selection import Decided, select_for_revisit, take_out_of_count
from activities.revisits.visitors import choose_visitor
from workflows.messages.case import CaseOpening, Channel
from workflows.messages.identifiers import Activity, CaseKind
from workflows.messages.revisit import RevisitStart
from workflows.messages.selecting import RevisitRequest, RevisitSelection, Uncounted, Visitor, VisitorRequest
from workflows.rules.case_numbers import case_number


class RevisitPlanning:
    """Whether, by whom and when no more. The revisit's number follows from (case, round): it is opened once."""

    def __init__(self, db: Database, client: Client, case_number_key: bytes) -> None:
        self._db = db
        self._client = client
        self._secret = case_number_key

    @activity.defn(name=Activity.PLAN_REVISIT)
    async def plan_revisit(self, request: RevisitRequest) -> RevisitSelection:
        """Select in one transaction, then open the revisit of a matter that is selected.

        Asked again it gives the stored answer, and opens the revisit if that had not come about. Raises
        ``ApplicationError`` of type ``no_policy_in_force``, not to be retried.
        """
        number = case_number(CaseKind.REVISIT, self._secret, "revisit", f"{request.case}:{request.round}")
        decided = await asyncio.to_thread(self._decide, request, number)
        if decided.selection.selected:
            await start_case(self._client, revisit_start(number, request, decided))
        return decided.selection

    def _decide(self, request: RevisitRequest, number: str) -> Decided:
        with self._db.begin() as connection:
            try:
                return select_for_revisit(connection, request, number)
            except NoPolicyInForceError:
                message = f"项目 {request.community} 没有生效的政策,不能确定是否回访"
                raise ApplicationError(message, type="no_policy_in_force", non_retryable=True) from None

    @activity.defn(name=Activity.UNCOUNT_REVISIT, no_thread_cancel_exception=True)
    def uncount_revisit(self, request: Uncounted) -> None:
        """Let the matter no longer count."""
        with self._db.begin() as connection:
            take_out_of_count(connection, request)

    @activity.defn(name=Activity.CHOOSE_VISITOR, no_thread_cancel_exception=True)
    def choose_visitor(self, request: VisitorRequest) -> Visitor:
        """Find who makes the revisit; only reads."""
        with self._db.begin() as connection:
            return choose_visitor(connection, request)


def revisit_start(number: str, request: RevisitRequest, decided: Decided) -> RevisitStart:
    """Return the start message of the revisit; it holds no personal data, for the customer is the original case's."""
    return RevisitStart(
        opening=CaseOpening(
            number=number,
            kind=CaseKind.REVISIT,
            community=request.community,
            channel=Channel.REVISIT,
            received_at=request.business_now.astimezone(ZoneInfo(decided.policy.calendar.tz)),
            unit=request.unit,
            area=request.area,
            policy_version=decided.policy.version,
            linked=(request.case,),
        ),
        original=request.case,
        original_kind=request.kind,
        original_round=request.round,
        completed_at=request.completed_at,
        level=request.level,
        barred=request.barred,
        selection=decided.selection,
        policy=decided.policy.revisit,
        calendar=decided.calendar,
    )
