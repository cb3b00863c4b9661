"""Reading the rows of a roster workbook 花名册文件, and everything that is wrong in a row by itself."""

from dataclasses import dataclass, field
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name

from activities.records.roster import Entry, EntryKey, Roster, RosterProblem
from activities.records.roster_cells import Cell, CellError
from activities.records.roster_sheets import SHEETS, Sheet
from activities.records.roster_workbook import read_workbook

_HEADING_ROW: Final = 1


@dataclass
class RosterFile:
    """What a file says. ``sheets`` are the entries of each whole row by sheet; ``rows`` where each stands."""

    sheets: dict[str, list[tuple[Entry, ...]]] = field(default_factory=dict)
    rows: dict[EntryKey, int] = field(default_factory=dict)
    broken: set[EntryKey] = field(default_factory=set)
    problems: list[RosterProblem] = field(default_factory=list)
    entries: dict[EntryKey, Entry] = field(default_factory=dict)

    @property
    def roster(self) -> Roster:
        """The entries of all whole rows."""
        return Roster(self.entries)

    def complain(self, sheet: str, row: int, column: str, code: str, message: str) -> None:
        """Note one more problem."""
        self.problems.append(RosterProblem(sheet=sheet, row=row, column=column, code=code, message=message))


def read_roster_file(content: bytes) -> RosterFile:
    """Return what the workbook says and all that is wrong in its rows.

    Raises ``WorkbookError`` if it is no workbook at all.
    """
    sheets = read_workbook(content)
    file = RosterFile()
    for title, rows in sheets.items():
        if title not in {sheet.title for sheet in SHEETS} and any(map(_is_filled, rows)):
            known = "、".join(sheet.title for sheet in SHEETS)
            file.complain(title, 0, "", "unknown_sheet", f"没有这种工作表,只能是:{known}")
    for sheet in SHEETS:
        if sheet.title in sheets:
            _read_sheet(sheet, sheets[sheet.title], file)
    if not file.sheets and not file.problems:
        file.complain("", 0, "", "nothing_to_import", "文件里没有可导入的工作表,可先导出花名册作为模板")
    return file


def _is_filled(row: list[Cell]) -> bool:
    return any(not _is_empty(cell) for cell in row)


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _read_sheet(sheet: Sheet, rows: list[list[Cell]], file: RosterFile) -> None:
    file.sheets[sheet.title] = []
    places = _places(sheet, rows, file)
    if places is None:
        return
    for number, row in enumerate(rows[_HEADING_ROW:], start=_HEADING_ROW + 1):
        if _is_filled(row):
            _read_row(sheet, number, {name: row[place] for name, place in places.items()}, file)


def _places(sheet: Sheet, rows: list[list[Cell]], file: RosterFile) -> dict[str, int] | None:
    """Return where each column stands, or None where that is not clear."""
    headings = [str(cell).strip() for cell in rows[0]] if rows else []
    known = [column.heading for column in sheet.columns]
    complaints = len(file.problems)
    for heading in known:
        if headings.count(heading) != 1:
            code, message = ("missing_column", "缺少这一列") if heading not in headings else ("duplicate", "这一列重复")
            file.complain(sheet.title, _HEADING_ROW, heading, code, f"{message},可先导出花名册作为模板")
    for place, heading in enumerate(headings):
        if heading not in known and any(not _is_empty(row[place]) for row in rows):
            column = heading or f"第 {xl_col_to_name(place)} 列"
            message = f"没有这一列,请删除;应为:{'、'.join(known)}"
            file.complain(sheet.title, _HEADING_ROW, column, "unknown_column", message)
    if len(file.problems) > complaints:
        return None
    return {column.name: headings.index(column.heading) for column in sheet.columns}


def _read_row(sheet: Sheet, number: int, cells: dict[str, Cell], file: RosterFile) -> None:
    values: dict[str, Any] = {}
    for column in sheet.columns:
        cell = cells[column.name]
        try:
            if not _is_empty(cell):
                values[column.name] = column.read(cell)
            elif column.required:
                file.complain(sheet.title, number, column.heading, "required", "必须填写")
            else:
                values[column.name] = column.default
        except CellError as error:
            file.complain(sheet.title, number, column.heading, error.code, error.message)
    if len(values) == len(sheet.columns):
        _take(sheet, number, sheet.entries(values), file)
    elif sheet.referred and sheet.columns[0].name in values:
        file.broken.add((sheet.referred, (values[sheet.columns[0].name],)))


def _take(sheet: Sheet, number: int, entries: tuple[Entry, ...], file: RosterFile) -> None:
    """Add a row's entries, unless the thing has a row already or a row said otherwise of what they share."""
    own, *shared = entries
    if (type(own), own.key) in file.rows:
        message = f"与第 {file.rows[type(own), own.key]} 行重复"
        return file.complain(sheet.title, number, sheet.key_heading, "duplicate", message)
    for entry in shared:
        first = (type(entry), entry.key)
        if file.entries.get(first, entry) != entry:
            message = f"与第 {file.rows[first]} 行不一致:{sheet.shared_headings}应当相同"
            return file.complain(sheet.title, number, sheet.key_heading, "conflict", message)
    for entry in entries:
        file.entries.setdefault((type(entry), entry.key), entry)
        file.rows.setdefault((type(entry), entry.key), number)
    file.sheets[sheet.title].append(entries)
    return None
