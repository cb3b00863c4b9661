"""GET an account's 《业主收费台账》: as data, as a spreadsheet and on paper."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection, select

from activities.documents.fonts import FontMissingError, fonts_of_this_process
from activities.ledger.statement import Statement, statement
from activities.ledger.statement_paper import statement_pdf
from activities.ledger.statement_workbook import statement_workbook
from activities.records.community_tables import Community
from activities.records.intake_snapshot import Caller
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.ledger_transaction import in_ledger, now_in
from starters.intake_api.problems import ProblemError, documented

router = APIRouter(route_class=KnownCallersRoute, tags=["fees 收费"])
_PDF: Final = "application/pdf"
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONG_AGO: Final = date(2000, 1, 1)
_ACCOUNT: Final = "/v1/communities/{community}/billing/accounts/{account}"
_Account = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]*$")]
_Day = Annotated[date | None, Query(description="2026-01-01; all that there is without it.")]
_Reader = Annotated[Caller, caller_with(Right.READ_LEDGER)]


@router.get(
    f"{_ACCOUNT}/statement", responses=documented("unknown_account", "records_unavailable", "no_policy_in_force")
)
async def read_a_statement(
    community: CommunityCode,
    account: _Account,
    _: _Reader,
    intake: TheIntake,
    first: _Day = None,
    last: _Day = None,
) -> Statement:
    """《业主收费台账》: every charge, payment, receipt and balance of an account, CNY. Personal data."""
    return await _statement(intake, community, account, first, last)


@router.get(
    f"{_ACCOUNT}/statement.xlsx",
    response_class=Response,
    responses={
        200: {"content": {_WORKBOOK: {"schema": {"type": "string", "format": "binary"}}}},
        **documented("unknown_account", "records_unavailable", "no_policy_in_force"),
    },
)
async def export_a_statement(
    community: CommunityCode,
    account: _Account,
    _: _Reader,
    intake: TheIntake,
    first: _Day = None,
    last: _Day = None,
) -> Response:
    """The statement as a spreadsheet that prints on A4. Personal data."""
    found = await _statement(intake, community, account, first, last)
    disposition = 'attachment; filename="statement.xlsx"'
    return Response(statement_workbook(found), media_type=_WORKBOOK, headers={"Content-Disposition": disposition})


@router.get(
    f"{_ACCOUNT}/statement.pdf",
    response_class=Response,
    responses={
        200: {"content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}},
        **documented("unknown_account", "font_missing", "records_unavailable", "no_policy_in_force"),
    },
)
async def print_a_statement(
    community: CommunityCode,
    account: _Account,
    _: _Reader,
    intake: TheIntake,
    first: _Day = None,
    last: _Day = None,
) -> Response:
    """The statement on paper, for the counter. Personal data."""
    at = now_in(intake, community)
    personal = intake.database.personal

    def work(connection: Connection) -> bytes:
        found = statement(connection, personal, community, account, first or _LONG_AGO, last or at.date())
        name = connection.scalars(select(Community.name).where(Community.code == community)).one()
        return statement_pdf(found, name, at, fonts_of_this_process())

    try:
        content = await in_ledger(intake, work)
    except FontMissingError:
        raise ProblemError("font_missing") from None
    disposition = 'attachment; filename="statement.pdf"'
    return Response(content, media_type=_PDF, headers={"Content-Disposition": disposition})


async def _statement(intake: Intake, community: str, account: str, first: date | None, last: date | None) -> Statement:
    until = last or now_in(intake, community).date()
    personal = intake.database.personal
    return await in_ledger(
        intake, lambda connection: statement(connection, personal, community, account, first or _LONG_AGO, until)
    )
