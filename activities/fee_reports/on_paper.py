"""A report of the fees on paper 收费报表打印: set by typst from the report's own data (S4 4.7; §9.10).

What goes into the template are values of JSON; nothing is read as markup. The same report gives the same bytes.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import typst

from activities.documents.fonts import chinese_font
from activities.documents.typesetting import typeset
from activities.documents.wording import amount
from activities.fee_reports.report import DayTaken, DetailLine, FeeReport, Rate
from activities.fee_reports.wording import destination_of, state_of
from workflows.messages.ledger import PaymentMethod

ALL_LINES_UP_TO: Final = 2000
"""Lines of the detail that are put on paper; of a longer one only the arrears are, the spreadsheet has it whole."""
_METHODS: Final = {method.value: method.label for method in PaymentMethod}


def report_pdf(report: FeeReport, fonts: typst.Fonts) -> bytes:
    """Return the report as a PDF; raises ``FontMissingError`` where no Chinese font is installed."""
    return typeset("fee_report", content_of(report, fonts), report.sent_at or report.as_of, fonts)


def content_of(report: FeeReport, fonts: typst.Fonts) -> dict[str, object]:
    """Return what the template is given, every amount as it stands on paper."""
    whole = len(report.lines) <= ALL_LINES_UP_TO
    lines = report.lines if whole else tuple(line for line in report.lines if line.arrears > 0)
    return {
        "font": chinese_font(fonts),
        "community": report.community_name,
        "title": f"{report.label}收费报表",
        "state": state_of(report),
        "period": f"{report.first} 至 {report.last}",
        "cut_off": report.cut_off.isoformat(),
        "due_at": f"{report.due_at:%Y-%m-%d %H:%M}",
        "rates": [_rate("综合收费率", report.collection), _rate("清欠率", report.clearing)],
        "parking": _rate("停车场收费率", report.parking.rate),
        "kinds": [
            [
                kind.label,
                *_amounts(
                    kind.due, kind.received, kind.arrears, kind.old_due, kind.old_received, kind.old_arrears,
                    kind.late_fee_received, kind.late_fee_owed, kind.direct,
                ),
            ]
            for kind in report.kinds
        ],
        "late_fee": _amounts(report.late_fee_received, report.late_fee_owed),
        "cash": _cash(report),
        "services": [
            [month.month, str(month.jobs), *_amounts(month.service_fee, month.agency, month.collected)]
            for month in report.services
        ],
        "receipts": f"开具 {report.receipts.issued},作废 {report.receipts.void},红冲 {report.receipts.red}",
        "shortage": amount(report.parking.shortage),
        "adjustments": [
            [one.label, *_amounts(one.due, one.received), one.percent_as_sent, one.percent_now]
            for one in report.adjustments
        ],
        "whole": whole,
        "lines": [_line(line) for line in lines],
    }  # fmt: skip


def _cash(report: FeeReport) -> dict[str, object]:
    return {
        "methods": _by_method(report.cash.days),
        "total": amount(report.cash.total),
        "late": amount(report.cash.late_total),
        "refunded": amount(report.cash.refunded),
        "in_transit": amount(report.cash.in_transit),
        "slips": [
            [slip.day.isoformat(), slip.slip, amount(slip.cash), destination_of(slip)] for slip in report.cash.slips
        ],
    }


def _rate(name: str, rate: Rate) -> dict[str, str]:
    target = "" if rate.target is None else f"目标 {rate.target * 100:.0f} %,{'达标' if rate.met else '未达标'}"
    return {
        "name": name,
        "percent": rate.percent,
        "due": amount(rate.due),
        "received": amount(rate.received),
        "target": target,
    }


def _by_method(days: Iterable[DayTaken]) -> list[list[str]]:
    sums: dict[str, Decimal] = {}
    for day in days:
        for method, taken in day.methods.items():
            sums[method] = sums.get(method, Decimal(0)) + taken
    return [[label, amount(sums[name])] for name, label in _METHODS.items() if name in sums]


def _line(line: DetailLine) -> list[str]:
    amounts = _amounts(line.due, line.received, line.arrears, line.late_fee)
    return [line.unit, line.item.label, *amounts, line.reason, line.scope.label]


def _amounts(*values: Decimal) -> Iterable[str]:
    return [amount(value) for value in values]
