"""Compiling a report from the ledger as it stands 编制报表: some twelve statements, however many accounts there are."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from activities.fee_reports import cash_figures
from activities.fee_reports.adjusting import adjustments
from activities.fee_reports.detail import clearing_rate, collection_rate, detail_lines, kind_lines, reasons_given
from activities.fee_reports.late_entries import late_entries
from activities.fee_reports.late_fees import late_fees_owed
from activities.fee_reports.movements import Asked, lay_out
from activities.fee_reports.report import FeeReport
from activities.records.cash_tables import FeeReport as SentReport
from activities.records.community_tables import Community
from activities.records.policies import policy_in_force
from activities.records.working_calendar import working_calendar
from workflows.messages.policy import Policy
from workflows.rules.amounts import ZERO
from workflows.rules.business_time import local
from workflows.rules.fee_calendar import ReportPeriod, report_due


class Occasion(NamedTuple):
    """A report that is asked for at an instant, and the policy by which it is compiled."""

    asked: Asked
    at: datetime
    policy: Policy

    @property
    def tz(self) -> str:
        """The community's zone."""
        return self.policy.calendar.tz


def occasion(connection: Connection, community: str, period: ReportPeriod, at: datetime) -> Occasion:
    """Return the occasion: receipts count to the period's last day, or to today while it is not over.

    Raises ``NoPolicyInForceError``.
    """
    policy = policy_in_force(connection, community, at)
    today = local(at, policy.calendar.tz).date()
    return Occasion(Asked(community, period, min(period.last, today)), at, policy)


def compile_report(connection: Connection, on: Occasion) -> FeeReport:
    """Return the report as the ledger stands, with all its lines."""
    asked, policy, period = on.asked, on.policy, on.asked.period
    lay_out(connection, asked)
    fees = list(late_fees_owed(connection, asked, policy.late_fee, on.tz))
    lines = detail_lines(connection, asked, fees, reasons_given(connection, asked.community, on.tz))
    kinds = kind_lines(connection, asked, lines)
    name = connection.scalar(select(Community.name).where(Community.code == asked.community))
    return FeeReport(
        community=asked.community,
        community_name=name or asked.community,
        kind=period.kind,
        period=period.code,
        label=period.label,
        first=period.first,
        last=period.last,
        cut_off=asked.cut_off,
        due_at=_due_at(connection, period.last, policy),
        as_of=local(on.at, on.tz),
        collection=collection_rate(kinds, policy.fee.collection_target),
        clearing=clearing_rate(kinds),
        late_fee_received=sum((kind.late_fee_received for kind in kinds), ZERO),
        late_fee_owed=sum((kind.late_fee_owed for kind in kinds), ZERO),
        kinds=kinds,
        cash=cash_figures.cash_taken(connection, asked, late_entries(connection, asked)),
        services=cash_figures.services(connection, asked),
        parking=cash_figures.parking(connection, asked),
        receipts=cash_figures.receipts(connection, asked, on.tz),
        adjustments=adjustments(connection, asked),
        lines=lines,
    )


def _due_at(connection: Connection, last: date, policy: Policy) -> datetime:
    """The third working day after the period, 18:00 (RPT-03, RPT-04)."""
    calendar = working_calendar(connection, (last.year, last.year + 1))
    return report_due(last, policy.fee_reports, calendar.model_copy(update={"tz": policy.calendar.tz}))


def sent_body(connection: Connection, asked: Asked, *, lines: bool = True) -> dict[str, Any] | None:
    """The body of the report as it was sent, with or without its lines; None where it has not been sent."""
    body = SentReport.body if lines else SentReport.body.op("-")("lines")
    found: dict[str, Any] | None = connection.scalar(
        select(body).where(
            SentReport.community == asked.community,
            SentReport.kind == asked.period.kind,
            SentReport.period == asked.period.code,
        )
    )
    return found


def report_of(connection: Connection, on: Occasion) -> FeeReport:
    """Return the report as it was sent, else as things stand."""
    body = sent_body(connection, on.asked)
    return compile_report(connection, on) if body is None else FeeReport.model_validate(body)
