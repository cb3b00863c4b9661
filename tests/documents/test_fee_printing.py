"""Every print of a paper of fees is entered, all but the first say 补打; a batch is one file and one transaction."""

import hashlib
from datetime import date
from typing import Any

import pytest
import typst
from sqlalchemy import text

from activities.connections.database import Database
from activities.documents import notice_selection
from activities.documents.fee_forms import FeeForm
from activities.documents.fee_printing import NoticeBatch, print_fee_document, print_notices
from activities.documents.fonts import FontMissingError
from activities.documents.notice_selection import NoticeSelection
from activities.ledger.refused import LedgerRefusedError
from tests.at_once import at_once
from tests.billing.community import CODE, at
from tests.documents import fee_records as records
from tests.documents.fee_pages import pages, read
from workflows.messages.arrears import DunningStage

MORNING = at("03-27 10:00")
BILL = FeeForm.BILL_NOTICE


def register(db: Database) -> list[tuple[Any, ...]]:
    with db.begin() as connection:
        statement = text("SELECT form, subject, copy, batch, printed_by, sha256 FROM fee_prints ORDER BY id")
        return [(*row[:5], bytes(row.sha256)) for row in connection.execute(statement)]


def numbers_of(db: Database, count: int, condition: str = "true") -> tuple[str, ...]:
    with db.begin() as connection:
        statement = f"SELECT number FROM fee_notices WHERE {condition} ORDER BY number LIMIT {count}"  # noqa: S608
        return tuple(connection.scalars(text(statement)))


def batch(db: Database, moment=MORNING, areas: frozenset[str] | None = None, **selection: Any) -> NoticeBatch:
    return NoticeBatch(db, CODE, NoticeSelection(**selection), records.STEWARD, moment, areas)


def test_the_first_print_is_the_original_and_the_next_are_reprints(billed):
    (number,) = numbers_of(billed, 1)

    prints = [print_fee_document(billed, CODE, BILL, number, records.STEWARD, MORNING) for _ in range(3)]

    assert [each.copy for each in prints] == [0, 1, 2]
    assert prints[0].file_name == f"缴费通知单-{number}.pdf"
    assert "补打" not in read(prints[0].content)
    assert read(prints[2].content).count("补打第2次") == 2  # at the head and at the foot
    assert [row[:3] for row in register(billed)] == [("bill_notice", number, copy) for copy in range(3)]
    assert register(billed)[0][4:] == ("G001", hashlib.sha256(prints[0].content).digest())


def test_eight_who_print_the_same_paper_at_once_get_eight_different_sheets(billed):
    (number,) = numbers_of(billed, 1)

    prints = at_once(8, lambda _: print_fee_document(billed, CODE, BILL, number, records.STEWARD, MORNING))

    assert sorted(each.copy for each in prints) == list(range(8))
    assert sorted(row[2] for row in register(billed)) == list(range(8))


def test_sixty_notices_are_one_file_with_sixty_numbers_and_entered_together(billed):
    numbers = numbers_of(billed, 60)
    told = []

    content = print_notices(
        billed, CODE, NoticeSelection(numbers=numbers), records.STEWARD, MORNING, lambda *said: told.append(said)
    )

    sheets = pages(content)
    assert len(sheets) == 60
    found = [next(number for number in numbers if f"编号:{number}" in sheet) for sheet in sheets]
    assert sorted(found) == sorted(numbers)
    assert all("原件" in sheet and "第1页共1页" in sheet for sheet in sheets)
    assert told == [(50, 60), (60, 60)]
    entries = register(billed)
    assert {row[1] for row in entries} == set(numbers)
    assert {row[2] for row in entries} == {0}
    assert len({row[3] for row in entries}) == 1
    assert {row[5] for row in entries} == {hashlib.sha256(content).digest()}


def test_a_batch_says_of_each_sheet_whether_it_is_a_reprint(billed):
    first, second = numbers_of(billed, 2)
    print_fee_document(billed, CODE, BILL, second, records.STEWARD, MORNING)

    sheets = pages(print_notices(billed, CODE, NoticeSelection(numbers=(first, second)), records.STEWARD, MORNING))

    marked = {next(number for number in (first, second) if number in sheet): "补打第1次" in sheet for sheet in sheets}
    assert marked == {first: False, second: True}


def test_a_batch_is_in_the_order_in_which_a_steward_walks(billed):
    printed = batch(billed, quarter="2026Q2").papers

    with billed.begin() as connection:
        walk = connection.scalars(
            text('SELECT number FROM fee_notices ORDER BY steward_area, unit COLLATE "C", number')
        )
        assert [paper.subject for paper in printed] == list(walk)
    assert len(printed) == 312


def test_a_batch_is_narrowed_by_area_kind_day_and_what_has_been_printed(billed):
    bill = records.bill(billed, "2026Q1", due="01-12")
    dunned = records.dunned(billed, "04-13", [(bill, DunningStage.FIRST)], seal="YY-2026-001")
    area = numbers_of(billed, 400, "steward_area = 'A2' AND kind = 'bill'")
    print_notices(billed, CODE, NoticeSelection(numbers=area[:3]), records.STEWARD, MORNING)

    def chosen(**selection: Any) -> set[str]:
        return {paper.subject for paper in batch(billed, at("04-14 10:00"), **selection).papers}

    assert 3 < len(area) < 312
    assert chosen(area="A2") == set(area)
    assert chosen(area="A2", unprinted=True) == set(area[3:])
    assert chosen(issued_on=date(2026, 4, 13)) == {dunned}
    assert chosen(area="A1", kind="first") == {dunned}
    assert chosen(quarter="2026Q1") == {dunned}
    assert dunned not in chosen(quarter="2026Q2")


def test_a_steward_prints_the_notices_of_his_areas_only(billed):
    his = frozenset({"A1"})
    others = numbers_of(billed, 1, "steward_area = 'A2'")

    printed = {paper.subject for paper in batch(billed, areas=his, quarter="2026Q2").papers}

    assert printed == set(numbers_of(billed, 400, "steward_area = 'A1'"))
    for selection, code in (({"area": "A2"}, "not_your_area"), ({"numbers": others}, "unknown_notice")):
        with pytest.raises(LedgerRefusedError) as refused:
            batch(billed, areas=his, **selection)
        assert refused.value.code == code


def test_one_notice_without_a_seal_stops_the_whole_batch(billed):
    """DUN-13 (print side)."""
    bill = records.bill(billed, "2026Q1", due="01-12")
    unsealed = records.dunned(billed, "04-13", [(bill, DunningStage.FIRST)])

    with pytest.raises(LedgerRefusedError, match=unsealed) as refused:
        batch(billed, area="A1")

    assert refused.value.code == "seal_missing"
    assert register(billed) == []


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ({}, "selection_missing"),
        ({"kind": "bill"}, "selection_missing"),
        ({"area": "A9"}, "no_notices"),
        ({"quarter": "2031Q1"}, "no_notices"),
        ({"numbers": ("JF-2026-009999",)}, "unknown_notice"),
    ],
)
def test_a_batch_of_nothing_is_refused(billed, selection, code):
    with pytest.raises(LedgerRefusedError) as refused:
        batch(billed, **selection)
    assert refused.value.code == code


def test_too_many_notices_at_once_are_refused(billed, monkeypatch):
    monkeypatch.setattr(notice_selection, "MOST_NOTICES", 311)

    with pytest.raises(LedgerRefusedError) as refused:
        batch(billed, quarter="2026Q2")
    assert refused.value.code == "too_many_notices"


def test_a_batch_of_which_one_was_printed_meanwhile_is_thrown_away_whole(billed):
    numbers = numbers_of(billed, 3)
    printing = batch(billed, numbers=numbers).printed()
    next(printing)
    print_fee_document(billed, CODE, BILL, numbers[1], records.STEWARD, MORNING)

    with pytest.raises(LedgerRefusedError) as refused:
        next(printing)

    assert refused.value.code == "printed_meanwhile"
    assert [row[1] for row in register(billed)] == [numbers[1]]


def test_a_batch_without_a_chinese_font_enters_nothing(billed):
    with pytest.raises(FontMissingError):
        NoticeBatch(
            billed, CODE, NoticeSelection(quarter="2026Q2"), records.STEWARD, MORNING,
            fonts=typst.Fonts(include_system_fonts=False),
        )  # fmt: skip
    assert register(billed) == []


def test_another_communitys_notice_is_as_good_as_none(billed):
    numbers = numbers_of(billed, 1)

    with pytest.raises(LedgerRefusedError) as single:
        print_fee_document(billed, "XYDX", BILL, numbers[0], records.STEWARD, MORNING)
    with pytest.raises(LedgerRefusedError) as many:
        NoticeBatch(billed, "XYDX", NoticeSelection(numbers=numbers), records.STEWARD, MORNING)

    assert {single.value.code, many.value.code} == {"unknown_notice"}
