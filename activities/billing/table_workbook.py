"""《应收管理费用明细表》 as a spreadsheet (S4 4.2.1.1; F13): S4 columns, row by row, so that memory stays bounded."""

import io
from collections.abc import Iterable
from typing import Final

import xlsxwriter

from activities.ledger.fee_table_reading import FeeTableLine

COLUMNS: Final = (
    *("编号", "房号", "业主姓名", "房屋面积", "管理费标准", "应收金额", "上期调整", "上季度欠费", "滞纳金", "预存抵扣"),
    *("本月应收", "片区", "状态", "退回原因"),
)
_WIDTHS: Final = (8, 14, 14, 10, 12, 12, 12, 12, 12, 12, 12, 10, 10, 30)
_STATES: Final = {"ready": "", "dirty": "待重算", "rejected": "已退回"}
_MONEY: Final = ("charge", "adjustment", "arrears", "late_fee", "prepaid", "due_total")


def table_workbook(title: str, lines: Iterable[FeeTableLine]) -> bytes:
    """Return the table as an .xlsx workbook; amounts are numbers with two places."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet("应收管理费用明细表")
        heading = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        money = workbook.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"})
        sheet.set_column(0, 0, _WIDTHS[0])
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, title, workbook.add_format({"bold": True}))
        sheet.write_row(1, 0, COLUMNS, heading)
        sheet.freeze_panes(2, 0)
        for number, line in enumerate(lines, start=1):
            row = number + 1
            sheet.write_number(row, 0, number)
            sheet.write_string(row, 1, line.unit)
            sheet.write_string(row, 2, line.payer)
            sheet.write_number(row, 3, float(line.area), money)
            sheet.write_number(row, 4, float(line.price))
            for column, name in enumerate(_MONEY, start=5):
                sheet.write_number(row, column, float(getattr(line, name)), money)
            sheet.write_string(row, 11, line.steward_area)
            sheet.write_string(row, 12, _STATES.get(line.state, line.state))
            sheet.write_string(row, 13, line.reason)
    return content.getvalue()
