"""Exporting a roster: what goes out comes in again, and no spreadsheet computes what somebody typed."""

import io
import time as clock
import zipfile
from datetime import date

import pytest
from sqlalchemy import insert

from activities.connections.database import Database
from activities.records.community_tables import Community
from activities.records.roster import Roster, RosterArea, RosterContact, RosterHousehold, RosterPerson, RosterUnit
from activities.records.roster_export import export_roster, roster_workbook
from activities.records.roster_import import import_roster
from activities.records.roster_rows import read_roster
from activities.records.roster_sheets import SHEETS
from activities.records.roster_workbook import read_workbook
from workflows.messages.case import Identity

INJECTIONS = (
    "=1+1",
    "+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(A1:A9)",
    '=HYPERLINK("http://x.example","点我")',
    "'=1",
    "\t=1",
)


def roster_of(database: Database, community: str) -> Roster:
    with database.begin() as connection:
        return read_roster(connection, database.personal, community)


@pytest.mark.parametrize("community", ["YGHY", "XYDX", "BJJ"])
def test_an_exported_roster_imported_again_changes_nothing(sample: Database, community: str) -> None:
    before = roster_of(sample, community)
    report = import_roster(sample, community, export_roster(sample, community))
    assert report.imported, report.problems
    assert {(count.added, count.changed) for count in report.counts.values()} == {(0, 0)}
    assert report.counts["房号"].unchanged == len(before.all(RosterUnit))
    assert roster_of(sample, community) == before


def test_an_exported_roster_imported_elsewhere_makes_the_same_roster(sample: Database) -> None:
    with sample.begin() as connection:
        connection.execute(insert(Community).values(code="NEW", name="新项目", preset="residential-S1"))
    content = export_roster(sample, "YGHY")
    started = clock.monotonic()
    assert import_roster(sample, "NEW", content).imported
    assert clock.monotonic() - started < 5
    assert roster_of(sample, "NEW") == roster_of(sample, "YGHY")
    assert read_workbook(export_roster(sample, "NEW")) == read_workbook(content)


def test_the_export_of_an_empty_community_is_a_template_with_every_column(empty_community: Database) -> None:
    content = export_roster(empty_community, "YGHY")
    assert {title: rows[0] for title, rows in read_workbook(content).items()} == {
        sheet.title: [column.heading for column in sheet.columns] for sheet in SHEETS
    }
    assert import_roster(empty_community, "YGHY", content).imported


@pytest.mark.parametrize("typed", INJECTIONS)
def test_a_name_that_looks_like_a_formula_is_written_as_text(typed: str) -> None:
    content = roster_workbook(Roster.of([RosterArea(code="A1", name=typed)]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert 'quotePrefix="1"' in parts["xl/styles.xml"]
    assert read_workbook(content)["片区"][1][1] == typed


def test_a_name_that_looks_like_a_formula_goes_out_and_comes_in_unchanged(empty_community: Database) -> None:
    entries = [RosterArea(code="A1", name="=1+1"), RosterUnit(code="1-101", area="A1")]
    household = [
        RosterHousehold(unit="1-101", since=date(2026, 1, 1)),
        RosterContact(unit="1-101", since=date(2026, 1, 1), position=1, identity=Identity.OWNER, name="@SUM(A1)"),
    ]
    content = roster_workbook(Roster.of([*entries, *household]))
    assert import_roster(empty_community, "YGHY", content).imported
    assert roster_of(empty_community, "YGHY") == Roster.of([*entries, *household])


def test_those_who_moved_out_are_not_handed_out(empty_community: Database) -> None:
    old = RosterHousehold(unit="1-101", since=date(2024, 1, 1), until=date(2026, 1, 1))
    gone = RosterContact(unit="1-101", since=old.since, position=1, identity=Identity.OWNER, name="搬走的人")
    rows = read_workbook(roster_workbook(Roster.of([RosterUnit(code="1-101", area="A1"), old, gone])))
    assert len(rows["住户"]) == 1


def test_codes_and_phones_are_text_cells_so_that_no_spreadsheet_mangles_them(sample: Database) -> None:
    rows = read_workbook(export_roster(sample, "YGHY"))
    phones = [row[4] for row in rows["住户"][1:]]
    assert phones
    assert all(isinstance(phone, str) and phone.startswith("+86") for phone in phones)
    assert all(isinstance(row[0], str) for title in rows for row in rows[title])


def test_another_communitys_people_are_not_in_an_export(sample: Database) -> None:
    people = {person.phone for person in roster_of(sample, "XYDX").all(RosterPerson)}
    exported = {cell for rows in read_workbook(export_roster(sample, "YGHY")).values() for row in rows for cell in row}
    assert people
    assert not people & exported
