"""GET billing reports, arrears, overview; POST arrears-reasons: how the fees stand 收费报表 (S4 4.7, 4.8; §9.10).

A report that was sent is shown as it was sent; before that it is a preview of how things stand. Sending it is an action
of the cash desk's month (``fee_cases.py``).
"""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from activities.documents.fonts import FontMissingError, fonts_of_this_process
from activities.fee_reports.arrears_reasons import ArrearsOf, arrears_of, record_arrears_reasons
from activities.fee_reports.compiling import Occasion, occasion, report_of
from activities.fee_reports.drill_down import FigureLines, lines_of_figure
from activities.fee_reports.on_paper import report_pdf
from activities.fee_reports.overview import FeeOverview, overview
from activities.fee_reports.report import DetailLine, FeeReport
from activities.fee_reports.workbook import report_workbook
from activities.records.intake_snapshot import Caller
from starters.intake_api.attached_files import PDF, WORKBOOK, attached, file_answer
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with
from starters.intake_api.fee_report_bodies import ArrearsReasonsBody
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.ledger_transaction import in_ledger, now_by, now_in, policy_now
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.fee_reports import Figure
from workflows.messages.ledger import FeeItem, PaymentMethod
from workflows.messages.message import Moment
from workflows.rules.fee_calendar import ReportKind, ReportPeriod, parse_period
from workflows.rules.quarters import Quarter

router = APIRouter(route_class=KnownCallersRoute, tags=["fees 收费"])
_REPORT: Final = "/v1/communities/{community}/billing/reports/{kind}/{period}"
_AT_ONCE: Final = 200
PeriodCode = Annotated[
    str,
    Path(
        pattern=r"^20\d{2}(-(0[1-9]|1[0-2])|Q[1-4]|H[12])?$",
        description="2026-04, 2026Q2, 2026H1 or 2026, as the kind says.",
    ),
]
Item = Annotated[FeeItem | PaymentMethod | None, Query(description="One kind of charge, or a method of payment.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Reader = Annotated[Caller, caller_with(Right.READ_LEDGER)]


class ReportLines(BaseModel):
    """A page of the 《费用收缴明细表》; ``count`` is how many lines it has."""

    count: int
    lines: tuple[DetailLine, ...]


class ArrearsList(BaseModel):
    """Who is in arrears, the oldest debt first; ``next`` goes on from there, "" at the end. CNY."""

    as_of: Moment
    accounts: tuple[ArrearsOf, ...]
    next: str


class ReasonsEntered(BaseModel):
    """How many reasons were new."""

    entered: int


@router.get(
    f"{_REPORT}.xlsx",
    response_class=Response,
    responses={**file_answer(WORKBOOK), **documented("unknown_period", "records_unavailable", "no_policy_in_force")},
)
async def export_report(
    community: CommunityCode, kind: ReportKind, period: PeriodCode, _: Reader, intake: TheIntake
) -> Response:
    """The report as a spreadsheet, with every line of the 《费用收缴明细表》."""
    asked = _period(kind, period)
    content = await in_ledger(
        intake,
        lambda connection: report_workbook(report_of(connection, _occasion(connection, intake, community, asked))),
    )
    return attached(content, WORKBOOK, f"fees-{period}.xlsx")


@router.get(
    f"{_REPORT}.pdf",
    response_class=Response,
    responses={
        **file_answer(PDF),
        **documented("unknown_period", "font_missing", "records_unavailable", "no_policy_in_force"),
    },
)
async def print_report(
    community: CommunityCode, kind: ReportKind, period: PeriodCode, _: Reader, intake: TheIntake
) -> Response:
    """The report on paper; of a very long 明细 the arrears only."""
    asked = _period(kind, period)

    def work(connection: Connection) -> bytes:
        report = report_of(connection, _occasion(connection, intake, community, asked))
        return report_pdf(report, fonts_of_this_process())

    try:
        return attached(await in_ledger(intake, work), PDF, f"fees-{period}.pdf")
    except FontMissingError:
        raise ProblemError("font_missing") from None


@router.get(f"{_REPORT}/detail", responses=documented("unknown_period", "records_unavailable", "no_policy_in_force"))
async def read_report_detail(
    *, community: CommunityCode, kind: ReportKind, period: PeriodCode, offset: Offset = 0, _: Reader, intake: TheIntake
) -> ReportLines:
    """《费用收缴明细表》, 200 lines at once: 房号, 项目, 应收, 已收, 欠费, 滞纳金, 原因."""
    asked = _period(kind, period)

    def work(connection: Connection) -> ReportLines:
        lines = report_of(connection, _occasion(connection, intake, community, asked)).lines
        return ReportLines(count=len(lines), lines=lines[offset : offset + _AT_ONCE])

    return await in_ledger(intake, work)


@router.get(f"{_REPORT}/lines", responses=documented("unknown_period", "records_unavailable", "no_policy_in_force"))
async def follow_a_figure(
    *,
    community: CommunityCode,
    kind: ReportKind,
    period: PeriodCode,
    figure: Figure,
    item: Item = None,
    offset: Offset = 0,
    _: Reader,
    intake: TheIntake,
) -> FigureLines:
    """The bills, postings or payments that a figure is the sum of, 200 at once, as the ledger has them today."""
    asked = _period(kind, period)
    return await in_ledger(
        intake,
        lambda connection: lines_of_figure(
            connection,
            _occasion(connection, intake, community, asked),
            figure,
            item=item or "",
            offset=offset,
            at_most=_AT_ONCE,
        ),
    )


@router.get(
    _REPORT,
    response_model_exclude={"lines"},
    responses=documented("unknown_period", "records_unavailable", "no_policy_in_force"),
)
async def read_report(
    community: CommunityCode, kind: ReportKind, period: PeriodCode, _: Reader, intake: TheIntake
) -> FeeReport:
    """The report's figures: as it was sent, else as things stand. Its lines are under ``/detail``. CNY."""
    asked = _period(kind, period)
    return await in_ledger(
        intake, lambda connection: report_of(connection, _occasion(connection, intake, community, asked))
    )


@router.get(
    "/v1/communities/{community}/billing/arrears",
    responses=documented("invalid_cursor", "records_unavailable", "no_policy_in_force"),
)
async def list_arrears(
    *,
    community: CommunityCode,
    area: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
    due_by: date | None = None,
    after: Annotated[str, Query(max_length=80, pattern=r"^[^\x00]*$")] = "",
    _: Reader,
    intake: TheIntake,
) -> ArrearsList:
    """Who is in arrears, since when, why, and how far dunning has come; 200 accounts at once, the oldest first."""
    policy = policy_now(intake, community)
    at = now_by(policy)
    page = _cursor(after) if after else None
    found = await in_ledger(
        intake,
        lambda connection: arrears_of(
            connection, community, policy, at, area=area, due_by=due_by, after=page, at_most=_AT_ONCE
        ),
    )
    last = f"{found[-1].oldest_due} {found[-1].account}" if len(found) == _AT_ONCE else ""
    return ArrearsList(as_of=at, accounts=found, next=last)


@router.post(
    "/v1/communities/{community}/billing/arrears-reasons",
    responses=documented("unknown_account", "records_unavailable", "no_policy_in_force"),
)
async def enter_arrears_reasons(
    body: ArrearsReasonsBody,
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.SEND_REPORTS)],
    intake: TheIntake,
) -> ReasonsEntered:
    """Enter why accounts are in arrears, without which the report is not sent; the same again changes nothing."""
    at = now_in(intake, community)
    given = [(one.account, one.reason, one.note) for one in body.reasons]
    entered = await in_ledger(
        intake,
        lambda connection: record_arrears_reasons(
            connection, intake.database.personal, community, given, at, caller.staff, str(at.tzinfo)
        ),
    )
    return ReasonsEntered(entered=entered)


@router.get(
    "/v1/communities/{community}/billing/overview", responses=documented("records_unavailable", "no_policy_in_force")
)
async def read_overview(
    community: CommunityCode,
    quarter: Annotated[str, Query(pattern=r"^20\d{2}Q[1-4]$", examples=["2026Q2"])],
    _: Reader,
    intake: TheIntake,
) -> FeeOverview:
    """How a quarter stands: rate, notices not sent, open arrears by stage, cash 在途. CNY."""
    at = now_in(intake, community)
    return await in_ledger(intake, lambda connection: overview(connection, community, Quarter.parse(quarter), at))


def _period(kind: ReportKind, code: str) -> ReportPeriod:
    try:
        return parse_period(kind, code)
    except ValueError as wrong:
        raise ProblemError("unknown_period", str(wrong)) from None


def _occasion(connection: Connection, intake: Intake, community: str, period: ReportPeriod) -> Occasion:
    at = now_in(intake, community)
    return occasion(connection, community, period, at)


def _cursor(after: str) -> tuple[date, str]:
    day, _, account = after.partition(" ")
    try:
        return date.fromisoformat(day), account
    except ValueError:
        raise ProblemError("invalid_cursor") from None
