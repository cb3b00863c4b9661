"""GET work: a day's jobs, what is overdue, the morning list, the month's statement, the posted prices 工作清单."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from activities.records.intake_snapshot import Caller
from activities.records.price_list import PostedPrice
from activities.records.work_lists import MorningList, OpenItems, WorkDay, day_of, morning_list, overdue
from activities.records.work_time import WorkTimeStatement, work_time_statement
from activities.records.work_time_export import work_time_workbook
from starters.intake_api.attached_files import WORKBOOK, attached, file_answer
from starters.intake_api.bodies import OptionalStaffCode
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.people import Role

router = APIRouter(route_class=KnownCallersRoute, tags=["work 工作清单"])
Year = Annotated[int, Query(ge=2020, le=2100)]
Month = Annotated[int, Query(ge=1, le=12)]


@router.get("/v1/communities/{community}/work/day", responses=documented("records_unavailable"))
def read_a_day(
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.SEE_OWN_DAY)],
    intake: TheIntake,
    staff: Annotated[OptionalStaffCode, Query(description="工号; left out, your own.")] = "",
) -> WorkDay:
    """A technician's day, or that of whoever else has cases: the most pressing first, without personal data."""
    whose = caller.staff if caller.role is Role.TECHNICIAN or not staff else staff
    if not whose:
        raise ProblemError("not_allowed_for_role")
    return day_of(intake.database, community, whose, datetime.now(UTC))


@router.get("/v1/communities/{community}/work/overdue", responses=documented("records_unavailable"))
def read_overdue(
    community: CommunityCode, _: Annotated[Caller, caller_with(Right.SEE_ALL_WORK)], intake: TheIntake
) -> OpenItems:
    """Open cases whose deadline is missed, the longest first, and whose turn it is."""
    return overdue(intake.database, community, datetime.now(UTC))


@router.get("/v1/communities/{community}/work/morning", responses=documented("records_unavailable"))
def read_the_morning(
    community: CommunityCode, _: Annotated[Caller, caller_with(Right.SEE_ALL_WORK)], intake: TheIntake
) -> MorningList:
    """What is unfinished this morning, what came in at night, and what nobody has (S0 4.1.4)."""
    return morning_list(intake.database, community, datetime.now(UTC))


@router.get("/v1/communities/{community}/work/time", responses=documented("records_unavailable"))
def read_work_time(
    community: CommunityCode,
    year: Year,
    month: Month,
    _: Annotated[Caller, caller_with(Right.SEE_ALL_WORK)],
    intake: TheIntake,
) -> WorkTimeStatement:
    """The month's work-time statement 工时统计 (S4 二.4), as the records stand now."""
    return work_time_statement(intake.database, community, year, month)


@router.get(
    "/v1/communities/{community}/work/time.xlsx",
    response_class=Response,
    responses={
        **file_answer(WORKBOOK),
        **documented("records_unavailable"),
    },
)
def export_work_time(
    community: CommunityCode,
    year: Year,
    month: Month,
    _: Annotated[Caller, caller_with(Right.SEE_ALL_WORK)],
    intake: TheIntake,
) -> Response:
    """The same as a spreadsheet, for inspection."""
    content = work_time_workbook(work_time_statement(intake.database, community, year, month))
    return attached(content, WORKBOOK, f"work-time-{community}-{year}-{month:02}.xlsx")


@router.get("/v1/communities/{community}/price-list", responses=documented())
async def read_the_price_list(
    community: CommunityCode, _: Annotated[Caller, caller_with(Right.WATCH)], intake: TheIntake
) -> tuple[PostedPrice, ...]:
    """The 《有偿服务项目及收费标准》 of today, as quotes are read off it; works while PostgreSQL is away."""
    return tuple(intake.snapshots.current().prices.get(community, {}).values())
