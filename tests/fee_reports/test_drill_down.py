"""Every figure of a report can be followed to its lines, which come to it to the cent (S4 4.7)."""

from decimal import Decimal

import pytest

from activities.fee_reports.arrears_reasons import arrears_of
from activities.fee_reports.overview import overview
from tests.billing.community import CODE, at
from tests.fee_reports.period import POLICY, Ledger
from workflows.messages.fee_reports import Figure
from workflows.messages.ledger import BillKind, FeeItem, PaymentMethod
from workflows.rules.quarters import Quarter

D = Decimal


@pytest.fixture
def lively(ledger: Ledger) -> Ledger:
    """A second quarter in which everything happens."""
    ledger.flats("1-101", "1-102", "1-103", "1-104")
    old = ledger.bill("1-101", "751.80", "2026Q1", due="01-12")
    ledger.bill("1-104", "88.00", "2025", due="01-02", kind=BillKind.OPENING)
    quarter = {unit: ledger.bill(unit, "751.80") for unit in ("1-101", "1-102", "1-103", "1-104")}
    ledger.bill("1-102", "300.00", "202604", item=FeeItem.PARKING, due="04-20")
    ledger.bill("1-103", "900.00", "202605", item=FeeItem.RENOVATION, due="05-20")
    ledger.pay("1-101", "1000.00", "04-15", old)
    ledger.pay("1-102", "751.80", "04-08", quarter["1-102"])
    ledger.pay("1-102", "301.00", "05-06", f"1-102-Y1/202604-{FeeItem.PARKING}-1")
    ledger.reverse(ledger.pay("1-103", "751.80", "04-09", method=PaymentMethod.DIRECT_DEBIT), "04-22")
    ledger.credit(quarter["1-102"], "5.04", "05-12")
    ledger.credit(quarter["1-104"], "100.00", "05-12")
    ledger.income(FeeItem.PARKING, "35.00", "04-11")
    ledger.income(FeeItem.OPERATING, "20.00", "05-11")
    ledger.parking("04-15", "1865.00", "1845.00")
    ledger.gathered("2026-04", "TY-AAAAA-AAAAA", "180.00", agency="12.00")
    return ledger


@pytest.mark.parametrize(("kind", "period"), [("month", "2026-04"), ("month", "2026-05"), ("quarter", "2026Q2")])
def test_every_figure_is_the_sum_of_its_lines(lively: Ledger, kind: str, period: str):
    report = lively.report(kind, period)
    for figure in (
        Figure.DUE, Figure.RECEIVED, Figure.ARREARS, Figure.OLD_DUE, Figure.OLD_RECEIVED, Figure.OLD_ARREARS,
        Figure.LATE_FEE_RECEIVED, Figure.LATE_FEE_OWED, Figure.DIRECT,
    ):  # fmt: skip
        for line in report.kinds:
            followed = lively.lines(kind, period, figure, item=line.item)
            assert sum((one.amount for one in followed.lines), D(0)) == followed.total == getattr(line, figure), (
                figure, line.item,
            )  # fmt: skip
            assert len(followed.lines) == followed.count
    for figure, total in (
        (Figure.COLLECTED, report.cash.total),
        (Figure.LATE_ENTERED, report.cash.late_total),
        (Figure.PARKING_DUE, report.parking.rate.due),
        (Figure.PARKING_RECEIVED, report.parking.rate.received),
        (Figure.SERVICE_FEE, sum((month.service_fee for month in report.services), D(0))),
        (Figure.AGENCY, sum((month.agency for month in report.services), D(0))),
    ):
        followed = lively.lines(kind, period, figure)
        assert sum((one.amount for one in followed.lines), D(0)) == followed.total == total, figure


def test_the_quarter_of_the_lines_is_no_empty_quarter(lively: Ledger):
    """Else the test above would say nothing."""
    report = lively.report("quarter", "2026Q2")
    names = ("due", "received", "arrears", "old_due", "old_received", "old_arrears", "late_fee_received", "direct")
    assert all(any(getattr(kind, name) for kind in report.kinds) for name in (*names, "late_fee_owed"))
    assert report.cash.total == D("2052.80")


def test_the_detail_comes_to_the_kinds_and_each_line_to_itself(lively: Ledger):
    report = lively.report("quarter", "2026Q2")
    for line in report.lines:
        assert line.due - line.received == line.arrears
    assert sum((line.arrears for line in report.lines), D(0)) == sum(
        (kind.arrears + kind.old_arrears for kind in report.kinds), D(0)
    )
    with lively.db.begin() as connection:
        open_now = connection.exec_driver_sql("SELECT sum(open_principal) FROM bills").scalar_one()
    assert sum((line.arrears for line in report.lines), D(0)) == open_now


def test_lines_come_in_pages(lively: Ledger):
    whole = lively.lines("quarter", "2026Q2", Figure.DUE)
    pages = [lively.lines("quarter", "2026Q2", Figure.DUE, offset=place, at_most=2) for place in (0, 2, 4)]
    assert [line for page in pages for line in page.lines] == list(whole.lines)[:6]
    assert {page.total for page in pages} == {whole.total}


def test_the_days_takings_are_by_method_with_a_reversal_on_its_own_day(lively: Ledger):
    days = {str(day.day): (day.methods, day.total) for day in lively.report("month", "2026-04").cash.days}
    assert days["2026-04-09"] == ({"direct_debit": D("751.80")}, D("751.80"))
    assert days["2026-04-22"] == ({"direct_debit": D("-751.80")}, D("-751.80"))
    assert days["2026-04-15"] == ({"transfer": D("1000.00")}, D("1000.00"))


def test_the_list_of_arrears_shows_the_oldest_debt_first_with_its_age_and_reason(lively: Ledger):
    lively.explain("1-104", on="05-06")
    with lively.db.begin() as connection:
        listed = arrears_of(connection, CODE, POLICY, at("05-21T10:00"))
        assert [one.account for one in listed] == ["1-104-Y1", "1-101-Y1", "1-103-Y1"]
        first, second, third = listed
        assert (first.principal, first.days, first.reason_label, first.bills) == (D("739.80"), 139, "无人居住", 2)
        assert (second.days, second.reason_label) == (41, "")
        # the renovation's bill was due only yesterday; it counts, in its own book
        assert (third.principal, third.bills) == (D("1651.80"), 2)
        assert third.late_fee > 0
        page = arrears_of(connection, CODE, POLICY, at("05-21T10:00"), after=(first.oldest_due, first.account))
        assert page == listed[1:]
        assert arrears_of(connection, CODE, POLICY, at("05-21T10:00"), area="A9") == ()
        assert arrears_of(connection, CODE, POLICY, at("05-21T10:00"), due_by=first.oldest_due) == listed[:1]


def test_a_manager_sees_how_the_quarter_stands(lively: Ledger):
    lively.execute(
        "INSERT INTO arrears_openings (community, account, ordinal, \"case\", opened_at) VALUES "
        "(:code, '1-103-Y1', 1, 'CJ-AAAAA-AAAAA', '2026-04-13T00:30+08:00')", code=CODE,
    )  # fmt: skip
    lively.execute(
        "INSERT INTO cash_days (community, day, slip, cash, totals, destination, closed_at, closed_by) VALUES "
        "(:code, '2026-05-20', 'JK-2026-000001', 860.00, '{}', 'in_transit', '2026-05-20T18:00+08:00', 'C001')",
        code=CODE,
    )  # fmt: skip
    with lively.db.begin() as connection:
        seen = overview(connection, CODE, Quarter(2026, 2), at("05-21T10:00"))
    assert seen.collection == lively.report("quarter", "2026Q2", on="05-21").collection
    assert (seen.unsent_notices, seen.cash_in_transit) == (4, D("860.00"))
    assert [(one.stage, one.accounts, one.principal) for one in seen.arrears] == [("待立单", 1, D("1651.80"))]
