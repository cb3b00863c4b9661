"""The document as a spreadsheet, for whoever reads no JSON 电子表格: a sheet for each table, all text."""

import io
import json

import xlsxwriter

from activities.persons.export import Document


def as_workbook(document: Document) -> bytes:
    """Return the document as .xlsx, all in memory, so that no temporary file holds a name.

    Everything is written as text, so that no spreadsheet computes words that begin with ``=``.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        heading = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        for part in document["holdings"].values():
            sheet = workbook.add_worksheet(part["title"])
            sheet.freeze_panes(1, 0)
            columns = list(part["rows"][0])
            for place, column in enumerate(columns):
                sheet.set_column(place, place, 20)
                sheet.write_string(0, place, column, heading)
            for number, row in enumerate(part["rows"], start=1):
                for place, column in enumerate(columns):
                    sheet.write_string(number, place, _shown(row[column]))
    return content.getvalue()


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "是" if value else "否"
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
