"""综合收费率, 清欠率, late fee and parking: what is in them and what is not (CYC-06, RPT-01, PKG-01; S4 4.6, 4.8)."""

from decimal import Decimal

import pytest

from tests.fee_reports.period import Ledger
from workflows.messages.ledger import BillKind, FeeItem

D = Decimal


def test_cyc_06_the_second_quarter_reaches_its_target_without_the_late_fee(ledger: Ledger):
    """CYC-06: 462,186.00 of 486,000.00 is 95.10 %; 118.40 of late fee collected is in no numerator."""
    ledger.flats("1-101", "1-102", "1-103")
    ledger.bill("1-101", "400000.00")
    late = ledger.bill("1-102", "62186.00")
    ledger.bill("1-103", "23814.00")
    ledger.pay("1-101", "400000.00", "04-08")
    ledger.pay("1-102", "62304.40", "04-14", late)
    report = ledger.report("quarter", "2026Q2")
    assert (report.collection.due, report.collection.received) == (D("486000.00"), D("462186.00"))
    assert (report.collection.percent, report.collection.met) == ("95.10 %", True)
    assert report.late_fee_received == D("118.40")


def test_rpt_01_the_half_year_is_the_sum_of_its_quarters(ledger: Ledger):
    """RPT-01: 933,186.00 of 978,300.00 is 95.39 %."""
    ledger.flats("1-101", "1-102")
    for unit, amount, period, due, paid in (
        ("1-101", "471000.00", "2026Q1", "01-12", "01-08"),
        ("1-102", "21300.00", "2026Q1", "01-12", ""),
        ("1-101", "462186.00", "2026Q2", "04-10", "04-02"),
        ("1-102", "23814.00", "2026Q2", "04-10", ""),
    ):
        bill = ledger.bill(unit, amount, period, due=due)
        if paid:
            ledger.pay(unit, amount, paid, bill)
    half = ledger.report("half_year", "2026H1")
    assert (half.collection.due, half.collection.received) == (D("978300.00"), D("933186.00"))
    assert half.collection.percent == "95.39 %"
    assert ledger.report("year", "2026").collection == half.collection


def test_a_rate_that_only_looks_like_the_target_misses_it(ledger: Ledger):
    """94.996 % is shown as 95.00 % and is less than 95 %."""
    ledger.flats("1-101", "1-102")
    ledger.bill("1-101", "94996.00")
    ledger.bill("1-102", "5004.00")
    ledger.pay("1-101", "94996.00", "04-08")
    collection = ledger.report("quarter", "2026Q2").collection
    assert (collection.percent, collection.met) == ("95.00 %", False)


def test_only_recurring_charges_are_in_the_rate(ledger: Ledger):
    """§9.11: management fee, monthly parking and billed services; no renovation, no passing income."""
    ledger.flats("1-101")
    ledger.bill("1-101", "751.80")
    ledger.bill("1-101", "300.00", "202604", item=FeeItem.PARKING, due="04-20")
    ledger.bill("1-101", "120.00", "202605", item=FeeItem.SERVICE, due="05-20")
    ledger.bill("1-101", "900.00", "202605", item=FeeItem.RENOVATION, due="05-20")
    ledger.bill("1-101", "60.00", "202606", item=FeeItem.OPERATING, due="06-20")
    ledger.income(FeeItem.PARKING, "35.00", "04-11")
    report = ledger.report("quarter", "2026Q2")
    assert report.collection.due == D("1171.80")
    assert {kind.item: (kind.due, kind.direct) for kind in report.kinds} == {
        FeeItem.MANAGEMENT_FEE: (D("751.80"), 0),
        FeeItem.SERVICE: (D("120.00"), 0),
        FeeItem.PARKING: (D("300.00"), D("35.00")),
        FeeItem.RENOVATION: (D("900.00"), 0),
        FeeItem.OPERATING: (D("60.00"), 0),
    }


def test_money_laid_out_for_a_customer_is_in_no_rate_and_is_repaid_first(ledger: Ledger):
    """SVC-01, §9.11: of a bill of 180.00 with 80.00 laid out 100.00 is due, and the first 80.00 paid are none of it."""
    ledger.flats("1-101")
    bill = ledger.gathered_bill("1-101", "2026-04", "100.00", "80.00", due="05-08")
    ledger.pay("1-101", "50.00", "04-30", bill)
    april = ledger.report("month", "2026-04").collection
    assert (april.due, april.received) == (D("100.00"), 0)
    ledger.pay("1-101", "60.00", "05-04", bill)
    half_paid = ledger.report("quarter", "2026Q2", on="05-08").collection
    assert (half_paid.due, half_paid.received) == (D("100.00"), D("30.00"))
    ledger.pay("1-101", "70.00", "05-05", bill)
    assert ledger.report("quarter", "2026Q2", on="05-08").collection.received == D("100.00")


def test_an_approved_correction_lowers_what_was_due_and_what_counts_as_paid_of_it(ledger: Ledger):
    """FEE-18: 751.80 was paid and is put right to 746.76; the credit of 5.04 is no receipt of this bill any more."""
    ledger.flats("1-101", "1-102")
    paid, unpaid = ledger.bill("1-101", "751.80"), ledger.bill("1-102", "751.80")
    ledger.pay("1-101", "751.80", "04-08")
    ledger.credit(paid, "5.04", "05-12")
    ledger.credit(unpaid, "5.04", "05-12")
    collection = ledger.report("quarter", "2026Q2").collection
    assert (collection.due, collection.received) == (D("1493.52"), D("746.76"))


def test_money_that_comes_after_the_cut_off_is_not_of_this_period(ledger: Ledger):
    ledger.flats("1-101")
    ledger.bill("1-101", "751.80")
    ledger.pay("1-101", "751.80", "07-01")
    assert ledger.report("quarter", "2026Q2").collection.received == 0
    third = ledger.report("quarter", "2026Q3")
    assert (third.clearing.due, third.clearing.received, third.clearing.percent) == (
        D("751.80"), D("751.80"), "100.00 %",
    )  # fmt: skip


def test_money_that_came_before_its_quarter_counts_for_it(ledger: Ledger):
    ledger.flats("1-101")
    ledger.bill("1-101", "751.80", issued="03-26")
    ledger.pay("1-101", "751.80", "03-28")
    assert ledger.report("quarter", "2026Q1").collection.due == 0
    assert ledger.report("quarter", "2026Q2").collection.received == D("751.80")


def test_a_payment_that_is_reversed_has_never_come(ledger: Ledger):
    """PAY-05: reversed in the same period it is in no figure; reversed later the old debt is whole again."""
    ledger.flats("1-101", "1-102")
    ledger.bill("1-101", "751.80")
    ledger.bill("1-102", "100.00")
    ledger.reverse(ledger.pay("1-101", "751.80", "04-08"), "04-22")
    late = ledger.pay("1-102", "100.00", "04-08")
    assert ledger.report("quarter", "2026Q2").collection.received == D("100.00")
    ledger.reverse(late, "07-03")
    third = ledger.report("quarter", "2026Q3")
    assert (third.clearing.due, third.clearing.received) == (D("851.80"), 0)


def test_old_debt_is_cleared_by_its_own_rate(ledger: Ledger):
    """清欠率: what came in of old debt over what there was of it at the start; 期初欠费 is old debt too."""
    ledger.flats("1-101", "1-102", "1-103")
    first = ledger.bill("1-101", "751.80", "2026Q1", due="01-12")
    ledger.bill("1-102", "500.00", "2026Q1", due="01-12")
    ledger.bill("1-103", "248.20", "2025Q4", due="01-02", kind=BillKind.OPENING)
    ledger.pay("1-102", "200.00", "02-03")
    ledger.bill("1-101", "751.80")
    ledger.pay("1-101", "751.80", "05-05", first)
    report = ledger.report("quarter", "2026Q2")
    assert (report.clearing.due, report.clearing.received) == (D("1300.00"), D("751.80"))
    assert report.clearing.percent == "57.83 %"
    assert (report.collection.due, report.collection.received) == (D("751.80"), 0)


def test_one_reports_arrears_are_the_next_ones_old_debt(ledger: Ledger):
    ledger.flats("1-101", "1-102")
    ledger.bill("1-101", "751.80", "2026Q1", due="01-12")
    ledger.bill("1-102", "205.85", "2026Q1-L", due="04-07", kind=BillKind.INTERIM, issued="03-28")
    ledger.pay("1-101", "51.80", "02-02")
    left = sum((line.arrears for line in ledger.report("quarter", "2026Q1").lines), D(0))
    assert left == ledger.report("quarter", "2026Q2").clearing.due == D("905.85")


def test_the_months_of_a_quarter_add_up_to_it(ledger: Ledger):
    """A quarter's bill is of its due month; sent late into the next quarter it stays in the last month of its own."""
    ledger.flats("1-101", "1-102", "1-103")
    ledger.bill("1-101", "100.00")
    ledger.bill("1-102", "20.00", due="05-08")
    ledger.bill("1-103", "3.00", due="07-03", issued="06-23")
    due = {month: ledger.report("month", f"2026-{month}").collection.due for month in ("03", "04", "05", "06", "07")}
    assert due == {"03": 0, "04": D("100.00"), "05": D("20.00"), "06": D("3.00"), "07": 0}
    assert ledger.report("quarter", "2026Q2").collection.due == D("123.00")


def test_late_fee_that_is_owed_stands_apart(ledger: Ledger):
    """LAT-02: 400.00 of 751.80 came on the 20th; by 05-06 6.57 has accrued on the rest."""
    ledger.flats("1-101")
    bill = ledger.bill("1-101", "751.80")
    ledger.pay("1-101", "400.00", "04-20", bill)
    report = ledger.report("quarter", "2026Q2", on="05-06")
    assert (report.late_fee_owed, report.late_fee_received) == (D("6.57"), 0)
    (line,) = report.lines
    assert (line.due, line.received, line.arrears, line.late_fee) == (D("751.80"), D("400.00"), D("351.80"), D("6.57"))


def test_pkg_01_parking_is_to_be_handed_in_whole(ledger: Ledger):
    """PKG-01: 1,845.00 of 1,865.00 is 98.93 % and not 100 %; free passes are not counted."""
    ledger.parking("04-15", "1865.00", "1845.00", free=3)
    ledger.parking("04-16", "500.00", "0.00", checked_by="")
    parking = ledger.report("month", "2026-04").parking
    assert (parking.rate.percent, parking.rate.met, parking.shortage) == ("98.93 %", False, D("20.00"))
    assert (parking.free_passes, parking.waiting) == (3, 1)


@pytest.mark.parametrize("kind", ["month", "quarter", "half_year", "year"])
def test_a_period_of_nothing_has_no_rate_and_misses_no_target(ledger: Ledger, kind: str):
    period = {"month": "2026-04", "quarter": "2026Q2", "half_year": "2026H1", "year": "2026"}[kind]
    report = ledger.report(kind, period)
    assert (report.collection.percent, report.collection.met) == ("无应收", True)
    assert len(report.kinds) == 5
