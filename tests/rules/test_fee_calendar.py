"""The days of the quarter's fees, of notices and of reports (docs/domain/fees.md)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.rules.year_2026 import CALENDAR_OF_2026 as CALENDAR
from workflows.messages.arrears import DunningStage
from workflows.messages.fee_policy import DunningPolicy, FeePolicy, FeeReportPolicy
from workflows.rules.dunning import (
    is_forbidden,
    limitation_date,
    may_choose,
    next_notice_on,
    notice_deadline,
    sheet_day,
)
from workflows.rules.fee_calendar import (
    ReportKind,
    gathering_period,
    interim_due,
    late_dispatch_due,
    period_of,
    periods_ending_on,
    quarter_calendar,
    report_due,
    single_bill_dunning,
)
from workflows.rules.quarters import Quarter

CHINA = ZoneInfo("Asia/Shanghai")
POLICY, DUNNING, REPORTS = FeePolicy(), DunningPolicy(), FeeReportPolicy()


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


def test_cyc_01_the_second_quarter_of_2026():
    days = quarter_calendar(Quarter(2026, 2), POLICY, CALENDAR, "following")
    assert days.extraction_at == at("03-25 00:30")
    assert days.review_due == at("03-27 00:00")  # 24:00 of 03-26
    assert days.handover_due == at("03-27 18:00")  # the 29th is a Sunday
    assert days.notices_by == day("03-31")
    assert (days.window_opens, days.due_on, days.late_fee_from) == (day("04-01"), day("04-10"), day("04-11"))
    assert days.first_dunning_list_on == day("04-13")
    assert days.distribute_by == day("04-20")


def test_cyc_03_the_first_quarter_ends_on_a_monday():
    days = quarter_calendar(Quarter(2026, 1), POLICY, CALENDAR, "following")
    assert (days.due_on, days.late_fee_from) == (day("01-12"), day("01-13"))
    assert days.first_dunning_list_on == day("01-13")
    assert days.distribute_by == day("01-20")
    strict = quarter_calendar(Quarter(2026, 1), POLICY, CALENDAR, "none")
    assert strict.due_on == day("01-10")


@pytest.mark.parametrize(
    ("takeover", "quarter_begins", "due"),
    [
        ("02-11", None, "02-24"),  # FEE-01: 02-21 lies in Spring Festival
        ("03-20", None, "03-30"),  # FEE-25
        ("03-28", None, "04-07"),  # FEE-23
        ("03-28", "04-01", "04-10"),  # F12
        ("04-08", "04-01", "04-20"),  # 04-18 is a Saturday
    ],
)
def test_an_interim_bill_is_due_ten_days_after_the_takeover(takeover, quarter_begins, due):
    begins = None if quarter_begins is None else day(quarter_begins)
    assert interim_due(day(takeover), begins, POLICY, CALENDAR, "following") == day(due)


def test_cyc_05_late_dispatch_never_shortens_the_customers_time():
    assert late_dispatch_due(day("04-10"), day("04-03"), POLICY, CALENDAR, "following") == day("04-13")
    assert late_dispatch_due(day("04-10"), day("03-27"), POLICY, CALENDAR, "following") == day("04-10")


def test_dun_15_an_interim_bill_is_listed_the_next_working_day_and_distributed_within_ten_days():
    assert single_bill_dunning(day("02-24"), POLICY, CALENDAR) == (day("02-25"), day("03-06"))


def test_psv_01_and_rpt_the_days_of_gathering_and_reports():
    april = gathering_period(2026, 4, REPORTS, "Asia/Shanghai")
    assert (april.cut_off, april.closes_at) == (at("04-25 00:00"), at("04-29 00:00"))
    assert report_due(day("04-30"), REPORTS, CALENDAR) == at("05-08 18:00")  # RPT-03
    assert report_due(day("06-30"), REPORTS, CALENDAR) == at("07-03 18:00")  # RPT-04
    ending = periods_ending_on(day("06-30"))
    assert [(one.kind, one.label) for one in ending] == [
        (ReportKind.MONTH, "2026年6月"),
        (ReportKind.QUARTER, "2026年第二季度"),
        (ReportKind.HALF_YEAR, "2026年上半年"),
    ]
    assert [one.kind for one in periods_ending_on(day("12-31"))] == list(ReportKind)
    assert period_of(ReportKind.HALF_YEAR, day("09-01"))[1:] == (day("07-01"), day("12-31"))


@pytest.mark.parametrize(
    ("received", "deadline", "next_issued"),
    [
        ("04-17", "04-27", "04-28"),  # DUN-01
        ("04-28", "05-08", "05-09"),  # DUN-01: a Saturday that is made up for
        ("02-06", "02-24", "02-25"),  # DUN-03: 02-16 lies in the holidays
        ("04-22", "05-06", "05-07"),  # DUN-06
    ],
)
def test_the_clock_of_a_notice_runs_from_its_receipt(received, deadline, next_issued):
    last = notice_deadline(day(received), DunningStage.FIRST, DUNNING, CALENDAR, "following")
    assert last == day(deadline)
    assert next_notice_on(last, CALENDAR) == day(next_issued)


def test_the_last_stage_has_no_notice_of_its_own():
    with pytest.raises(ValueError, match="其它方式"):
        notice_deadline(day("04-17"), DunningStage.OTHER_MEANS, DUNNING, CALENDAR, "following")


def test_one_sheet_a_working_day_and_account():
    assert sheet_day(day("04-28"), None, CALENDAR) == day("04-28")
    assert sheet_day(day("04-28"), day("04-28"), CALENDAR) == day("04-29")
    assert sheet_day(day("05-01"), None, CALENDAR) == day("05-06")


def test_each_demand_restarts_three_years_of_limitation():
    assert limitation_date(day("04-17"), DUNNING) == date(2029, 4, 17)
    assert limitation_date(date(2028, 2, 29), DUNNING) == date(2031, 2, 28)


@pytest.mark.parametrize("lever", ["water", "power", "gas", "heat", "access_card", "lift", "goods_pass"])
def test_dun_08_a_forbidden_lever_is_never_chosen(lever):
    assert is_forbidden(lever, DUNNING)
    assert not may_choose(lever, DUNNING)
    lenient = DUNNING.model_copy(update={"other_means": (*DUNNING.other_means, lever)})
    assert not may_choose(lever, lenient)


@pytest.mark.parametrize("means", ["manager_visit", "lawyer_letter", "lawsuit", "arbitration", "owners_committee"])
def test_dun_08_the_lawful_means_are_open(means):
    assert may_choose(means, DUNNING)
