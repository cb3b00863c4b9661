"""Files that are no roster at all: refused with what to do, whatever they try to do to the server."""

import contextlib
import io
import random
import zipfile
from collections.abc import Callable
from datetime import date

import pytest

from activities.connections.database import Database
from activities.records import roster_workbook
from activities.records.roster_import import import_roster
from activities.records.roster_workbook import WorkbookError, read_workbook
from tests.community.workbooks import xlsx

SHEET = "xl/worksheets/sheet1.xml"
SMALL = {"片区": [["片区编码", "片区名称"], ["A1", "一片区"]]}


def rebuilt(change: Callable[[str, bytes], bytes], content: bytes | None = None) -> bytes:
    """The small workbook with its parts changed."""
    packed = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(content or xlsx(SMALL)))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, change(name, source.read(name)))
    return packed.getvalue()


def with_sheet(*replacements: tuple[str, str]) -> bytes:
    """The small workbook with its sheet's XML edited."""

    def change(name: str, part: bytes) -> bytes:
        if name != SHEET:
            return part
        for old, new in replacements:
            assert old.encode() in part
            part = part.replace(old.encode(), new.encode())
        return part

    return rebuilt(change)


def refused(content: bytes) -> str:
    with pytest.raises(WorkbookError) as error:
        read_workbook(content)
    assert error.value.message.isprintable()
    return error.value.code


def test_a_workbook_is_read_from_its_first_cell_on() -> None:
    assert read_workbook(xlsx({"片区": [[None, None], [None, "x"]]})) == {"片区": [["", ""], ["", "x"]]}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_workbook"),
        ("片区编码,片区名称\nA1,一片区\n".encode("gbk"), "not_a_workbook"),
        (b"<html><table><tr><td>A1</td></tr></table></html>", "not_a_workbook"),
        (b"%PDF-1.7", "not_a_workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "old_or_encrypted_file"),
        (b"PK\x03\x04" + bytes(100), "damaged_file"),
        (xlsx(SMALL)[:-200], "damaged_file"),
        (bytes(roster_workbook.FILE_BYTES_AT_MOST + 1), "file_too_large"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_a_zip_of_something_else_is_no_workbook() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert refused(packed.getvalue()) == "not_a_workbook"


def test_a_small_file_that_unpacks_to_gigabytes_is_refused() -> None:
    packed = io.BytesIO()
    archive = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("xl/media/zeros.bin", "w") as part:
        for _ in range(300):
            part.write(bytes(1024 * 1024))
    assert len(packed.getvalue()) < 1024 * 1024
    assert refused(packed.getvalue()) == "file_too_large"


def test_a_file_that_lies_about_its_sizes_is_refused() -> None:
    honest = xlsx({"片区": [["x" * 900] for _ in range(200)]})
    lying = bytearray(honest)
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    assert lying.count(size.to_bytes(4, "little")) == 2
    lying = lying.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert refused(bytes(lying)) == "damaged_file"


def test_thousands_of_parts_are_refused() -> None:
    packed = io.BytesIO(xlsx(SMALL))
    with zipfile.ZipFile(packed, "a") as archive:
        for number in range(roster_workbook.PARTS_AT_MOST):
            archive.writestr(f"xl/extra{number}.xml", "<extra/>")
    assert refused(packed.getvalue()) == "file_too_large"


@pytest.mark.parametrize(
    ("replacement", "code"),
    [
        # two cells far apart would be laid out as a rectangle of seventeen thousand million cells
        (('r="A2"', 'r="XFD1048576"'), "too_many_columns"),
        (('r="A2"', 'r="A1048576"'), "too_many_rows"),
        (('r="A2"', 'r="A99999999999999999999"'), "too_many_rows"),
        (('r="A2"', 'r="&#88;FD2"'), "too_many_columns"),
        (('r="A2"', 'r="xfd2"'), "too_many_columns"),
        (('r="A2"', 'r="Ä2"'), "too_many_columns"),
        (('<row r="2"', '<row r="1048576"'), "too_many_rows"),
        (('<row r="2"', '<row r="-1"'), "too_many_rows"),
        (('<c r="A2"', "<c/>" * 60 + '<c r="A2"'), "too_many_columns"),
        (("<sheetData>", "<sheetData>" + "<row/>" * 20_001), "too_many_rows"),
        (('<c r="A2" t="s">', '<c r="A2" t="e">'), "formula_error"),
        (("<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'), "not_a_workbook"),
    ],
)
def test_a_sheet_that_would_take_all_memory_is_refused(replacement: tuple[str, str], code: str) -> None:
    assert refused(with_sheet(replacement)) == code


@pytest.mark.parametrize("number", ["2147483647", "-700000", "1e308"])
def test_a_date_beyond_all_calendars_is_refused(number: str) -> None:
    content = xlsx({"值班": [[date(2026, 5, 1)]]})
    day = read_workbook(content)["值班"][0][0]
    assert day == date(2026, 5, 1)
    impossible = rebuilt(lambda _, part: part.replace(b"<v>46143</v>", f"<v>{number}</v>".encode()), content)
    with contextlib.suppress(WorkbookError):
        assert not isinstance(read_workbook(impossible)["值班"][0][0], date)


def test_one_huge_text_that_every_cell_repeats_is_refused() -> None:
    assert refused(xlsx({"片区": [["长" * 2000] * 10 for _ in range(100)]})) == "text_too_long"


@pytest.mark.parametrize("count", ["4294967296", "&#52;294967296", "+4294967296", "500001"])
def test_a_table_that_announces_more_than_it_holds_is_refused(count: str) -> None:
    def announce(name: str, part: bytes) -> bytes:
        return part.replace(b'uniqueCount="4"', f'uniqueCount="{count}"'.encode()) if "sharedStrings" in name else part

    assert refused(rebuilt(announce)) == "damaged_file"


def test_parts_that_are_not_xml_never_reach_the_library() -> None:
    disguised = rebuilt(lambda name, part: b"junk" + part if name == SHEET else part)
    assert refused(disguised) == "damaged_file"


def test_pictures_and_printer_settings_do_no_harm() -> None:
    packed = io.BytesIO(xlsx(SMALL))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("xl/media/logo.png", b"\x89PNG\r\n\x1a\n" + bytes(50_000))
        archive.writestr("xl/printerSettings/printerSettings1.bin", bytes(range(256)) * 10)
    assert read_workbook(packed.getvalue()) == {"片区": [["片区编码", "片区名称"], ["A1", "一片区"]]}


def test_a_damaged_file_is_refused_and_never_more_than_that() -> None:
    whole = xlsx({"片区": [["片区编码", "片区名称"], *([f"A{number}", "片区"] for number in range(50))]})
    plain = rebuilt(lambda _, part: part, whole)
    dice = random.Random(20260415)  # noqa: S311 - the same damage every time
    for _ in range(400):
        damaged = bytearray(plain)
        for _ in range(dice.randint(1, 20)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with contextlib.suppress(WorkbookError):
            read_workbook(bytes(damaged))


def test_sound_packing_around_damaged_xml_is_refused_and_never_more_than_that() -> None:
    dice = random.Random(20260416)  # noqa: S311 - the same damage every time

    def damage(name: str, part: bytes) -> bytes:
        damaged = bytearray(part)
        for _ in range(dice.choice((0, 0, 1, 3))):
            damaged[dice.randrange(len(damaged))] = dice.choice(b'0123456789<>"/&; azAZrts=')
        return bytes(damaged)

    for _ in range(400):
        with contextlib.suppress(WorkbookError):
            read_workbook(rebuilt(damage))


def test_a_file_that_is_no_workbook_makes_one_problem_in_the_report(empty_community: Database) -> None:
    report = import_roster(empty_community, "YGHY", b"not a workbook")
    assert [(one.sheet, one.row, one.code) for one in report.problems] == [("", 0, "not_a_workbook")]
    assert "另存为" in report.problems[0].message


def test_a_workbook_without_any_of_our_sheets_says_so(empty_community: Database) -> None:
    report = import_roster(empty_community, "YGHY", xlsx({"Sheet1": []}))
    assert [one.code for one in report.problems] == ["nothing_to_import"]
