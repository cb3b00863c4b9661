"""Sending a report: what blocks it, that it is frozen, what the next one says of it (RPT-03, RPT-04; §9.10, §18)."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from activities.ledger.refused import LedgerRefusedError
from tests.fee_reports.period import CODE, Ledger
from workflows.messages.fee_reports import ArrearsCause, Figure
from workflows.messages.ledger import FeeItem, PaymentMethod

D = Decimal


def local(moment: str) -> datetime:
    return datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def test_rpt_03_the_april_report_has_a_line_for_each_kind_and_is_due_on_the_eighth_of_may(ledger: Ledger):
    ledger.flats("1-101")
    ledger.bill("1-101", "751.80")
    report = ledger.report("month", "2026-04")
    assert report.due_at == local("05-08 18:00")
    assert [kind.item for kind in report.kinds] == list(FeeItem)
    assert [kind.due for kind in report.kinds] == [D("751.80"), 0, 0, 0, 0]


def test_rpt_04_the_reports_of_june_and_of_the_half_year_are_due_on_the_third_of_july(ledger: Ledger):
    ledger.gathered("2026-05", "TY-AAAAA-AAAAA", "180.00")
    ledger.gathered("2026-06", "TY-BBBBB-BBBBB", "60.00", agency="25.00")
    june, half = ledger.report("month", "2026-06"), ledger.report("half_year", "2026H1")
    assert june.due_at == half.due_at == local("07-03 18:00")
    assert [(month.month, month.service_fee, month.agency) for month in june.services] == [
        ("2026-06", D("60.00"), D("25.00"))
    ]
    assert len(half.services) == 6
    assert sum(month.service_fee for month in half.services) == D("240.00")


def test_rpt_03_arrears_without_a_reason_block_the_report(ledger: Ledger):
    ledger.flats("1-101", "1-102", "1-103")
    for unit in ("1-101", "1-102", "1-103"):
        ledger.bill(unit, "751.80")
    ledger.pay("1-103", "751.80", "04-08")
    ledger.explain("1-101")
    refused = ledger.send("month", "2026-04-01", "05-08")
    assert (refused.refused, refused.blocking) == ("arrears_without_reason", ("1-102-Y1",))
    ledger.explain("1-102", ArrearsCause.UNREACHABLE, note="电话停机")
    assert ledger.send("month", "2026-04-01", "05-08").refused == ""
    reasons = {line.account: line.reason for line in ledger.shown("month", "2026-04").lines}
    assert reasons == {"1-101-Y1": "无人居住", "1-102-Y1": "失联", "1-103-Y1": ""}


def test_old_arrears_need_a_reason_too_and_renovation_no_less(ledger: Ledger):
    ledger.flats("1-101", "1-102")
    ledger.bill("1-101", "751.80", "2026Q1", due="01-12")
    ledger.bill("1-102", "900.00", "202604", item=FeeItem.RENOVATION, due="04-20")
    assert ledger.send("month", "2026-04-01", "05-08").blocking == ("1-101-Y1", "1-102-Y1")


def test_who_has_paid_in_between_and_owes_again_is_asked_again(ledger: Ledger):
    ledger.flats("1-101")
    first = ledger.bill("1-101", "751.80", "2026Q1", due="01-12")
    ledger.explain("1-101", on="02-03")
    assert ledger.report("month", "2026-02").without_reason == ()
    ledger.pay("1-101", "751.80", "02-20", first)
    ledger.bill("1-101", "751.80")
    assert ledger.report("month", "2026-04").without_reason == ("1-101-Y1",)


def test_who_has_paid_since_the_cut_off_needs_no_reason_and_who_is_not_due_yet_neither(ledger: Ledger):
    ledger.flats("1-101", "1-102")
    ledger.bill("1-101", "751.80")
    ledger.pay("1-101", "751.80", "05-04")
    ledger.bill("1-102", "205.85", "2026Q1-L", due="05-09", issued="04-29")
    report = ledger.report("month", "2026-04")
    assert {line.account: (line.reason, line.arrears) for line in report.lines} == {
        "1-101-Y1": ("期后已缴清", D("751.80")),
        "1-102-Y1": ("未到期", D("205.85")),
    }
    assert report.without_reason == ()


def test_a_receipt_number_that_is_missing_blocks_the_report(ledger: Ledger):
    ledger.flats("1-101")
    ledger.bill("1-101", "751.80")
    payment = ledger.pay("1-101", "751.80", "04-08")
    ledger.execute(
        "INSERT INTO receipt_books (community, code, first, last, next, holder, opened_at) "
        "VALUES (:code, 'B1', 1001, 1100, 1004, 'C001', '2026-04-01T09:00+08:00')", code=CODE,
    )  # fmt: skip
    for number in (1001, 1003):
        ledger.execute(
            "INSERT INTO receipts (community, number, book, payment, amount, state, issued_at, issued_by, voided_by, "
            "approved_by) VALUES (:code, :number, 'B1', :payment, 751.80, :state, '2026-04-08T10:00+08:00', 'C001', "
            ":voided_by, :approved_by)",
            code=CODE, number=number, payment=payment, state="void" if number == 1001 else "issued",
            voided_by="C001" if number == 1001 else "", approved_by="S001" if number == 1001 else "",
        )  # fmt: skip
    refused = ledger.send("month", "2026-04-01", "05-08")
    assert (refused.refused, refused.blocking) == ("receipt_number_missing", ("1002",))
    ledger.execute(
        "INSERT INTO receipts (community, number, book, payment, amount, state, issued_at, issued_by, voided_by, "
        "approved_by) VALUES (:code, 1002, 'B1', :payment, 751.80, 'void', '2026-04-08T10:00+08:00', 'C001', 'C001', "
        "'S001')", code=CODE, payment=payment,
    )  # fmt: skip
    assert ledger.send("month", "2026-04-01", "05-08").refused == ""
    receipts = ledger.shown("month", "2026-04").receipts
    assert (receipts.issued, receipts.void, receipts.missing) == (1, 2, ())


def test_a_period_that_is_not_over_is_not_reported(ledger: Ledger):
    assert ledger.send("month", "2026-04-01", "04-30").refused == "period_not_over"
    assert ledger.send("month", "2026-04-01", "05-01").refused == ""


def test_a_report_that_was_sent_stays_as_it_was_and_the_next_one_says_what_changed(ledger: Ledger):
    """§18: rates frozen at sending; later changes go to the next report as 调整, once."""
    ledger.flats("1-101", "1-102", "1-103")
    wrong = ledger.bill("1-101", "1000.00")
    ledger.bill("1-102", "1000.00")
    ledger.pay("1-101", "1000.00", "04-08")
    bounced = ledger.pay("1-102", "500.00", "04-09")
    ledger.explain("1-102")
    sent = ledger.send("month", "2026-04-01", "05-08")
    assert (sent.rate, sent.target_met) == ("75.00 %", False)

    ledger.credit(wrong, "100.00", "05-12")
    ledger.reverse(bounced, "05-13")
    ledger.pay("1-102", "300.00", "05-20")
    ledger.bill("1-103", "50.00", "202604", item=FeeItem.PARKING, due="04-20", issued="05-14")
    ledger.explain("1-103", on="05-29")
    assert ledger.send("month", "2026-04-01", "05-29") == sent
    april = ledger.shown("month", "2026-04")
    assert (april.collection.due, april.collection.received) == (D("2000.00"), D("1500.00"))

    (adjustment,) = ledger.report("month", "2026-05").adjustments
    assert (adjustment.period, adjustment.percent_as_sent, adjustment.percent_now) == ("2026-04", "75.00 %", "46.15 %")
    assert (adjustment.due, adjustment.received) == (D("-50.00"), D("-600.00"))
    assert {(line.account, line.item): (line.due, line.received) for line in adjustment.lines} == {
        ("1-101-Y1", FeeItem.MANAGEMENT_FEE): (D("-100.00"), D("-100.00")),
        ("1-102-Y1", FeeItem.MANAGEMENT_FEE): (0, D("-500.00")),
        ("1-103-Y1", FeeItem.PARKING): (D("50.00"), 0),
    }

    assert ledger.send("month", "2026-05-01", "06-03").refused == ""
    assert ledger.report("month", "2026-06").adjustments == ()
    ledger.credit(wrong, "10.00", "06-10")
    (again,) = ledger.report("month", "2026-06").adjustments
    assert (again.due, again.received, len(again.lines)) == (D("-10.00"), D("-10.00"), 1)


def test_a_transfer_that_is_entered_after_the_report_but_counts_before_it_is_an_adjustment(ledger: Ledger):
    """The bank's value date decides (§9.11)."""
    ledger.flats("1-101")
    ledger.bill("1-101", "751.80")
    ledger.explain("1-101")
    ledger.send("month", "2026-04-01", "05-08")
    ledger.pay("1-101", "751.80", "04-30")
    (adjustment,) = ledger.report("month", "2026-05").adjustments
    assert (adjustment.due, adjustment.received) == (0, D("751.80"))


def test_money_that_is_entered_after_its_report_was_sent_is_in_the_next_one(ledger: Ledger):
    """The sum of all reports is the sum of all days, whatever was entered when."""
    ledger.flats("1-101", "1-102")
    ledger.pay("1-101", "100.00", "04-08")
    ledger.pay("1-102", "30.00", "04-30")
    assert ledger.send("month", "2026-04-01", "05-08").refused == ""
    ledger.pay("1-101", "20.00", "04-30")
    ledger.pay("1-102", "7.00", "04-20", method=PaymentMethod.DIRECT_DEBIT)
    ledger.pay("1-102", "40.00", "05-11")

    may = ledger.report("month", "2026-05").cash
    assert [(day.day.isoformat(), day.methods, day.total) for day in may.late_entered] == [
        ("2026-04-20", {"direct_debit": D("7.00")}, D("7.00")),
        ("2026-04-30", {"transfer": D("20.00")}, D("20.00")),
    ]
    assert (may.total, may.late_total) == (D("40.00"), D("27.00"))
    assert ledger.send("month", "2026-05-01", "06-03").refused == ""
    again = ledger.pay("1-102", "5.00", "04-30")
    ledger.pay("1-101", "2.00", "05-02")
    ledger.reverse(again, "06-10")

    june = ledger.report("month", "2026-06").cash
    assert [(day.day.isoformat(), day.total) for day in june.late_entered] == [
        ("2026-04-30", D("5.00")), ("2026-05-02", D("2.00")),
    ]  # fmt: skip
    assert june.total == D("-5.00")  # the reversal, on its own day
    reports = [ledger.shown("month", period).cash for period in ("2026-04", "2026-05", "2026-06")]
    assert sum(one.total + one.late_total for one in reports) == D("199.00")


def test_late_money_is_followed_to_the_payments_that_were_entered_last(ledger: Ledger):
    ledger.flats("1-101")
    ledger.pay("1-101", "20.00", "04-30")
    ledger.send("month", "2026-04-01", "05-08")
    late = [ledger.pay("1-101", amount, "04-30") for amount in ("20.00", "3.00")]
    followed = ledger.lines("month", "2026-05", Figure.LATE_ENTERED)
    assert (followed.label, followed.total) == ("补录收款", D("23.00"))
    assert [line.reference for line in followed.lines] == late


def test_the_quarter_has_late_money_on_its_own_day(ledger: Ledger):
    """Nothing was sent of the quarter yet, so nothing is late for it."""
    ledger.flats("1-101")
    ledger.send("month", "2026-04-01", "05-08")
    ledger.pay("1-101", "20.00", "04-30")
    quarter = ledger.report("quarter", "2026Q2").cash
    assert (quarter.total, quarter.late_total) == (D("20.00"), 0)


def test_a_reason_is_sealed_and_entered_once_a_day(ledger: Ledger):
    ledger.flats("1-101")
    assert ledger.explain("1-101", note="业主出国")
    assert not ledger.explain("1-101", note="业主出国")
    assert ledger.explain("1-101", note="业主出国", on="05-07")
    assert ledger.explain("1-101", ArrearsCause.HARDSHIP, on="05-07")
    with ledger.db.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT note::text FROM arrears_reasons").scalars().all()
    assert len(stored) == 3
    assert all("业主" not in (note or "") for note in stored)
    with pytest.raises(LedgerRefusedError, match="账户"):
        ledger.explain("9-999")
