"""The work-time statement 工时统计表 as a spreadsheet, to be kept for inspection (S4 二.4)."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from activities.records.work_time import WorkTimeStatement
from workflows.messages.people import Trade
from workflows.messages.repair import RepairClass
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE
from workflows.rules.work_time_statement import Figures, Group, Job

_SUMMARY: Final = (
    *("分组", "项目", "件数", "毛工时中位(小时)", "毛工时最长(小时)", "净工时中位(小时)", "净工时最长(小时)"),
    *("按时件数", "按时率"),
)
_JOBS: Final = ("编号", "工种", "技工", "紧急程度", "下单时间", "完工时间", "毛工时(小时)", "净工时(小时)", "是否按时")
_TRADES: Final = {trade.value: trade.label for trade in Trade}
_CLASSES: Final = {one.value: one.label for one in RepairClass}
_HOUR: Final = 3600

Cell = str | float | datetime


def work_time_workbook(statement: WorkTimeStatement) -> bytes:
    """Return the statement as an .xlsx workbook: 汇总, and 明细 with every job. Times of day are the community's."""
    content = io.BytesIO()
    # the file of an unchanged month is the same whenever it is made, so that two copies can be compared
    made_at = local(statement.due_at, DUTY_ZONE).replace(tzinfo=None)
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": f"{statement.year}年{statement.month}月工时统计表", "created": made_at})
        formats = {
            "heading": workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "hours": workbook.add_format({"num_format": "0.00"}),
            "share": workbook.add_format({"num_format": "0.00%"}),
        }
        summary = workbook.add_worksheet("汇总")
        _write(summary, _SUMMARY, _summary(statement), formats)
        summary.set_column(8, 8, 12, formats["share"])
        _write(workbook.add_worksheet("明细"), _JOBS, map(_job, statement.jobs), formats)
    return content.getvalue()


def _summary(statement: WorkTimeStatement) -> Iterable[Sequence[Cell]]:
    if statement.overall is not None:
        yield "全部", "", *_figures(statement.overall)
    groups: tuple[tuple[str, tuple[Group, ...]], ...] = (
        ("工种", statement.by_trade),
        ("技工", statement.by_technician),
        ("紧急程度", statement.by_class),
    )
    for title, members in groups:
        for group in members:
            yield title, group.label or "—", *_figures(group.figures)


def _figures(figures: Figures) -> tuple[Cell, ...]:
    durations = (figures.gross_median, figures.gross_longest, figures.net_median, figures.net_longest)
    hours = tuple(_hours(seconds) for seconds in durations)
    return (figures.jobs, *hours, figures.in_time, float(figures.share_in_time))


def _job(job: Job) -> Sequence[Cell]:
    return (
        *(job.case, _TRADES.get(job.trade, job.trade), job.technician),
        _CLASSES.get(job.repair_class, job.repair_class),
        *(job.ordered_at, job.completed_at, _hours(job.gross_seconds), _hours(job.net_seconds)),
        "是" if job.in_time else "否",
    )


def _hours(seconds: int) -> float:
    return round(seconds / _HOUR, 4)


def _write(
    worksheet: Worksheet, headings: Sequence[str], rows: Iterable[Sequence[Cell]], formats: dict[str, Format]
) -> None:
    worksheet.freeze_panes(1, 0)
    worksheet.set_column(0, len(headings) - 1, 18)
    for place, heading in enumerate(headings):
        worksheet.write_string(0, place, heading, formats["heading"])
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, datetime):
                moment = local(value, DUTY_ZONE).replace(tzinfo=None)
                worksheet.write_datetime(number, place, moment, formats["moment"])
            elif isinstance(value, float):
                worksheet.write_number(number, place, value, formats["hours"])
            elif isinstance(value, int):
                worksheet.write_number(number, place, value)
            else:
                worksheet.write_string(number, place, value)
