"""The sheets 《收费标准》 and 《请假》: what a service costs on a day, and who is away."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from activities.connections.database import Database
from activities.records.absences import on_leave
from activities.records.price_list import PostedPrice, price_list
from activities.records.roster import PriceCategory, RosterReport
from activities.records.roster_export import export_roster
from activities.records.roster_import import import_roster
from activities.records.roster_workbook import read_workbook
from tests.community.workbooks import SINCE, rows, xlsx

PRICE_HEADINGS = ["项目编码", "项目名称", "类别", "计价单位", "单价(元)", "代办款", "生效日期", "失效日期"]
LEAVE_HEADINGS = ["工号", "请假日期", "返岗日期"]
TAP = ["WX-01", "更换水龙头", "维修", "只", 30, None, SINCE, None]
GLASS = ["BJ-02", "擦玻璃", "保洁", "平方米", "6.50", "否", SINCE, None]
OUTLAY = ["DB-90", "代垫款", "代办", "元", "1.00", "是", SINCE, None]


def post(database: Database, *lines: Sequence[Any]) -> RosterReport:
    return import_roster(database, "YGHY", xlsx({"收费标准": [PRICE_HEADINGS, *lines]}))


def leave(database: Database, *lines: Sequence[Any]) -> RosterReport:
    people = {title: rows()[title] for title in ("片区", "员工")}
    return import_roster(database, "YGHY", xlsx({**people, "请假": [LEAVE_HEADINGS, *lines]}))


def posted(database: Database, on: date, community: str = "YGHY") -> dict[str, Decimal]:
    with database.begin() as connection:
        return {item.code: item.unit_price for item in price_list(connection, community, on)}


def away(database: Database, on: date, community: str = "YGHY") -> set[str]:
    with database.begin() as connection:
        return set(on_leave(connection, community, on))


def complaints(report: RosterReport) -> set[tuple[str, int, str, str]]:
    assert not report.imported
    return {(one.sheet, one.row, one.column, one.code) for one in report.problems}


def test_a_posted_price_list_is_taken_over_with_unit_category_and_agency_money(empty_community: Database) -> None:
    report = post(empty_community, TAP, GLASS, OUTLAY)
    assert report.imported, report.problems
    assert report.counts["收费标准"].added == 3
    with empty_community.begin() as connection:
        assert price_list(connection, "YGHY", SINCE) == (
            PostedPrice("BJ-02", "擦玻璃", "平方米", Decimal("6.50"), PriceCategory.CLEANING, agency=False),
            PostedPrice("DB-90", "代垫款", "元", Decimal("1.00"), PriceCategory.ERRAND, agency=True),
            PostedPrice("WX-01", "更换水龙头", "只", Decimal("30.00"), PriceCategory.REPAIR, agency=False),
        )


def test_a_new_price_holds_from_its_day_and_the_old_one_until_then(empty_community: Database) -> None:
    post(empty_community, TAP)
    may = date(2026, 5, 1)
    report = post(empty_community, [*TAP[:7], may], [*TAP[:4], 35, None, may, None])
    assert report.imported, report.problems
    assert posted(empty_community, date(2025, 12, 31)) == {}
    assert posted(empty_community, date(2026, 4, 30)) == {"WX-01": Decimal("30.00")}
    assert posted(empty_community, may) == {"WX-01": Decimal("35.00")}


def test_an_item_that_is_withdrawn_is_no_longer_posted(empty_community: Database) -> None:
    post(empty_community, TAP, GLASS)
    assert post(empty_community, [*GLASS[:7], date(2026, 5, 1)]).imported
    assert set(posted(empty_community, date(2026, 5, 1))) == {"WX-01"}


def test_two_prices_of_one_item_on_the_same_day_are_refused(empty_community: Database) -> None:
    post(empty_community, TAP)
    report = post(empty_community, [*TAP[:4], 35, None, date(2026, 5, 1), None])
    assert complaints(report) == {("收费标准", 2, "生效日期", "overlap")}
    assert posted(empty_community, date(2026, 5, 1)) == {"WX-01": Decimal("30.00")}


def test_every_fault_of_a_price_list_is_in_one_report_and_nothing_is_posted(empty_community: Database) -> None:
    faulty = [
        TAP,
        [None, "没有编码", "维修", "次", 10, None, SINCE, None],
        ["WX-03", None, "理发", None, "面议", "也许", "昨天", None],
        ["WX-04", "三位小数", "维修", "次", "10.005", None, SINCE, None],
        ["WX-05", "负数", "维修", "次", -1, None, SINCE, None],
        ["WX-06", "先失效", "维修", "次", 10, None, SINCE, date(2025, 1, 1)],
        TAP,
    ]
    assert complaints(post(empty_community, *faulty)) == {
        ("收费标准", 3, "项目编码", "required"),
        ("收费标准", 4, "项目名称", "required"),
        ("收费标准", 4, "类别", "unknown_term"),
        ("收费标准", 4, "计价单位", "required"),
        ("收费标准", 4, "单价(元)", "bad_number"),
        ("收费标准", 4, "代办款", "unknown_term"),
        ("收费标准", 4, "生效日期", "bad_date"),
        ("收费标准", 5, "单价(元)", "bad_number"),
        ("收费标准", 6, "单价(元)", "bad_number"),
        ("收费标准", 7, "失效日期", "ends_before_start"),
        ("收费标准", 8, "项目编码", "duplicate"),
    }
    assert posted(empty_community, SINCE) == {}


@pytest.mark.parametrize(
    ("cell", "price"),
    [(30, "30.00"), ("30", "30.00"), (0.1 + 0.2, "0.30"), ("0", "0.00"), (134.85, "134.85"), ("1000000", "1000000.00")],
)
def test_a_price_is_exact_however_the_spreadsheet_holds_it(empty_community: Database, cell: Any, price: str) -> None:
    assert post(empty_community, [*TAP[:4], cell, *TAP[5:]]).imported
    assert posted(empty_community, SINCE) == {"WX-01": Decimal(price)}


def test_each_community_posts_its_own_prices(empty_community: Database) -> None:
    post(empty_community, TAP)
    assert posted(empty_community, SINCE, "XYDX") == {}


@pytest.mark.parametrize("community", ["YGHY", "XYDX", "BJJ"])
def test_a_sample_community_posts_a_list_of_every_category_with_agency_money(sample: Database, community: str) -> None:
    with sample.begin() as connection:
        items = price_list(connection, community, date(2026, 4, 15))
    assert len(items) >= 20
    assert {item.category for item in items} == set(PriceCategory)
    assert [item.category for item in items if item.agency] == [PriceCategory.ERRAND]


def test_a_price_list_goes_out_as_it_came_in(empty_community: Database) -> None:
    post(empty_community, TAP, GLASS, OUTLAY)
    content = export_roster(empty_community, "YGHY")
    assert read_workbook(content)["收费标准"][0] == PRICE_HEADINGS
    again = import_roster(empty_community, "YGHY", content)
    assert again.counts["收费标准"].unchanged == 3


def test_whoever_is_on_leave_is_away_until_the_day_of_return(empty_community: Database) -> None:
    report = leave(
        empty_community,
        ["G001", date(2026, 4, 15), date(2026, 4, 17)],
        ["T001", date(2026, 4, 16), None],
    )
    assert report.imported, report.problems
    assert away(empty_community, date(2026, 4, 14)) == set()
    assert away(empty_community, date(2026, 4, 15)) == {"G001"}
    assert away(empty_community, date(2026, 4, 16)) == {"G001", "T001"}
    assert away(empty_community, date(2026, 4, 17)) == {"T001"}
    assert away(empty_community, date(2026, 4, 16), "XYDX") == set()


def test_a_day_of_return_is_entered_afterwards(empty_community: Database) -> None:
    leave(empty_community, ["T001", date(2026, 4, 16), None])
    report = leave(empty_community, ["T001", date(2026, 4, 16), date(2026, 4, 20)])
    assert (report.counts["请假"].added, report.counts["请假"].changed) == (0, 1)
    assert away(empty_community, date(2026, 4, 20)) == set()


def test_leave_of_somebody_unknown_or_twice_at_once_or_backwards_is_refused(empty_community: Database) -> None:
    report = leave(
        empty_community,
        ["T009", date(2026, 4, 15), None],
        ["T001", date(2026, 4, 15), date(2026, 4, 20)],
        ["T001", date(2026, 4, 18), None],
        ["G001", date(2026, 4, 15), date(2026, 4, 10)],
    )
    assert complaints(report) == {
        ("请假", 2, "工号", "unknown_reference"),
        ("请假", 4, "请假日期", "overlap"),
        ("请假", 5, "返岗日期", "ends_before_start"),
    }


def test_a_file_of_an_earlier_release_without_these_sheets_still_comes_in(empty_community: Database) -> None:
    assert import_roster(empty_community, "YGHY", xlsx(rows())).imported
