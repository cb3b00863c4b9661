"""Cells that a spreadsheet has mangled are refused where they stand; what needs no guessing is understood."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from activities.records.roster_file import read_roster_file
from tests.community.workbooks import rows, xlsx


@pytest.mark.parametrize(
    ("sheet", "place", "value", "code"),
    [
        # an ID number typed as a number, phones that lost digits or became something else
        ("住户", 4, 110101199003071234, "digits_lost"),
        ("住户", 4, 1.38e10 + 0.5, "not_whole"),
        ("住户", 4, "1.38E+10", "bad_phone"),
        ("住户", 4, 1380013800, "bad_phone"),
        ("住户", 4, True, "wrong_type"),
        ("住户", 4, "110", "bad_phone"),
        ("住户", 4, "13800138000 转 12", "bad_phone"),
        ("住户", 4, "\u202d13800138000\u202c", "unseen_character"),
        # 1-2 that became the second of January
        ("房号", 0, date(2026, 1, 2), "turned_into_date"),
        ("房号", 0, 1.1, "not_whole"),
        ("房号", 0, "1 101", "bad_code"),
        ("房号", 0, "-101", "bad_code"),
        ("房号", 0, "13800138000", "personal_data_in_code"),
        ("房号", 0, 13800138000, "personal_data_in_code"),
        ("房号", 0, "1\u200b-101", "unseen_character"),
        ("房号", 0, "号" * 33, "bad_code"),
        ("房号", 4, -1, "bad_number"),
        ("房号", 4, 89.123, "bad_number"),
        ("房号", 4, "NaN", "bad_number"),
        ("房号", 4, "1e999999999", "bad_number"),
        ("房号", 5, 45107, "bad_date"),
        ("房号", 5, "06/30/2023", "bad_date"),
        ("房号", 5, "2023-02-30", "bad_date"),
        ("房号", 5, "0023-06-30", "bad_date"),
        ("房号", 5, datetime(2023, 6, 30, 8, 30), "bad_date"),  # noqa: DTZ001 - a spreadsheet knows no zone
        ("住户", 3, "赵\x07明远", "unseen_character"),
        ("住户", 3, "赵\ufffd", "unseen_character"),
        ("住户", 3, "赵\ue000", "unseen_character"),
        ("住户", 3, "赵" * 51, "too_long"),
        ("住户", 3, date(2026, 1, 2), "turned_into_date"),
        ("住户", 5, "赵@example.com", "bad_mail"),
        ("住户", 5, "a@example.com\nBcc: b@example.com", "unseen_character"),
        ("住户", 1, 1.5, "not_whole"),
        ("住户", 1, 100, "bad_number"),
        ("住户", 1, "²", "bad_number"),
        ("员工", 0, "ZHANGSAN", "bad_code"),
        ("员工", 0, "T001@X", "bad_code"),
        ("员工", 5, "客户", "unknown_term"),
        ("员工", 5, "系统", "unknown_term"),
        ("员工", 7, "也许", "unknown_term"),
        ("值班", 2, 0.5, "bad_time"),
        ("值班", 2, time(8, 0, 30), "bad_time"),
        ("值班", 2, "8:61", "bad_time"),
        ("值班", 1, "星期八", "unknown_term"),
    ],
)
def test_what_a_spreadsheet_mangled_is_refused_in_its_cell(sheet: str, place: int, value: Any, code: str) -> None:
    faulty = rows()
    faulty[sheet][1][place] = value
    problems = read_roster_file(xlsx(faulty)).problems
    assert [(one.sheet, one.row, one.column, one.code) for one in problems] == [
        (sheet, 2, faulty[sheet][0][place], code)
    ]


@pytest.mark.parametrize(
    ("sheet", "place", "value"),
    [
        ("房号", 0, 101),
        ("房号", 0, "2-303"),
        ("房号", 0, "A栋.101#2_b"),
        ("房号", 4, 89.10000000000001),
        ("房号", 5, "2023-6-3"),
        ("房号", 5, datetime(2023, 6, 30)),  # noqa: DTZ001 - a spreadsheet knows no zone
        ("住户", 3, "阿卜杜拉·买买提"),
        ("住户", 3, "𠮷野家"),
        ("住户", 3, "=1+1"),
        ("住户", 4, 13800138000),
        ("住户", 4, "138 0013 8000"),
        ("住户", 4, "+86 138-0013-8000"),
        ("住户", 4, "+852 9123 4567"),
        ("住户", 4, "4008001234"),
        ("员工", 8, "水,电; 弱电/木"),
        ("值班", 2, "8:00"),
        ("值班", 2, time(0, 0)),
        ("值班", 3, timedelta(hours=24)),
    ],
)
def test_what_can_be_understood_without_guessing_is_accepted(sheet: str, place: int, value: Any) -> None:
    understood = rows()
    understood[sheet][-1][place] = value
    assert read_roster_file(xlsx(understood)).problems == []
