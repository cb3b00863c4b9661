"""GET an account's 《业主收费台账》: as data, as a spreadsheet and on paper."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from activities.documents.fonts import FontMissingError, fonts_of_this_process
from activities.ledger.statement import Statement, statement
from activities.ledger.statement_paper import statement_pdf
from activities.ledger.statement_workbook import statement_workbook
from activities.records.community_tables import Community
from activities.records.intake_snapshot import Caller
from starters.intake_api.attached_files import PDF, WORKBOOK, attached, file_answer
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with
from starters.intake_api.intake import TheIntake
from starters.intake_api.ledger_transaction import in_ledger, now_in
from starters.intake_api.problems import ProblemError, documented

router = APIRouter(route_class=KnownCallersRoute, tags=["fees 收费"])
_LONG_AGO: Final = date(2000, 1, 1)
_ACCOUNT: Final = "/v1/communities/{community}/billing/accounts/{account}"
_Account = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]*$")]
_Day = Annotated[date | None, Query(description="2026-01-01; all that there is without it.")]
_REFUSALS: Final = ("unknown_account", "records_unavailable", "no_policy_in_force")


async def _statement(
    community: CommunityCode,
    account: _Account,
    _: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
    first: _Day = None,
    last: _Day = None,
) -> Statement:
    until, personal = last or now_in(intake, community).date(), intake.database.personal
    return await in_ledger(
        intake, lambda connection: statement(connection, personal, community, account, first or _LONG_AGO, until)
    )


_TheStatement = Annotated[Statement, Depends(_statement)]


@router.get(f"{_ACCOUNT}/statement", responses=documented(*_REFUSALS))
async def read_a_statement(found: _TheStatement) -> Statement:
    """《业主收费台账》: every charge, payment, receipt and balance of an account, CNY. Personal data."""
    return found


@router.get(
    f"{_ACCOUNT}/statement.xlsx",
    response_class=Response,
    responses={**file_answer(WORKBOOK), **documented(*_REFUSALS)},
)
async def export_a_statement(found: _TheStatement) -> Response:
    """The statement as a spreadsheet that prints on A4. Personal data."""
    return attached(await run_in_threadpool(statement_workbook, found), WORKBOOK, "statement.xlsx")


@router.get(
    f"{_ACCOUNT}/statement.pdf",
    response_class=Response,
    responses={**file_answer(PDF), **documented("font_missing", *_REFUSALS)},
)
async def print_a_statement(found: _TheStatement, community: CommunityCode, intake: TheIntake) -> Response:
    """The statement on paper, for the counter. Personal data."""
    named = select(Community.name).where(Community.code == community)
    name = await in_ledger(intake, lambda connection: connection.scalars(named).one())
    at = now_in(intake, community)
    try:  # no transaction waits for the typesetter
        content = await run_in_threadpool(lambda: statement_pdf(found, name, at, fonts_of_this_process()))
    except FontMissingError:
        raise ProblemError("font_missing") from None
    return attached(content, PDF, "statement.pdf")
