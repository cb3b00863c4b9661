"""Importing a roster: everything is taken over, or one report says all that is wrong and nothing has changed."""

import threading
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database
from activities.records.community_tables import Area, Contact, DutyShift, Household, Post, Staff, StaffTrade, Unit
from activities.records.fee_tables import FeeAccount
from activities.records.policies import publish_policy
from activities.records.roster import (
    Roster,
    RosterContact,
    RosterHousehold,
    RosterPerson,
    RosterPost,
    RosterReport,
    RosterShift,
    RosterUnit,
)
from activities.records.roster_import import import_roster
from activities.records.roster_rows import read_roster
from activities.records.sealing import table_of
from tests.community.workbooks import SINCE, rows, xlsx
from workflows.messages.people import Role, Trade

TABLES = (Area, Unit, Household, Contact, Staff, StaffTrade, Post, DutyShift)


def counts(database: Database) -> list[int]:
    with database.begin() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in TABLES]


def roster_of(database: Database, community: str = "YGHY") -> Roster:
    with database.begin() as connection:
        return read_roster(connection, database.personal, community)


def import_rows(database: Database, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> RosterReport:
    return import_roster(database, "YGHY", xlsx(sheets))


def refusal(database: Database, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> set[tuple[str, int, str, str]]:
    """The problems of a file that must be refused without a trace, as (sheet, row, column, code)."""
    before = roster_of(database)
    report = import_rows(database, sheets)
    assert not report.imported
    assert report.counts == {}
    assert roster_of(database) == before
    assert all(problem.message for problem in report.problems)
    return {(problem.sheet, problem.row, problem.column, problem.code) for problem in report.problems}


def test_a_faultless_file_is_taken_over_whole(empty_community: Database) -> None:
    report = import_rows(empty_community, rows())
    assert report.imported, report.problems
    assert {sheet: count.added for sheet, count in report.counts.items()} == {
        "片区": 2, "房号": 3, "住户": 3, "员工": 4, "值班": 2,
    }  # fmt: skip
    assert report.warnings == ()

    roster = roster_of(empty_community)
    units = {unit.code: unit for unit in roster.all(RosterUnit)}
    assert units["1-101"].floor_area == Decimal("89.50")
    assert units["1-102"].floor_area == Decimal("128.36")
    assert units["1-101"].building_accepted_on == units["1-102"].building_accepted_on == date(2023, 6, 30)
    contacts = {(contact.unit, contact.position): contact for contact in roster.all(RosterContact)}
    assert contacts["1-101", 1].name == "赵明远"
    assert contacts["1-101", 1].phone == "+8613800138000"
    assert contacts["1-102", 1].phone == "+8675526001234"
    assert contacts["1-101", 2].phone == ""
    people = {person.code: person for person in roster.all(RosterPerson)}
    assert people["T001"].trades == {Trade.PLUMBING, Trade.ELECTRICAL}
    assert people["G002"].active
    stewards = {(post.staff, post.area, post.deputy) for post in roster.all(RosterPost) if post.role is Role.STEWARD}
    assert stewards == {("G001", "A1", False), ("G001", "A2", True), ("G002", "A2", False)}
    assert {(shift.weekday, shift.starts, shift.ends) for shift in roster.all(RosterShift)} == {
        (0, time(8), time(16)),
        (1, time(16), time(0)),
    }


def test_names_phones_and_mail_are_sealed_and_a_phone_can_be_found(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    with empty_community.begin() as connection:
        stored = connection.execute(select(Contact.name, Contact.phone, Contact.mail).order_by(Contact.id)).all()
        index = empty_community.personal.phone_index("138 0013 8000")
        found = connection.scalars(select(Contact.position).where(Contact.phone_index == index)).all()
    assert all("赵".encode() not in row.name and b"138001" not in (row.phone or b"") for row in stored)
    assert stored[1].phone is None
    assert stored[1].mail is None
    assert found == [1]


def test_the_same_file_again_changes_nothing(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    with empty_community.begin() as connection:
        sealed = connection.execute(select(Contact.id, Contact.name).order_by(Contact.id)).all()
    again = import_rows(empty_community, rows())
    assert {(count.added, count.changed) for count in again.counts.values()} == {(0, 0)}
    assert again.counts["员工"].unchanged == 4
    with empty_community.begin() as connection:
        assert connection.execute(select(Contact.id, Contact.name).order_by(Contact.id)).all() == sealed


def test_a_changed_row_changes_its_row_and_no_other(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    before = roster_of(empty_community)
    changed = rows()
    changed["住户"][1][4] = "13900139000"
    changed["员工"][4][8] = "电、弱电"
    changed["值班"][1][3] = "17:00"
    report = import_rows(empty_community, changed)
    assert {sheet: (count.added, count.changed) for sheet, count in report.counts.items()} == {
        "片区": (0, 0), "房号": (0, 0), "住户": (0, 1), "员工": (0, 1), "值班": (0, 1),
    }  # fmt: skip
    after = roster_of(empty_community)
    assert {key for key in after.entries if after.entries[key] != before.entries[key]} == {
        (RosterContact, ("1-101", date(2024, 3, 1), 1)),
        (RosterPerson, ("T001",)),
        (RosterShift, ("T001", 0, time(8), SINCE)),
    }
    assert after.entries[RosterPerson, ("T001",)].trades == {Trade.ELECTRICAL, Trade.LOW_VOLTAGE}
    assert counts(empty_community) == [2, 3, 2, 3, 3, 2, 4, 2]


def test_what_a_file_leaves_out_stays(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    before = roster_of(empty_community)
    headings = rows()
    report = import_rows(empty_community, {"片区": headings["片区"][:1], "员工": headings["员工"][:1]})
    assert report.imported
    assert roster_of(empty_community) == before


def test_a_household_ends_by_its_day_of_moving_out_and_the_next_may_begin_that_day(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    moving = rows()
    moving["住户"] = [
        moving["住户"][0],
        ["1-102", 1, "租户", "孙志强", None, None, date(2025, 7, 15), date(2026, 5, 1)],
        ["1-102", 1, "租户", "李丽华", "13700137000", None, date(2026, 5, 1), None],
    ]
    assert import_rows(empty_community, moving).imported
    households = {
        one.since: one.until for one in roster_of(empty_community).all(RosterHousehold) if one.unit == "1-102"
    }
    assert households == {date(2025, 7, 15): date(2026, 5, 1), date(2026, 5, 1): None}


def test_a_new_household_is_refused_while_the_last_one_is_still_there(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    moving = rows()
    moving["住户"] = [moving["住户"][0], ["1-102", 1, "租户", "李丽华", None, None, date(2026, 5, 1), None]]
    assert refusal(empty_community, moving) == {("住户", 2, "入住日期", "overlap")}


def test_whoever_leaves_loses_all_posts_and_shifts_on_the_last_day(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    leaving = rows()
    person = ["T001", "郑思齐", "13800138002", None, "离职", "维修技工", None, None, "水、电", SINCE, date(2026, 6, 1)]
    assert import_rows(empty_community, {"员工": [leaving["员工"][0], person]}).imported
    roster = roster_of(empty_community)
    assert roster.entries[RosterPerson, ("T001",)].active is False
    assert {post.until for post in roster.all(RosterPost) if post.staff == "T001"} == {date(2026, 6, 1)}
    assert {shift.until for shift in roster.all(RosterShift)} == {date(2026, 6, 1)}
    assert all(post.until is None for post in roster.all(RosterPost) if post.staff != "T001")


def test_whoever_leaves_needs_a_last_day(empty_community: Database) -> None:
    leaving = rows()
    leaving["员工"][4][4] = "离职"
    assert refusal(empty_community, leaving) == {("员工", 5, "离岗日期", "required")}


def test_every_fault_of_every_sheet_is_in_one_report(empty_community: Database) -> None:
    faulty = rows()
    faulty["片区"].append([None, "没有编码"])
    faulty["房号"].append(["1-103", "A9", None, "城堡", "很大", "昨天"])
    faulty["住户"].append(["9-999", 0, "房东", None, "12345", "no-mail", None, None])
    faulty["员工"].append(["张三", "张三", None, None, "在职", "维修技工", None, None, "魔法", SINCE, None])
    faulty["值班"].append(["T009", "周八", "8点", "25:00", SINCE, date(2025, 1, 1)])
    assert refusal(empty_community, faulty) == {
        ("片区", 4, "片区编码", "required"),
        ("房号", 5, "类别", "unknown_term"),
        ("房号", 5, "建筑面积", "bad_number"),
        ("房号", 5, "竣工验收日期", "bad_date"),
        ("住户", 5, "序号", "bad_number"),
        ("住户", 5, "身份", "unknown_term"),
        ("住户", 5, "姓名", "required"),
        ("住户", 5, "电话", "bad_phone"),
        ("住户", 5, "邮箱", "bad_mail"),
        ("住户", 5, "入住日期", "required"),
        ("员工", 6, "工号", "bad_code"),
        ("员工", 6, "工种", "unknown_term"),
        ("值班", 4, "星期", "unknown_term"),
        ("值班", 4, "开始时间", "bad_time"),
        ("值班", 4, "结束时间", "bad_time"),
    }
    assert counts(empty_community) == [0] * len(TABLES)


def test_codes_that_nobody_knows_are_named_in_their_rows(empty_community: Database) -> None:
    faulty = rows()
    faulty["房号"].append(["1-103", "A9", None, None, None, None])
    faulty["住户"].append(["9-999", 1, "业主", "某人", None, None, SINCE, None])
    faulty["员工"].append(["G003", "某人", None, None, None, "私人管家", "A8", None, None, SINCE, None])
    faulty["员工"].append(["G004", "某人", None, None, None, "私人管家", None, None, None, SINCE, None])
    faulty["值班"].append(["T009", "周一", "8:00", "9:00", SINCE, None])
    assert refusal(empty_community, faulty) == {
        ("房号", 5, "片区编码", "unknown_reference"),
        ("住户", 5, "房号", "unknown_reference"),
        ("员工", 6, "片区编码", "unknown_reference"),
        ("员工", 7, "片区编码", "required"),
        ("值班", 4, "工号", "unknown_reference"),
    }


def test_a_row_is_not_blamed_for_another_rows_fault(empty_community: Database) -> None:
    faulty = rows()
    faulty["片区"][1][1] = None
    faulty["房号"][1][4] = "很大"
    faulty["员工"][4][5] = "国王"
    assert refusal(empty_community, faulty) == {
        ("片区", 2, "片区名称", "required"),
        ("房号", 2, "建筑面积", "bad_number"),
        ("员工", 5, "岗位", "unknown_term"),
    }


def test_codes_already_in_the_database_can_be_referred_to(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    more = rows()
    assert import_rows(empty_community, {"房号": [more["房号"][0], ["2-201", "A2", None, None, None, None]]}).imported
    duty = [more["值班"][0], ["G002", "周六", "08:00", "12:00", SINCE, None]]
    assert import_rows(empty_community, {"值班": duty}).imported


def test_double_rows_are_refused_with_the_row_that_they_repeat(empty_community: Database) -> None:
    faulty = rows()
    for sheet in ("片区", "房号", "住户", "员工", "值班"):
        faulty[sheet].append(list(faulty[sheet][1]))
    report = import_rows(empty_community, faulty)
    found = {(problem.sheet, problem.row) for problem in report.problems}
    assert found == {("片区", 4), ("房号", 5), ("住户", 5), ("员工", 6), ("值班", 4)}
    assert {(problem.code, problem.message) for problem in report.problems} == {("duplicate", "与第 2 行重复")}


def test_rows_of_one_person_that_contradict_each_other_are_refused(empty_community: Database) -> None:
    faulty = rows()
    faulty["员工"][2][2] = "13900139000"
    faulty["住户"][2][7] = date(2026, 5, 1)
    assert refusal(empty_community, faulty) == {("员工", 3, "工号", "conflict"), ("住户", 3, "房号", "conflict")}


def test_an_area_has_one_steward_and_one_deputy_at_a_time(empty_community: Database) -> None:
    faulty = rows()
    faulty["员工"].append(["G003", "某人", None, None, None, "私人管家", "A1", None, None, date(2026, 3, 1), None])
    assert refusal(empty_community, faulty) == {("员工", 6, "片区编码", "overlap")}
    faulty["员工"][1][10] = date(2026, 3, 1)
    assert import_rows(empty_community, faulty).imported


def test_a_post_entered_twice_from_two_days_on_is_refused(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    again = rows()
    again["员工"] = [again["员工"][0], [*again["员工"][4][:9], date(2026, 3, 1), None]]
    again["值班"] = [again["值班"][0], [*again["值班"][1][:4], date(2026, 3, 1), None]]
    assert refusal(empty_community, again) == {("员工", 2, "到岗日期", "overlap"), ("值班", 2, "生效日期", "overlap")}


def test_a_period_cannot_end_before_it_begins(empty_community: Database) -> None:
    faulty = rows()
    faulty["值班"][1][5] = date(2025, 12, 31)
    faulty["员工"][4][10] = date(2025, 12, 31)
    assert refusal(empty_community, faulty) == {
        ("值班", 2, "失效日期", "ends_before_start"),
        ("员工", 5, "离岗日期", "ends_before_start"),
    }


def test_a_technician_needs_a_trade(empty_community: Database) -> None:
    faulty = rows()
    faulty["员工"][4][8] = None
    assert refusal(empty_community, faulty) == {("员工", 5, "工种", "required")}


def test_an_area_without_a_steward_is_a_warning(empty_community: Database) -> None:
    lonely = rows()
    lonely["片区"].append(["A3", "三片区"])
    report = import_rows(empty_community, lonely)
    assert report.imported
    assert [(one.sheet, one.row, one.code) for one in report.warnings] == [("片区", 4, "area_without_steward")]


@pytest.mark.parametrize(("preset", "refused"), [("campus-S4", True), ("residential-S1", False)])
def test_one_person_one_post_where_the_policy_says_so(empty_community: Database, preset: str, *, refused: bool) -> None:
    changes = {"community": "YGHY", "preset": preset, "effective_from": "2026-01-01T00:00:00+08:00"}
    publish_policy(empty_community, changes, "M001", "试行")
    double = rows()
    double["员工"].append(["G002", "吴建国", None, None, None, "收银员", None, None, None, SINCE, None])
    report = import_rows(empty_community, double)
    assert report.imported is not refused
    assert [problem.code for problem in report.problems] == (["second_post"] if refused else [])


def test_one_person_one_post_can_be_a_warning(empty_community: Database) -> None:
    changes = {
        "community": "YGHY",
        "preset": "campus-S4",
        "effective_from": "2026-01-01T00:00:00+08:00",
        "duty": {"post_requirements": "warn"},
    }
    publish_policy(empty_community, changes, "M001", "试行")
    double = rows()
    double["员工"].append(["G002", "吴建国", None, None, None, "收银员", None, None, None, SINCE, None])
    report = import_rows(empty_community, double)
    assert report.imported
    assert [warning.code for warning in report.warnings] == ["second_post"]


def test_sheets_and_columns_that_do_not_belong_are_named(empty_community: Database) -> None:
    faulty = rows()
    faulty["住户名单"] = [["房号"], ["1-101"]]
    faulty["片区"][0][1] = "片区名"
    faulty["员工"] = [row[:8] + row[9:] for row in faulty["员工"]]
    faulty["值班"][0].append("星期")
    faulty["值班"][1].append("周一")
    found = refusal(empty_community, faulty)
    assert found == {
        ("住户名单", 0, "", "unknown_sheet"),
        ("片区", 1, "片区名称", "missing_column"),
        ("片区", 1, "片区名", "unknown_column"),
        ("员工", 1, "工种", "missing_column"),
        ("值班", 1, "星期", "duplicate"),
    } | {one for one in found if one[3] == "unknown_reference"}


def test_a_value_under_no_heading_is_not_overlooked(empty_community: Database) -> None:
    faulty = rows()
    faulty["片区"][2].append("备注")
    assert refusal(empty_community, faulty) >= {("片区", 1, "第 C 列", "unknown_column")}


def test_blank_rows_blank_sheets_and_another_order_of_columns_do_no_harm(empty_community: Database) -> None:
    turned = rows()
    turned["片区"] = [list(reversed(row)) for row in turned["片区"]]
    turned["房号"].insert(1, [None] * 6)
    turned["房号"].append([" ", None, "\t"])
    turned["Sheet1"] = []
    assert import_rows(empty_community, turned).imported


def test_another_communitys_roster_is_never_touched(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    before = roster_of(empty_community)
    other = rows()
    other["住户"][1][3] = "另一个人"
    assert import_roster(empty_community, "XYDX", xlsx(other)).imported
    assert roster_of(empty_community) == before
    contacts = {(one.unit, one.position): one.name for one in roster_of(empty_community, "XYDX").all(RosterContact)}
    assert contacts["1-101", 1] == "另一个人"


@pytest.mark.parametrize("community", ["NOWHERE", "", "YGHY\x00"])
def test_a_community_that_does_not_exist_is_refused(empty_community: Database, community: str) -> None:
    report = import_roster(empty_community, community, xlsx(rows()))
    assert [problem.code for problem in report.problems] == ["unknown_community"]
    assert counts(empty_community) == [0] * len(TABLES)


def test_two_people_who_import_at_once_make_one_roster(empty_community: Database) -> None:
    content = xlsx(rows())
    reports: list[RosterReport] = []
    people = [
        threading.Thread(target=lambda: reports.append(import_roster(empty_community, "YGHY", content)))
        for _ in range(4)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [report.imported for report in reports] == [True] * 4
    assert sorted(report.counts["住户"].added for report in reports) == [0, 0, 0, 3]
    assert counts(empty_community) == [2, 3, 2, 3, 3, 2, 4, 2]


def test_no_problem_repeats_what_somebody_typed(empty_community: Database) -> None:
    faulty = rows()
    secret = "110101199003071234"
    for sheet, places in {"住户": (3, 4, 5), "员工": (1, 2, 3)}.items():
        for place in places:
            faulty[sheet][1][place] = secret * 4
    faulty["房号"][1][0] = secret
    report = import_rows(empty_community, faulty)
    assert not report.imported
    assert secret not in report.model_dump_json()


@pytest.mark.parametrize("kept", [Household, Post, DutyShift])
def test_the_database_itself_refuses_what_the_roster_already_has(empty_community: Database, kept: type[Any]) -> None:
    """A past one, that is: for two that hold at once, the import has a reason to tell."""
    assert import_rows(empty_community, rows()).imported
    columns = [column for column in table_of(kept).columns if column.name != "id"]
    with empty_community.begin() as connection:
        again = connection.execute(select(*columns).limit(1)).mappings().one()

    with (
        pytest.raises(IntegrityError, match=f"uq_{kept.__tablename__}_community"),
        empty_community.begin() as connection,
    ):
        connection.execute(insert(kept).values({**again, "until": again["since"]}))


def test_a_household_that_is_imported_is_named_as_its_accounts_payer(empty_community: Database) -> None:
    import_rows(empty_community, rows())
    with empty_community.begin() as connection:
        taken_over = {"community": "YGHY", "code": "1-101-Y1", "unit": "1-101", "payer": "owner", "since": SINCE}
        connection.execute(insert(FeeAccount).values(taken_over))
    assert import_rows(empty_community, rows()).imported
    with empty_community.begin() as connection:
        named = connection.scalar(select(Household.unit).join(FeeAccount, FeeAccount.household == Household.id))
    assert named == "1-101"
