"""The report of a period 收费报表 (S4 4.2.1.10–12, 4.8; §9.10): figures by kind of charge, frozen when sent.

A bill belongs to the period in which it was due; what counts as received is what was paid of it by the time of
sending. Late fee, deposits, agency money and the renovation book are in neither.
"""

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from activities.records.cash_tables import FeeReport
from workflows.messages.billing import FeeReportSent, SendFeeReport
from workflows.messages.ledger import Book, FeeItem
from workflows.rules.amounts import ZERO
from workflows.rules.collection_rate import meets, percent
from workflows.rules.fee_calendar import ReportKind, period_of

ARREARS_WITHOUT_REASON: Final = "arrears_without_reason"
TARGET: Final = Decimal("0.95")
"""S4: 综合收费率 at least 95 %."""
_BILLS: Final = text(
    """
    SELECT item, sum(principal - credited) AS due, sum(principal - credited - open_principal) AS received,
        sum(open_principal) AS arrears, sum(late_fee_paid) AS late_fee
    FROM bills LEFT JOIN LATERAL (
        SELECT coalesce(-sum(amount), 0) AS credited
        FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
        WHERE postings.community = bills.community AND postings.bill = bills.number
          AND ledger_account = 'receivable' AND journal_entries.kind IN ('credit', 'transfer_of_debt')
    ) AS corrected ON true
    WHERE community = :community AND due_on BETWEEN :first AND :last GROUP BY item
    """
)
_WITHOUT_REASON: Final = text(
    """
    SELECT DISTINCT account FROM bills
    WHERE community = :community AND due_on BETWEEN :first AND :last AND open_principal > 0
      AND NOT EXISTS (SELECT FROM arrears_reasons AS given
                      WHERE given.community = bills.community AND given.account = bills.account)
    ORDER BY account LIMIT 50
    """
)


def figures_of(connection: Connection, community: str, kind: ReportKind, first: Any) -> dict[str, Any]:
    """Return the report's figures as they stand: a line for each of the five kinds, even of nothing (RPT-03); CNY."""
    period = period_of(kind, first)
    asked = {"community": community, "first": period.first, "last": period.last}
    found = {row.item: row for row in connection.execute(_BILLS, asked)}
    lines = {item.value: _line(found.get(item)) for item in FeeItem}
    counted = [lines[item] for item in FeeItem if item.book is Book.MANAGEMENT]
    due = sum((Decimal(line["due"]) for line in counted), ZERO)
    received = sum((Decimal(line["received"]) for line in counted), ZERO)
    return {
        "label": period.label,
        "first": str(period.first),
        "last": str(period.last),
        "lines": lines,
        "due": str(due),
        "received": str(received),
        "rate": percent(received, due),
        "target_met": meets(received, due, TARGET),
    }


def send_report(connection: Connection, request: SendFeeReport) -> FeeReportSent:
    """Freeze the report; sent again it is what it was. Refused while an account in arrears has no reason (RPT-03)."""
    kind = ReportKind(request.kind)
    period = period_of(kind, request.first)
    asked = {"community": request.community, "first": period.first, "last": period.last}
    frozen = _frozen(connection, request)
    if frozen is None:
        blocking = tuple(connection.scalars(_WITHOUT_REASON, asked))
        if blocking:
            return FeeReportSent(refused=ARREARS_WITHOUT_REASON, blocking=blocking)
        frozen = figures_of(connection, request.community, kind, request.first)
        connection.execute(
            insert(FeeReport)
            .values(
                community=request.community,
                kind=kind,
                period=str(period.first),
                body=frozen,
                due_at=request.due_at,
                sent_at=request.at,
                sent_by=request.actor.code,
            )
            .on_conflict_do_nothing()
        )
    return FeeReportSent(rate=str(frozen["rate"]), target_met=bool(frozen["target_met"]))


def _frozen(connection: Connection, request: SendFeeReport) -> dict[str, Any] | None:
    period = period_of(ReportKind(request.kind), request.first)
    return connection.scalar(
        select(FeeReport.body).where(
            FeeReport.community == request.community,
            FeeReport.kind == request.kind,
            FeeReport.period == str(period.first),
        )
    )


def _line(row: Any) -> dict[str, str]:
    names = ("due", "received", "arrears", "late_fee")
    return {name: str(getattr(row, name) if row is not None else ZERO) for name in names}
