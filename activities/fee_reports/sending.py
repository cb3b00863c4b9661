"""Sending a report 报送 (S4 4.7, 4.8; §9.10, §9.11): frozen once and for all; what is not in order blocks it."""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from activities.fee_reports.compiling import compile_report, occasion, sent_body
from activities.fee_reports.report import FeeReport
from activities.records.cash_tables import FeeReport as SentReport
from workflows.messages.billing import FeeReportSent, SendFeeReport
from workflows.rules.fee_calendar import ReportKind, period_of

PERIOD_NOT_OVER: Final = "period_not_over"
RECEIPT_NUMBER_MISSING: Final = "receipt_number_missing"
ARREARS_WITHOUT_REASON: Final = "arrears_without_reason"
NAMED_AT_MOST: Final = 50
"""How many accounts or numbers a refusal names; the list of arrears has them all."""
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(1013, hashtext(:report))")


def send_report(connection: Connection, request: SendFeeReport) -> FeeReportSent:
    """Freeze the report as the ledger stands; one that was sent is what it was, whatever has happened since.

    Refused before the period is over (``period_not_over``), while a receipt number is missing
    (``receipt_number_missing``), and while nobody has said why an account is in arrears (``arrears_without_reason``).
    """
    period = period_of(ReportKind(request.kind), request.first)
    connection.execute(_ONE_AT_A_TIME, {"report": f"{request.community} {period.kind} {period.code}"})
    on = occasion(connection, request.community, period, request.at)
    sent = sent_body(connection, on.asked, lines=False)
    if sent is not None:
        return _answer(FeeReport.model_validate(sent))
    report = compile_report(connection, on)
    refused = _refused(report)
    if refused is not None:
        return refused
    frozen = report.model_copy(update={"sent_at": request.at, "sent_by": request.actor.code, "due_at": request.due_at})
    connection.execute(
        insert(SentReport).values(
            community=request.community,
            kind=period.kind,
            period=period.code,
            body=frozen.model_dump(mode="json"),
            due_at=request.due_at,
            sent_at=request.at,
            sent_by=request.actor.code,
        )
    )
    return _answer(frozen)


def _refused(report: FeeReport) -> FeeReportSent | None:
    if report.as_of.date() <= report.last:
        return FeeReportSent(refused=PERIOD_NOT_OVER, blocking=(report.period,))
    if report.receipts.missing:
        return FeeReportSent(
            refused=RECEIPT_NUMBER_MISSING, blocking=tuple(map(str, report.receipts.missing[:NAMED_AT_MOST]))
        )
    if report.without_reason:
        return FeeReportSent(refused=ARREARS_WITHOUT_REASON, blocking=report.without_reason[:NAMED_AT_MOST])
    return None


def _answer(report: FeeReport) -> FeeReportSent:
    return FeeReportSent(rate=report.collection.percent, target_met=report.collection.met)
