"""GET cases: lists and records from PostgreSQL "as of", and the live state from the case itself 单据查询."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from activities.records.case_queries import (
    MOST_PER_PAGE,
    CaseFilter,
    CasePage,
    CaseRecordView,
    InvalidCursorError,
    get_case,
    list_cases,
)
from activities.records.intake_snapshot import Caller
from starters.intake_api.bodies import Body, Instant, OptionalCode, OptionalStaffCode, Phone
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.case import CaseView
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Role
from workflows.messages.records import WorkOrder
from workflows.rules.case_numbers import is_case_number

router = APIRouter(route_class=KnownCallersRoute, tags=["cases 单据"])


class CaseQuery(Body):
    """Which cases; what is left out does not restrict. ``cursor`` is the last page's ``next_cursor``."""

    kind: CaseKind | None = None
    state: OptionalCode = ""
    assignee: OptionalStaffCode = ""
    unit: OptionalCode = ""
    level: OptionalCode = ""
    area: OptionalCode = ""
    breached: bool | None = None
    overdue: bool = False
    open: bool = False
    open_at: Instant | None = Field(default=None, description="Received by then and not closed yet; shown as now.")
    received_from: Instant | None = None
    received_before: Instant | None = None
    phone: Phone = ""
    cursor: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_PER_PAGE)] = 50

    def as_filter(self, caller: Caller) -> CaseFilter:
        """The filter of the records; a technician sees the jobs that are his own, and without a code none."""
        if caller.role is Role.TECHNICIAN and not caller.staff:
            raise ProblemError("not_allowed_for_role")
        return CaseFilter(
            kind=self.kind,
            state=self.state,
            assignee=caller.staff if caller.role is Role.TECHNICIAN else self.assignee,
            unit=self.unit,
            level=self.level,
            area=self.area,
            breached=self.breached,
            open_at=self.open_at,
            received_from=self.received_from,
            received_before=self.received_before,
            overdue_at=datetime.now(UTC) if self.overdue else None,
            open_only=self.open,
            phone=self.phone,
        )


@router.get("/v1/communities/{community}/cases", responses=documented("invalid_cursor", "records_unavailable"))
def list_the_cases(
    query: Annotated[CaseQuery, Query()],
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.READ_RECORDS)],
    intake: TheIntake,
) -> CasePage:
    """List cases, the latest first, as they stood in the records at ``as_of``."""
    try:
        return list_cases(intake.database, [community], query.as_filter(caller), query.cursor, query.limit)
    except InvalidCursorError:
        raise ProblemError("invalid_cursor") from None


@router.get("/v1/communities/{community}/cases/{number}", responses=documented("unknown_case", "records_unavailable"))
def read_a_case(
    community: CommunityCode,
    number: str,
    caller: Annotated[Caller, caller_with(Right.READ_RECORDS)],
    intake: TheIntake,
) -> CaseRecordView:
    """Read the whole record: header, lines, forms, what was told to whom. Personal data."""
    case = get_case(intake.database, community, number) if is_case_number(number) else None
    if case is None or not _may_read(case, caller):
        raise ProblemError("unknown_case")
    return case


@router.get(
    "/v1/communities/{community}/cases/{number}/live", responses=documented("unknown_case", "live_view_unavailable")
)
async def ask_a_case(
    community: CommunityCode,
    number: str,
    _: Annotated[Caller, caller_with(Right.WATCH)],
    intake: TheIntake,
) -> CaseView:
    """Ask the running case how it stands this moment: state, clocks, who may do what. No personal data."""
    return await intake.cases.view(number, community)


def _may_read(case: CaseRecordView, caller: Caller) -> bool:
    """A technician reads the records of the jobs that are or were his own."""
    if caller.role is not Role.TECHNICIAN:
        return True
    own = {case.assignee, *(form.technician for form in case.forms if isinstance(form, WorkOrder))}
    return bool(caller.staff) and caller.staff in own
