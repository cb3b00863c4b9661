"""Handing out a roster 花名册导出 as a spreadsheet that can be edited and imported again."""

import io
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from activities.connections.database import Database
from activities.records.reading import one_state
from activities.records.roster import Roster
from activities.records.roster_rows import read_roster
from activities.records.roster_sheets import SHEETS, Column, Sheet

_LISTED_ROWS: Final = 5_000
"""How far down the spreadsheet offers lists of terms."""
_TERMS_AT_MOST: Final = 255
"""Longest list of terms that a spreadsheet takes into a cell's rule."""


def export_roster(db: Database, community: str) -> bytes:
    """Return the community's roster as an .xlsx workbook; an empty one serves as a template.

    It holds personal data: current households, and all staff. Whatever was typed is written as text, so that no
    spreadsheet computes a name that begins with ``=``. Raises ``OperationalError`` if PostgreSQL is out of reach.
    """
    with one_state(db) as connection:
        roster = read_roster(connection, db.personal, community)
    return roster_workbook(roster)


def roster_workbook(roster: Roster) -> bytes:
    """Return a roster as an .xlsx workbook, all in memory, so that no temporary file holds a name."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        formats = {
            "heading": workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1}),
            "text": workbook.add_format({"num_format": "@", "quote_prefix": True}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "area": workbook.add_format({"num_format": "0.00"}),
        }
        for sheet in SHEETS:
            _write_sheet(sheet, roster, workbook.add_worksheet(sheet.title), formats)
    return content.getvalue()


def _write_sheet(sheet: Sheet, roster: Roster, worksheet: Worksheet, formats: dict[str, Format]) -> None:
    worksheet.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        worksheet.set_column(place, place, 16, formats["text"])
        worksheet.write_string(0, place, column.heading, formats["heading"])
        terms = list(column.terms)
        if terms and len(",".join(terms)) <= _TERMS_AT_MOST:
            rule = {"validate": "list", "source": terms, "error_type": "warning"}
            worksheet.data_validation(1, place, _LISTED_ROWS, place, rule)
    for number, values in enumerate(sheet.rows(roster), start=1):
        for place, column in enumerate(sheet.columns):
            _write_cell(worksheet, (number, place), _as_shown(column, values[column.name]), formats)


def _as_shown(column: Column, value: Any) -> Any:
    """Return a value as a person writes it: terms instead of codes."""
    if not column.terms or value is None:
        return value
    labels = {code: term for term, code in column.terms.items()}
    return "、".join(sorted(labels[one] for one in value)) if isinstance(value, frozenset) else labels[value]


def _write_cell(worksheet: Worksheet, at: tuple[int, int], value: Any, formats: dict[str, Format]) -> None:
    match value:
        case None | "":
            return
        case date():
            worksheet.write_datetime(*at, value, formats["date"])
        case time():
            worksheet.write_string(*at, f"{value:%H:%M}", formats["text"])
        case Decimal():
            worksheet.write_number(*at, float(value), formats["area"])
        case _:
            worksheet.write_string(*at, str(value), formats["text"])
