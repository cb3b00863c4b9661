"""Paid work of a repair 有偿维修; numbers are those of docs/domain/scenarios.md."""

from decimal import Decimal
from typing import Any

import pytest

from tests.processes.case_under_test import CaseUnderTest, at
from tests.processes.centre import DESK, LEAD, SITE_MANAGER, SUPERVISOR, Centre, technician
from workflows.messages.people import Actor, Role
from workflows.messages.quotes import Charge, Quote
from workflows.messages.records import RepairRecord

T1 = technician("T001")
CASHIER = Actor(role=Role.CASHIER, code="K001")


def posted(price: str, quantity: str = "1") -> dict[str, Any]:
    return {"lines": [{"code": "W01", "name": "换龙头", "unit": "个", "quantity": quantity, "unit_price": price}]}


def off_list(price: str) -> dict[str, Any]:
    return {"lines": [{"name": "墙面修补", "unit": "处", "unit_price": price}]}


async def there(centre: Centre, **how) -> CaseUnderTest:
    """A paid repair at which T001 has arrived."""
    case = await centre.dispatched(inside=True, **how)
    await case.act(T1, "take")
    assert (await case.act(T1, "arrive")).state == "arrived"
    return case


async def under_way(centre: Centre, price: str = "180.00", **how) -> CaseUnderTest:
    """A paid repair whose quote the customer has confirmed."""
    case = await there(centre, **how)
    assert (await case.act(T1, "quote", **posted(price))).state == "quoted"
    await case.reply("confirm_quote", "可以")
    await case.becomes("in_progress")
    return case


def charge_of(centre: Centre) -> Charge:
    return centre.outside.forms(Charge)[-1]


async def test_paid_work_begins_when_the_customer_has_confirmed_the_quote(centre: Centre) -> None:
    case = await there(centre)
    assert await case.refusal_of(T1, "complete") == "not_allowed_in_state"
    await case.act(T1, "quote", **posted("60.00", "3"))
    await case.told("quote_proposed", "customer")
    assert await case.refusal_of(T1, "confirm_quote", reason="口头同意") == "signature_required"
    assert (await case.act(DESK, "confirm_quote", reason="电话同意")).state == "in_progress"
    await case.recorded("quote_confirmed")
    assert charge_of(centre).confirmed == Decimal("180.00")


async def test_rpr_07_only_what_was_confirmed_is_billable_and_a_dispute_is_the_supervisors(centre: Centre) -> None:
    case = await under_way(centre, received="05-12 10:00:00")
    await case.act(T1, "complete", work_done="换龙头和角阀", billed="260.00")
    await case.recorded("completed")
    assert (charge_of(centre).billed, charge_of(centre).billable) == (Decimal("260.00"), Decimal("180.00"))
    await case.reply("dispute", "说好180的")
    await case.told("charge_disputed", "role:cs_supervisor")
    dispute = next(clock for clock in (await case.view()).clocks if clock.name == "charge_dispute")
    assert dispute.due_at == at("05-15 00:00"), "two days"
    assert await case.refusal_of(SUPERVISOR, "settle_charge", amount="260.00", reason="按实收") == "beyond_confirmed"
    await case.act(SUPERVISOR, "settle_charge", amount="180.00", reason="按确认的报价")
    await case.act(CASHIER, "collect", amount="180.00", receipt="SJ-1")
    await case.recorded("collected")
    assert (charge_of(centre).billable, charge_of(centre).collected) == (Decimal("180.00"), Decimal("180.00"))


async def test_rpr_07_more_work_is_billable_with_a_second_confirmation(centre: Centre) -> None:
    case = await under_way(centre)
    assert (await case.act(T1, "quote", **posted("80.00"))).state == "quoted"
    await case.reply("confirm_quote", "可以")
    await case.becomes("in_progress")
    await case.act(T1, "complete", billed="260.00")
    await case.recorded("completed")
    assert charge_of(centre).billable == Decimal("260.00")
    assert [quote.status for quote in centre.outside.forms(Quote)] == ["confirmed", "confirmed"]


@pytest.mark.parametrize("how", ["declined", "lapsed"])
async def test_more_work_that_is_not_confirmed_leaves_the_first_quote_standing(centre: Centre, how: str) -> None:
    case = await under_way(centre, received="05-12 10:00:00")
    await case.act(T1, "quote", **posted("80.00"))
    if how == "declined":
        await case.reply("decline_quote", "不用了")
    else:
        await case.wait_until("05-13 10:05:00")
    await case.becomes("in_progress")
    await case.act(T1, "complete", billed="260.00")
    await case.recorded("completed")
    assert charge_of(centre).billable == Decimal("180.00")


async def test_a_quote_that_the_customer_declines_closes_the_case(centre: Centre) -> None:
    case = await there(centre)
    await case.act(T1, "quote", **posted("180.00"))
    await case.reply("decline_quote", "太贵")
    await case.becomes("closed")
    await case.has_orders("withdrawn")
    await case.told("case_closed", "customer")
    await case.recorded("quote_declined")
    assert centre.outside.forms(RepairRecord)[-1].closed_as == "quote_declined"
    await case.reply("reopen", "还是修吧")
    await case.offered_to("T001")


async def test_a_quote_that_nobody_answers_lapses_after_a_day_with_a_reminder_at_twenty_hours(centre: Centre) -> None:
    case = await there(centre, received="05-12 10:00:00")
    await case.act(T1, "quote", **posted("180.00"))
    await case.wait_until("05-13 06:01:00")
    await case.told("quote_reminder", "customer")
    assert await case.state() == "quoted"
    await case.wait_until("05-13 10:01:00")
    await case.becomes("closed")
    await case.recorded("quote_lapsed")
    assert centre.outside.forms(RepairRecord)[-1].closed_as == "quote_lapsed"


async def test_a_price_off_the_list_is_reviewed_in_fifteen_minutes(centre: Centre) -> None:
    case = await there(centre, received="05-12 10:00:00")
    assert (await case.act(T1, "quote", **off_list("800.00"))).state == "quoted"
    await case.reply("confirm_quote", "可以")
    await case.told("customer_replied", "role:cs_assistant")
    await case.wait_until("05-12 10:15:10")
    await case.told("clock_breached", "role:engineering_lead")
    assert (await case.act(LEAD, "return_quote", reason="单价偏高")).state == "arrived"
    await case.act(T1, "quote", **off_list("600.00"))
    assert (await case.act(LEAD, "approve_quote")).state == "quoted"
    await case.reply("confirm_quote", "可以")
    await case.becomes("in_progress")


async def test_a_price_off_the_list_above_a_thousand_is_the_site_managers(centre: Centre) -> None:
    case = await there(centre)
    await case.act(T1, "quote", **off_list("1000.01"))
    assert await case.refusal_of(LEAD, "approve_quote") == "beyond_authority"
    assert (await case.act(SITE_MANAGER, "approve_quote")).state == "quoted"


async def test_the_customer_cancels_while_a_quote_waits_for_him(centre: Centre) -> None:
    case = await there(centre)
    await case.act(T1, "quote", **posted("180.00"))
    await case.reply("cancel", "不修了")
    await case.becomes("closed")
    await case.recorded("cancelled")
    assert [quote.status for quote in centre.outside.forms(Quote)] == ["superseded"]
    assert centre.outside.lines[-1].facts["fee"] == "0.00"


async def test_the_customer_does_not_cancel_work_that_is_under_way_by_himself(centre: Centre) -> None:
    case = await under_way(centre)
    await case.act(T1, "quote", **posted("80.00"))
    await case.reply("cancel", "都不修了")
    await case.told("customer_replied", "role:cs_assistant")
    assert await case.state() == "quoted"


async def test_rpr_16_a_paid_job_is_never_accepted_by_default(centre: Centre) -> None:
    case = await under_way(centre, received="05-06 10:00:00")
    await case.act(T1, "complete")
    await case.wait_until("05-20 10:00:00")
    assert await case.state() == "completed"
    assert await case.refusal_of(DESK, "verify") == "signature_required"
    assert (await case.act(DESK, "verify", signature="FJ-1")).state == "verified"


async def test_paid_work_is_revisited_by_its_own_rule_where_there_is_one(centre: Centre) -> None:
    case = await under_way(centre)
    await case.act(T1, "complete")
    await case.recorded("completed")
    await case.comes_true(lambda _: bool(centre.outside.selections_asked), "asked")
    assert centre.outside.selections_asked[0].scopes == ("repair.paid", "repair")


async def test_a_disputed_charge_is_settled_even_after_the_case_is_closed_and_its_window_over(centre: Centre) -> None:
    case = await under_way(centre, received="05-12 10:00:00")
    await case.act(T1, "complete")
    await case.reply("confirm", "好了")
    await case.becomes("closed")
    await case.wait_until("05-19 20:00:00")
    await case.act(DESK, "dispute_charge", reason="收贵了")
    await case.wait_until("05-22 00:00:05")
    await case.told("clock_breached", "role:cs_supervisor")
    assert await case.state() == "closed"
    await case.act(SUPERVISOR, "settle_charge", amount="150.00", reason="协商")
    await case.told("charge_settled", "customer")
    assert (await case.handle.result()).state == "closed"


async def test_a_technician_who_takes_over_paid_work_does_not_quote_again(centre: Centre) -> None:
    case = await under_way(centre)
    await case.act(LEAD, "dispatch", technician="T003")
    await case.offered_to("T003")
    await case.act(technician("T003"), "take")
    assert (await case.act(technician("T003"), "arrive")).state == "in_progress"


async def test_work_that_began_free_becomes_paid_when_the_customer_confirms_a_quote_for_more(centre: Centre) -> None:
    case = await centre.in_progress(received="05-12 10:00:00")
    assert (await case.act(T1, "quote", **posted("80.00"))).state == "quoted"
    assert (await case.act(DESK, "decline_quote", reason="先不做")).state == "in_progress"
    await case.act(T1, "quote", **posted("60.00"))
    assert (await case.act(DESK, "confirm_quote", reason="电话同意")).state == "in_progress"
    await case.act(T1, "complete")
    await case.wait_until("05-15 10:00:00")
    assert await case.state() == "completed", "a paid job is never accepted by default"


async def test_the_customer_s_no_show_can_be_found_out_before_a_quote(centre: Centre) -> None:
    case = await there(centre)
    assert (await case.act(T1, "no_show", reason="业主临时外出")).state == "acknowledged"


async def test_a_quote_waits_for_a_technician_who_finds_another_trade(centre: Centre) -> None:
    case = await there(centre)
    await case.act(T1, "wrong_trade", trade="electrical")
    await case.offered_to("T002")
    await case.act(technician("T002"), "take")
    assert (await case.act(technician("T002"), "arrive")).state == "arrived"
