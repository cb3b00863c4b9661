"""Workbooks as a person types them, and a small roster without a fault to begin with."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

import xlsxwriter

from activities.records.roster_sheets import SHEETS

SINCE = date(2026, 1, 1)


def xlsx(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A real workbook: texts, numbers, dates and times as Excel stores them; None leaves a cell empty."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        of_time = workbook.add_format({"num_format": "[h]:mm:ss"})
        for title, rows in sheets.items():
            worksheet = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, str):
                        worksheet.write_string(number, place, value)
                    elif isinstance(value, time | timedelta):
                        worksheet.write_datetime(number, place, value, of_time)
                    elif value is not None:
                        worksheet.write(number, place, value)
    return content.getvalue()


def rows() -> dict[str, list[list[Any]]]:
    """A small roster without a fault: headings first, then two or three rows a sheet."""
    headings = {sheet.title: [column.heading for column in sheet.columns] for sheet in SHEETS}
    return {
        "片区": [headings["片区"], ["A1", "一片区"], ["A2", "二片区"]],
        "房号": [
            headings["房号"],
            ["1-101", "A1", "1栋", "住宅", 89.5, date(2023, 6, 30)],
            ["1-102", "A1", "1栋", "住宅", "128.36", "2023年6月30日"],
            ["东门", "A2", None, "公共部位", None, None],
        ],
        "住户": [
            headings["住户"],
            ["1-101", 1, "业主", "赵明远", "13800138000", "zhao@example.com", date(2024, 3, 1), None],
            ["1-101", 2, "使用人", "钱晓岚", None, None, "2024/3/1", None],
            ["1-102", 1, "租户", "孙志强", "0755-26001234", None, date(2025, 7, 15), None],
        ],
        "员工": [
            headings["员工"],
            ["G001", "周雨桐", "13800138001", "g1@example.com", "在职", "私人管家", "A1", "否", None, SINCE, None],
            ["G001", "周雨桐", "13800138001", "g1@example.com", "在职", "私人管家", "A2", "是", None, SINCE, None],
            ["G002", "吴建国", None, None, None, "私人管家", "A2", None, None, SINCE, None],
            ["T001", "郑思齐", "13800138002", None, "在职", "维修技工", None, None, "水、电", SINCE, None],
        ],
        "值班": [
            headings["值班"],
            ["T001", "周一", time(8, 0), time(16, 0), SINCE, None],
            ["T001", "周二", "16:00", "24:00", SINCE, None],
        ],
    }
