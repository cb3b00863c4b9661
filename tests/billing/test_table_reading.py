"""《应收管理费用明细表》 as people read it: versions with reasons, a steward's areas, the spreadsheet (CYC-04)."""

import io

from python_calamine import CalamineWorkbook

from activities.billing.table_workbook import table_workbook
from activities.ledger.fee_table_reading import WhichTable, read_table, whole_table
from activities.ledger.unsent_notices import unsent_notices
from tests.billing.community import CODE, flat, job_of
from tests.billing.test_quarter_table import CASHIER, FINANCE, approve, bill, extract
from workflows.messages.billing import CorrectRows, RejectedRow, ReviewTable, ReviewVerdict


def returned(billed, tables):
    """A table of two flats that finance has returned for one of them, and its second version."""
    flat(billed)
    flat(billed, "1-102", area="128.36", price="2.75")
    job = job_of()
    extract(tables, job)
    rows = (RejectedRow(account="1-102-Y1", reason="面积有疑"),)
    review = ReviewTable(job=job, reviewer=FINANCE, approve=False, rows=rows)
    assert tables.review_table(review).verdict is ReviewVerdict.REJECTED
    second = job_of(version=2)
    tables.correct_rows(CorrectRows(job=second, made_by=CASHIER))
    return second


def read(db, version=0, **more):
    with db.begin() as connection:
        return read_table(connection, db.personal, WhichTable(CODE, "2026Q2", version, **more), "")


def test_cyc_04_the_first_version_and_its_reasons_stay_readable(billed, tables):
    second = returned(billed, tables)
    first = read(billed, 1)
    assert [(row.account, row.state, row.reason) for row in first.rows] == [
        ("1-101-Y1", "ready", ""), ("1-102-Y1", "rejected", "面积有疑"),
    ]  # fmt: skip
    assert read(billed, approved_only=True) is None
    approve(tables, second)
    seen = read(billed, 1, approved_only=True)
    assert (seen.version, [row.reason for row in seen.rows]) == (2, ["", ""])


def test_a_steward_sees_his_areas_only(billed, tables):
    approve(tables, returned(billed, tables))
    assert [row.account for row in read(billed, areas=frozenset({"A1"})).rows] == ["1-101-Y1", "1-102-Y1"]
    nothing = read(billed, areas=frozenset({"A9"}))
    assert (nothing.rows, nothing.figures.due_total) == ((), 0)


def test_the_spreadsheet_has_s4s_columns_and_the_tables_amounts(billed, tables):
    returned(billed, tables)
    with billed.begin() as connection:
        version, lines = whole_table(connection, billed.personal, WhichTable(CODE, "2026Q2", 1))
        content = table_workbook("阳光花园 2026Q2", lines)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert version == 1
    assert rows[1][:11] == [
        *("编号", "房号", "业主姓名", "房屋面积", "管理费标准", "应收金额", "上期调整", "上季度欠费", "滞纳金"),
        *("预存抵扣", "本月应收"),
    ]
    assert rows[2] == [1.0, "1-101", "业主", 89.5, 2.8, 375.9, 0.0, 0.0, 0.0, 0.0, 375.9, "A1", "", ""]
    assert rows[3][12:] == ["已退回", "面积有疑"]


def test_what_is_not_sent_is_listed_by_area_page_by_page(billed, tables):
    approve(tables, second := returned(billed, tables))
    bill(tables, second)
    with billed.begin() as connection:
        every = unsent_notices(connection, CODE, None)
        assert [(one.unit, str(one.total)) for one in every] == [("1-101", "375.90"), ("1-102", "529.50")]
        assert unsent_notices(connection, CODE, frozenset({"A1"}), every[0].number) == every[1:]
        assert unsent_notices(connection, CODE, frozenset({"A9"})) == ()
