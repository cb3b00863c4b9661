"""The cash desk's month on its days of 2026 (docs/domain/fee-cycle.md)."""

from datetime import date

from tests.processes.case_under_test import CaseUnderTest, eventually
from tests.processes.centre import SITE_MANAGER, Centre
from tests.processes.fee_cases import ASSISTANT, CASHIER, open_month
from workflows.messages import billing
from workflows.messages.identifiers import Activity

APRIL = date(2026, 4, 1)


async def opened(centre: Centre, first: date = APRIL, received: str = "04-01 00:00") -> CaseUnderTest:
    return await open_month(centre, first, received)


async def test_every_working_day_lists_what_is_overdue_and_every_day_looks_at_the_cash_desk(centre: Centre):
    ledger = centre.outside.ledger
    month = await opened(centre)
    await month.wait_until("04-08 07:59")
    assert [day.day for day in ledger.listing_days()] == [1, 2, 3, 7]  # 04-04 to 04-06 are holidays
    await month.wait_until("04-08 08:01")
    await eventually(lambda: [day.day for day in ledger.listing_days()] == [1, 2, 3, 7, 8])
    assert [request.on_day.day for request in ledger.of(billing.DayDuties)] == list(range(1, 9))
    assert all(request.quarter == "" for request in ledger.of(billing.ListOverdue))


async def test_a_day_that_is_not_closed_and_cash_in_transit_are_told(centre: Centre):
    centre.outside.ledger.findings = billing.DayFindings(
        unclosed_days=(date(2026, 3, 31),), in_transit=(date(2026, 3, 30),)
    )
    month = await opened(centre)
    await month.wait_until("04-01 08:01")
    people = ("role:cashier", "role:finance", "role:cs_supervisor")
    await month.told("cash_day_open", *people)
    await month.told("cash_in_transit", *people)


async def test_whoever_must_sign_is_reminded_of_money_requests_that_wait(centre: Centre):
    centre.outside.ledger.findings = billing.DayFindings(requests=("SQ-2026-000007",))
    month = await opened(centre)
    await month.wait_until("04-01 08:01")
    await month.told("money_requests_waiting", "role:cs_supervisor", "role:finance", "role:site_manager")


async def test_psv_01_services_are_gathered_from_the_25th_with_the_cut_off_at_its_midnight(centre: Centre):
    ledger = centre.outside.ledger
    month = await opened(centre, received="04-24 09:00")
    assert await month.refusal_of(ASSISTANT, "gather") == "not_allowed_in_state"
    await month.wait_until("04-25 00:01")
    view = await month.becomes("gathering")
    assert {clock.name: f"{clock.due_at:%m-%d %H:%M}" for clock in view.clocks} == {"gathering": "04-29 00:00"}
    await month.told("services_to_gather", "role:cs_assistant")
    assert await month.refusal_of(CASHIER, "gather") == "not_allowed_for_role"
    await month.act(ASSISTANT, "gather")
    await month.recorded("gathered")
    assert [f"{request.cut_off:%m-%d %H:%M}" for request in ledger.of(billing.GatherServices)] == ["04-25 00:00"]
    await month.told("services_gathered", "role:cashier")
    assert await month.refusal_of(ASSISTANT, "gather") == "gathered_already"


async def test_a_list_that_nobody_gathered_is_alerted_and_can_still_be_gathered(centre: Centre):
    month = await opened(centre, received="04-24 09:00")
    await month.wait_until("04-29 00:01")
    await eventually(lambda: "role:cs_supervisor" in centre.outside.told("clock_breached"))
    await month.act(ASSISTANT, "gather")
    await month.recorded("gathered")


async def test_rpt_03_aprils_report_is_due_on_may_8_and_says_what_blocks_it(centre: Centre):
    ledger = centre.outside.ledger
    month = await opened(centre, received="04-28 09:00")
    await month.becomes("gathering")
    await month.wait_until("05-01 00:01")
    view = await month.becomes("reporting")
    assert f"{next(one for one in view.clocks if one.name == 'sending').due_at:%m-%d %H:%M}" == "05-08 18:00"
    assert await month.refusal_of(CASHIER, "send_report") == "not_gathered"
    await month.act(ASSISTANT, "gather")
    await month.recorded("gathered")
    ledger.report = billing.FeeReportSent(refused="arrears_without_reason", blocking=("1-101-Y1",))
    await month.act(CASHIER, "send_report")
    await month.recorded("report_blocked")
    await month.told("fee_report_blocked", "role:cashier", "role:cs_supervisor")
    assert await month.state() == "reporting"
    ledger.report = billing.FeeReportSent(rate="95.10 %")
    await month.act(CASHIER, "send_report")
    assert (await month.handle.result()).state == "closed"
    assert centre.outside.told("fee_report_sent") == ["role:site_manager"]


async def test_rpt_04_june_ends_a_month_a_quarter_and_a_half_year(centre: Centre):
    ledger = centre.outside.ledger
    month = await opened(centre, date(2026, 6, 1), "06-28 09:00")
    await month.becomes("gathering")
    await month.act(ASSISTANT, "gather")
    await month.wait_until("07-01 00:01")
    view = await month.becomes("reporting")
    assert f"{next(one for one in view.clocks if one.name == 'sending').due_at:%m-%d %H:%M}" == "07-03 18:00"
    await month.act(SITE_MANAGER, "send_report")
    await month.handle.result()
    assert [request.kind for request in ledger.of(billing.SendFeeReport)] == ["month", "quarter", "half_year"]


async def test_a_whole_month_has_a_short_history(centre: Centre):
    month = await opened(centre)
    await month.wait_until("04-25 00:01")
    await month.becomes("gathering")
    await month.act(ASSISTANT, "gather")
    await month.wait_until("05-01 00:01")
    await month.becomes("reporting")
    await month.act(CASHIER, "send_report")
    await month.handle.result()
    assert len((await month.handle.fetch_history()).events) < 800


async def test_what_cannot_be_done_is_told_and_gathering_can_be_asked_for_again(centre: Centre):
    ledger = centre.outside.ledger
    ledger.broken |= {Activity.DAY_DUTIES, Activity.GATHER_SERVICES}
    month = await opened(centre, received="04-25 00:30")
    await month.becomes("gathering")
    await month.act(ASSISTANT, "gather")
    await month.told("fee_work_stuck", "role:site_manager")
    ledger.broken.discard(Activity.GATHER_SERVICES)
    await month.act(ASSISTANT, "gather")
    await month.recorded("gathered")
    await month.wait_until("04-25 08:01")
    await month.told("fee_work_stuck", "role:site_manager", "role:site_manager")


async def test_a_month_that_an_administrator_ends_is_closed_on_record(centre: Centre):
    month = await opened(centre)
    await month.comes_to_rest()
    await month.handle.cancel()
    await month.recorded("aborted")
    header = centre.outside.batches[-1].header
    assert (header.state, header.closed_at is not None) == ("closed", True)
