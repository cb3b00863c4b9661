"""《业主收费台账》 as a spreadsheet that prints on A4 across, its heading on every page (S4 篇4.2)."""

import io
from typing import Final

import xlsxwriter

from activities.ledger.statement import Statement

COLUMNS: Final = (
    *("日期", "摘要", "账单", "应收", "已收本金", "滞纳金", "预存", "押金", "收据号", "欠费余额", "预存余额", "凭证号"),
)
_WIDTHS: Final = (12, 14, 26, 12, 12, 10, 10, 10, 12, 12, 12, 10)


def statement_workbook(statement: Statement) -> bytes:
    """Return the statement as an .xlsx workbook; amounts are numbers with two places."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        bold = workbook.add_format({"bold": True})
        heading = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        money = workbook.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet("业主收费台账")
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(3)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, f"业主收费台账 {statement.unit} {statement.payer_label}", bold)
        sheet.write_string(1, 0, f"账户 {statement.account},{statement.first} 至 {statement.last}")
        sheet.write_string(2, 0, "上期结转")
        sheet.write_number(2, 9, float(statement.owed_before), money)
        sheet.write_number(2, 10, float(statement.prepaid_before), money)
        sheet.write_row(3, 0, COLUMNS, heading)
        for row, line in enumerate(statement.lines, start=4):
            sheet.write_datetime(row, 0, line.day, day)
            sheet.write_string(row, 1, line.kind_label)
            sheet.write_string(row, 2, "、".join(line.bills))
            amounts = (line.charged, line.paid, line.late_fee, line.prepaid, line.deposit)
            for column, amount in enumerate(amounts, start=3):
                sheet.write_number(row, column, float(amount), money)
            sheet.write_string(row, 8, "、".join(line.receipts))
            sheet.write_number(row, 9, float(line.owed), money)
            sheet.write_number(row, 10, float(line.prepaid_balance), money)
            sheet.write_number(row, 11, line.entry)
    return content.getvalue()
