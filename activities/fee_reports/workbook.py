"""A report of the fees as a spreadsheet 收费报表电子表格: summary, 《费用收缴明细表》, cash, services (S4 4.7)."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from activities.fee_reports.report import FeeReport, Rate
from activities.fee_reports.wording import destination_of, state_of
from workflows.messages.ledger import PaymentMethod
from workflows.rules.amounts import ZERO

SUMMARY: Final = "汇总"
DETAIL: Final = "费用收缴明细表"
CASH: Final = "收款"
SERVICES: Final = "有偿服务"
PARKING: Final = "停车场"
ADJUSTMENTS: Final = "调整"
DETAIL_COLUMNS: Final = ("房号", "项目", "应收", "已收", "欠费", "滞纳金", "原因", "期别", "账户")
_KINDS: Final = (
    *("项目", "应收", "已收", "欠费", "往期欠费", "清欠收回", "往期未清", "已收滞纳金", "未收滞纳金", "直接收入"),
)
_METHODS: Final = {method.value: method.label for method in PaymentMethod}

Cell = str | int | Decimal | date
Row = Sequence[Cell]


def report_workbook(report: FeeReport) -> bytes:
    """Return the report as an .xlsx workbook; amounts are numbers with two places, to the cent those of the report."""
    content = io.BytesIO()
    made_at = (report.sent_at or report.as_of).replace(tzinfo=None)
    title = f"{report.community_name}{report.label}收费报表"
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        # the file of a report that was sent is the same whenever it is made, so that two copies can be compared
        workbook.set_properties({"title": title, "created": made_at})
        formats = {
            "heading": workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}),
            "money": workbook.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "bold": workbook.add_format({"bold": True}),
        }
        _summary(workbook.add_worksheet(SUMMARY), report, title, formats)
        _table(workbook.add_worksheet(DETAIL), DETAIL_COLUMNS, _detail(report), formats)
        _table(workbook.add_worksheet(CASH), *_cash(report), formats)
        _table(
            workbook.add_worksheet(SERVICES), ("月份", "件数", "服务费", "代收代付", "已收"), _services(report), formats
        )
        _table(workbook.add_worksheet(PARKING), ("项目", "数值"), _parking(report), formats)
        _table(
            workbook.add_worksheet(ADJUSTMENTS),
            ("报表", "账户", "项目", "应收调整", "已收调整"),
            _changes(report),
            formats,
        )
    return content.getvalue()


def _summary(worksheet: Worksheet, report: FeeReport, title: str, formats: dict[str, Format]) -> None:
    worksheet.set_column(0, len(_KINDS) - 1, 14)
    worksheet.write_string(0, 0, title, formats["bold"])
    facts = (
        ("状态", state_of(report)),
        ("期间", f"{report.first} 至 {report.last},收款截至 {report.cut_off}"),
        ("应报送", f"{report.due_at:%Y-%m-%d %H:%M}"),
        *_rate("综合收费率", report.collection),
        *_rate("清欠率", report.clearing),
        ("已收滞纳金", report.late_fee_received),
        ("未收滞纳金", report.late_fee_owed),
        ("收款合计", report.cash.total),
        ("补录收款", report.cash.late_total),
        ("退款", report.cash.refunded),
        ("在途现金", report.cash.in_transit),
        ("收据", f"开具 {report.receipts.issued},作废 {report.receipts.void},红冲 {report.receipts.red}"),
    )
    at = _write(worksheet, 2, facts, formats) + 1
    _head(worksheet, at, _KINDS, formats)
    rows = [
        (
            *(kind.label, kind.due, kind.received, kind.arrears, kind.old_due, kind.old_received, kind.old_arrears),
            *(kind.late_fee_received, kind.late_fee_owed, kind.direct),
        )
        for kind in report.kinds
    ]
    totals = [sum((row[place] for row in rows), ZERO) for place in range(1, len(_KINDS))]
    _write(worksheet, at + 1, [*rows, ("合计", *totals)], formats)


def _rate(name: str, rate: Rate) -> Iterable[Row]:
    yield f"{name}·应收", rate.due
    yield f"{name}·已收", rate.received
    yield name, rate.percent
    if rate.target is not None:
        yield f"{name}·目标", f"{rate.target * 100:.0f} % {'达标' if rate.met else '未达标'}"


def _detail(report: FeeReport) -> Iterable[Row]:
    for line in report.lines:
        yield (
            *(line.unit, line.item.label, line.due, line.received, line.arrears, line.late_fee),
            *(line.reason, line.scope.label, line.account),
        )


def _cash(report: FeeReport) -> tuple[Sequence[str], list[Row]]:
    """One row a day, one column a method that was used, then the day's slip; at the end what was entered late 补录."""
    everything = (*report.cash.days, *report.cash.late_entered)
    used = [name for name in _METHODS if any(name in day.methods for day in everything)]
    slips = {slip.day: slip for slip in report.cash.slips}
    rows: list[Row] = []
    for day in report.cash.days:
        slip = slips.get(day.day)
        where = (slip.slip, destination_of(slip)) if slip else ("", "")
        rows.append((day.day, *(day.methods.get(name, ZERO) for name in used), day.total, *where))
    rows += [
        (day.day, *(day.methods.get(name, ZERO) for name in used), day.total, "", "补录")
        for day in report.cash.late_entered
    ]
    return ("日期", *(_METHODS[name] for name in used), "合计", "缴款单", "去向"), rows


def _services(report: FeeReport) -> Iterable[Row]:
    months = report.services
    for month in months:
        yield month.month, month.jobs, month.service_fee, month.agency, month.collected
    yield (
        "合计",
        sum(month.jobs for month in months),
        sum((month.service_fee for month in months), ZERO),
        sum((month.agency for month in months), ZERO),
        sum((month.collected for month in months), ZERO),
    )


def _parking(report: FeeReport) -> Iterable[Row]:
    parking = report.parking
    yield "应收", parking.rate.due
    yield "实收", parking.rate.received
    yield "短款", parking.shortage
    yield "收费率", parking.rate.percent
    yield "免费放行(次)", parking.free_passes
    yield "交账(班)", parking.days
    yield "未核对(班)", parking.waiting


def _changes(report: FeeReport) -> Iterable[Row]:
    for adjustment in report.adjustments:
        rates = f"{adjustment.label}(报送 {adjustment.percent_as_sent},现 {adjustment.percent_now})"
        yield rates, "", "合计", adjustment.due, adjustment.received
        for line in adjustment.lines:
            yield adjustment.period, line.account, line.item.label, line.due, line.received


def _table(worksheet: Worksheet, headings: Sequence[str], rows: Iterable[Row], formats: dict[str, Format]) -> None:
    worksheet.freeze_panes(1, 0)
    worksheet.set_column(0, len(headings) - 1, 16)
    _head(worksheet, 0, headings, formats)
    last = _write(worksheet, 1, rows, formats)
    worksheet.autofilter(0, 0, max(last - 1, 0), len(headings) - 1)


def _head(worksheet: Worksheet, at: int, headings: Sequence[str], formats: dict[str, Format]) -> None:
    for place, heading in enumerate(headings):
        worksheet.write_string(at, place, heading, formats["heading"])


def _write(worksheet: Worksheet, at: int, rows: Iterable[Row], formats: dict[str, Format]) -> int:
    """Write the rows from that one on and return the next free one."""
    for row in rows:
        for place, value in enumerate(row):
            if isinstance(value, Decimal):
                worksheet.write_number(at, place, float(value), formats["money"])
            elif isinstance(value, date):
                worksheet.write_datetime(at, place, value, formats["day"])
            elif isinstance(value, int):
                worksheet.write_number(at, place, value)
            else:
                worksheet.write_string(at, place, value)
        at += 1
    return at
