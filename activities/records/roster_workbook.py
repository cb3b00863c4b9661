"""Opening an uploaded .xlsx workbook 工作簿 without trusting it.

A workbook is a zip of XML parts and comes from outside. The library that reads it lays a sheet out as a full
rectangle, so that two cells far apart would take all memory and end the process; and a small zip can unpack to
gigabytes. So every part is unpacked and looked through under limits first, and only what was looked through is
handed on.
"""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from activities.records.roster_cells import Cell

FILE_BYTES_AT_MOST: Final = 8 * 1024 * 1024
UNPACKED_BYTES_AT_MOST: Final = 64 * 1024 * 1024
PARTS_AT_MOST: Final = 200
ROWS_AT_MOST: Final = 20_000
COLUMNS_AT_MOST: Final = 50
CELLS_AT_MOST: Final = 500_000
CELL_TEXT_AT_MOST: Final = 1_000

_ZIP: Final = b"PK\x03\x04"
_COMPOUND_FILE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_NEEDED: Final = frozenset({"[Content_Types].xml", "xl/workbook.xml"})
_BROKEN_ZIP: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError),
    *(NotImplementedError, RuntimeError),
)
"""What the standard library raises for archives that are damaged, encrypted or packed by unknown methods."""
_SAVE_AS: Final = "请在 Excel 或 WPS 中另存为“Excel 工作簿(.xlsx)”后再上传"


class WorkbookError(Exception):
    """A file that cannot be read as a workbook: a stable code, and in zh-CN what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_workbook(content: bytes) -> dict[str, list[list[Cell]]]:
    """Return the sheets by title, each as rows of cells from A1 on; an empty cell is "".

    Raises :class:`WorkbookError` for any file that is not an .xlsx within the limits of this module.
    """
    parts = _checked_parts(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_zipped(parts)))
        return {
            sheet.name: workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for sheet in workbook.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        }
    except (CalamineError, ValueError, OverflowError) as error:
        raise WorkbookError("damaged_file", f"工作簿已损坏,{_SAVE_AS}") from error


def _checked_parts(content: bytes) -> dict[str, bytes]:
    """Return the XML parts of the workbook; pictures, printer settings and the like are left out."""
    if len(content) > FILE_BYTES_AT_MOST:
        raise WorkbookError("file_too_large", f"文件超过 {FILE_BYTES_AT_MOST // 1024 // 1024} MB,请分成几个文件")
    if content.startswith(_COMPOUND_FILE):
        raise WorkbookError("old_or_encrypted_file", f"这是旧版 .xls 文件或加了密码的文件,请去掉密码,{_SAVE_AS}")
    if not content.startswith(_ZIP):
        raise WorkbookError("not_a_workbook", f"这不是 .xlsx 文件,{_SAVE_AS}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: part for name, part in _unpacked(archive) if _is_sound_xml(part)}
    except _BROKEN_ZIP as error:
        raise WorkbookError("damaged_file", f"文件已损坏或加了密码,{_SAVE_AS}") from error
    if not parts.keys() >= _NEEDED:
        raise WorkbookError("not_a_workbook", f"这不是 .xlsx 文件,{_SAVE_AS}")
    return parts


def _unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Unpack under the limit, whatever sizes the archive claims."""
    members = archive.infolist()
    if len(members) > PARTS_AT_MOST:
        raise WorkbookError("file_too_large", f"文件里的部件太多,{_SAVE_AS}")
    left = UNPACKED_BYTES_AT_MOST
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError(member.compress_type)
        with archive.open(member) as packed:
            part = packed.read(left + 1)
        left -= len(part)
        if left < 0:
            raise WorkbookError("file_too_large", "文件解压后过大,请删除多余的内容和格式后再上传")
        yield member.filename, part


def _zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def _is_sound_xml(part: bytes) -> bool:
    """Whether the part is XML; raises :class:`WorkbookError` where it goes beyond the limits of a sheet."""
    # all spreadsheet programs write UTF-8; whatever else a part declares must not be read in two ways
    parser = expat.ParserCreate("utf-8")
    limits = _SheetLimits()
    parser.StartElementHandler = limits.start_element
    parser.CharacterDataHandler = limits.character_data
    parser.StartDoctypeDeclHandler = limits.start_doctype
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        return False
    return True


class _SheetLimits:
    """Looks through one XML part and raises at the first thing that a roster never has."""

    def __init__(self) -> None:
        self._rows = 0
        self._cells = 0
        self._cells_in_row = 0
        self._letters: int | None = None
        """Letters of the text that is being read; None outside cells and the table of shared texts."""

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        # the library takes memory for as many as a part announces, before it has seen one
        if any(_number(attributes.get(count, "")) > CELLS_AT_MOST for count in ("count", "uniqueCount")):
            raise WorkbookError("damaged_file", f"工作簿已损坏,{_SAVE_AS}")
        match name.rpartition(":")[2]:
            case "row":
                self._rows += 1
                self._cells_in_row = 0
                if max(self._rows, _number(attributes.get("r", ""))) > ROWS_AT_MOST:
                    message = f"第 {ROWS_AT_MOST} 行以后还有内容或格式,请删除多余的行,或分成几个文件"
                    raise WorkbookError("too_many_rows", message)
            case "c":
                self._letters = 0
                self._cell(attributes.get("r", ""), attributes.get("t", ""))
            case "si":
                self._letters = 0

    def _cell(self, place: str, kind: str) -> None:
        self._cells += 1
        self._cells_in_row += 1
        letters = place.rstrip("0123456789")
        if kind == "e":
            raise WorkbookError("formula_error", f"单元格 {place} 是公式错误(如 #REF!),请改为数值")
        if max(self._cells_in_row, _column(letters)) > COLUMNS_AT_MOST or self._cells > CELLS_AT_MOST:
            raise WorkbookError("too_many_columns", "表格右侧还有多余的内容或格式,请删除多余的列")
        if _number(place[len(letters) :]) > ROWS_AT_MOST:
            raise WorkbookError("too_many_rows", f"第 {ROWS_AT_MOST} 行以后还有内容或格式,请删除多余的行")

    def character_data(self, data: str) -> None:
        if self._letters is None:
            return
        self._letters += len(data)
        if self._letters > CELL_TEXT_AT_MOST:
            raise WorkbookError("text_too_long", f"有单元格超过 {CELL_TEXT_AT_MOST} 个字")

    def start_doctype(self, *_: object) -> None:
        raise WorkbookError("not_a_workbook", f"文件里有不允许的声明,{_SAVE_AS}")


def _number(digits: str) -> int:
    """Return a number, 0 where none is given; what is no number counts as higher than any limit."""
    if not digits:
        return 0
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else sys.maxsize


def _column(letters: str) -> int:
    """Return the number of a column such as AB; letters that name none count as too far right."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or number > COLUMNS_AT_MOST:
            return COLUMNS_AT_MOST + 1
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
