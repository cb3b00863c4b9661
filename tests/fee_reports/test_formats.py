"""The report as data, spreadsheet and paper: the same figures to the cent (S4 4.7)."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from activities.documents.fonts import fonts_of_this_process
from activities.documents.wording import amount
from activities.fee_reports import on_paper, workbook
from activities.fee_reports.report import FeeReport
from tests.fee_reports.period import Ledger
from workflows.messages.fee_reports import Figure
from workflows.messages.ledger import FeeItem, PaymentMethod

D = Decimal


@pytest.fixture
def report(ledger: Ledger) -> FeeReport:
    """An April with debts, money, services and an adjustment of March."""
    ledger.flats("1-101", "1-102", "1-103")
    march = ledger.bill("1-103", "300.00", "202603", item=FeeItem.PARKING, due="03-20")
    ledger.pay("1-103", "300.00", "03-19", march)
    assert ledger.send("month", "2026-03-01", "04-03").refused == ""
    ledger.credit(march, "10.00", "04-07")
    for unit in ("1-101", "1-102", "1-103"):
        ledger.bill(unit, "751.80")
    ledger.bill("1-101", "1234567.89", "202604", item=FeeItem.RENOVATION, due="04-20")
    ledger.pay("1-101", "751.80", "04-08", "1-101-Y1/2026Q2", method=PaymentMethod.DIRECT_DEBIT)
    ledger.pay("1-102", "401.00", "04-15", "1-102-Y1/2026Q2")
    ledger.parking("04-15", "1865.00", "1845.00")
    ledger.gathered("2026-04", "TY-AAAAA-AAAAA", "180.00", agency="12.00")
    return ledger.report("month", "2026-04")


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: [tuple(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}


def cents(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(D("0.01"))


def test_the_spreadsheet_holds_the_reports_figures_as_money(report: FeeReport):
    content = workbook.report_workbook(report)
    pages = sheets(content)
    assert list(pages) == ["汇总", "费用收缴明细表", "收款", "有偿服务", "停车场", "调整"]
    detail = pages[workbook.DETAIL]
    assert detail[0][:7] == ("房号", "项目", "应收", "已收", "欠费", "滞纳金", "原因")
    assert [(row[8], *map(cents, row[2:6])) for row in detail[1:]] == [
        (line.account, line.due, line.received, line.arrears, line.late_fee) for line in report.lines
    ]
    facts = {row[0]: row[1] for row in pages[workbook.SUMMARY]}
    assert facts["综合收费率"] == report.collection.percent
    assert (cents(facts["综合收费率·应收"]), cents(facts["综合收费率·已收"])) == (D("2255.40"), D("1152.80"))
    kinds = {row[0]: row for row in pages[workbook.SUMMARY] if row[0] in {item.label for item in FeeItem}}
    for kind in report.kinds:
        assert tuple(map(cents, kinds[kind.label][1:])) == (
            kind.due, kind.received, kind.arrears, kind.old_due, kind.old_received, kind.old_arrears,
            kind.late_fee_received, kind.late_fee_owed, kind.direct,
        )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "#,##0.00;[Red]-#,##0.00" in parts.read("xl/styles.xml").decode()
    assert workbook.report_workbook(report) == content


def test_paid_services_parking_and_adjustments_have_their_sheets(report: FeeReport):
    pages = sheets(workbook.report_workbook(report))
    assert pages[workbook.SERVICES][1:] == [("2026-04", 1, 180, 12, 192), ("合计", 1, 180, 12, 192)]
    assert dict(row for row in pages[workbook.PARKING])["收费率"] == "98.93 %"
    assert [row[3:] for row in pages[workbook.ADJUSTMENTS][1:]] == [(-10, -10), (-10, -10)]
    assert pages[workbook.CASH][0][:4] == ("日期", "转账", "代扣", "合计")


def test_what_is_set_on_paper_are_the_same_figures(report: FeeReport):
    given = on_paper.content_of(report, fonts_of_this_process())
    assert given["rates"][0]["percent"] == report.collection.percent == "51.11 %"
    assert [row[2] for row in given["lines"]] == [amount(line.due) for line in report.lines]
    assert "1,234,567.89" in [row[2] for row in given["lines"]]
    assert [row[1] for row in given["kinds"]] == [amount(kind.due) for kind in report.kinds]
    assert given["adjustments"] == [["2026年3月", "-10.00", "-10.00", "100.00 %", "100.00 %"]]
    content = on_paper.report_pdf(report, fonts_of_this_process())
    assert content.startswith(b"%PDF")
    assert on_paper.report_pdf(report, fonts_of_this_process()) == content


def test_data_and_lines_say_the_same(report: FeeReport, ledger: Ledger):
    again = FeeReport.model_validate(report.model_dump(mode="json"))
    assert again == report
    assert ledger.lines("month", "2026-04", Figure.DUE, item=FeeItem.MANAGEMENT_FEE).total == report.kinds[0].due
