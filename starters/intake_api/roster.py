"""GET and POST roster: the community's areas, units, households, staff and duty as a spreadsheet 花名册."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, File, Response, UploadFile

from activities.records.intake_snapshot import Caller
from activities.records.roster import RosterProblem, RosterReport
from activities.records.roster_export import export_roster
from activities.records.roster_import import import_roster
from activities.records.roster_workbook import FILE_BYTES_AT_MOST
from starters.intake_api.attached_files import WORKBOOK
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with
from starters.intake_api.field_errors import FieldError
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented

_FORM_OVERHEAD_BYTES: Final = 64 * 1024

router = APIRouter(route_class=KnownCallersRoute, tags=["communities 项目"])


class SpreadsheetResponse(Response):
    """An xlsx file."""

    media_type = WORKBOOK


@router.get(
    "/v1/communities/{community}/roster",
    response_class=SpreadsheetResponse,
    responses=documented("records_unavailable"),
)
def download_the_roster(
    community: CommunityCode,
    _: Annotated[Caller, caller_with(Right.KEEP_ROSTER)],
    intake: TheIntake,
) -> SpreadsheetResponse:
    """Download the roster; it can be edited and uploaded again. Personal data."""
    name = f"attachment; filename=\"roster.xlsx\"; filename*=UTF-8''{community}-roster.xlsx"
    return SpreadsheetResponse(export_roster(intake.database, community), headers={"Content-Disposition": name})


@router.post(
    "/v1/communities/{community}/roster",
    max_body_size=FILE_BYTES_AT_MOST + _FORM_OVERHEAD_BYTES,
    responses=documented("roster_refused", "records_unavailable"),
)
async def upload_a_roster(
    file: Annotated[UploadFile, File(description="xlsx")],
    community: CommunityCode,
    _: Annotated[Caller, caller_with(Right.KEEP_ROSTER)],
    intake: TheIntake,
) -> RosterReport:
    """Upload a roster: all of it is taken over, or nothing is and every wrong row is named.

    Uploading the same file again changes nothing, so it takes no idempotency key.
    """
    report = await asyncio.to_thread(import_roster, intake.database, community, await file.read())
    if not report.imported:
        raise ProblemError("roster_refused", errors=[_error(problem) for problem in report.problems])
    await intake.snapshots.refresh()  # so that its units can be reported at once
    return report


def _error(problem: RosterProblem) -> FieldError:
    place = f"{problem.sheet}!{problem.column}{problem.row}" if problem.column else f"{problem.sheet}!{problem.row}"
    return FieldError(field=place, code=problem.code, message=problem.message)
