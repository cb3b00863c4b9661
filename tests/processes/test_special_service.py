"""A special service on the real server: quoted, confirmed, done, signed, booked (docs/domain/special-service.md)."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from tests.processes.case_under_test import CaseUnderTest, at, eventually
from tests.processes.centre import CALENDAR_2026, DESK, LEAD, SITE_MANAGER, SUPERVISOR, Centre, technician
from workflows.messages.case import CaseOpening, Channel, Reporter
from workflows.messages.identifiers import CaseKind, TaskQueue
from workflows.messages.passing_on import CaseWord
from workflows.messages.people import Actor, Role
from workflows.messages.quotes import Charge, Quote
from workflows.messages.records import ServiceRecord
from workflows.messages.selecting import RevisitSelection
from workflows.messages.service_policy import ServicePolicy
from workflows.messages.special_service import ServiceCategory, ServiceStart
from workflows.processes.special_service import SpecialService
from workflows.rules.case_numbers import case_number

CASHIER = Actor(role=Role.CASHIER, code="F001")
T1 = technician("T001")
CLEANING = {"code": "BJ-01", "name": "日常保洁", "unit": "次", "quantity": "1", "unit_price": "120.00"}
OFF_LIST = {"name": "外墙清洗", "unit": "项", "quantity": "1", "unit_price": "800.00"}


async def ordered(
    centre: Centre, *, received: str = "04-14 09:00", appointment: str = "", policy: ServicePolicy | None = None
) -> CaseUnderTest:
    """Somebody orders cleaning."""
    number = case_number(CaseKind.SPECIAL_SERVICE, b"test", "wechat", uuid.uuid4().hex)
    start = ServiceStart(
        opening=CaseOpening(
            number=number,
            kind=CaseKind.SPECIAL_SERVICE,
            community="YGHY",
            channel=Channel.PLATFORM,
            received_at=at(received),
            unit="1-0301",
            area="A",
            reporter=Reporter(name="林小满", phone="+8613800000001"),
            description="开荒保洁",
        ),
        category=ServiceCategory.CLEANING,
        appointment_at=at(appointment) if appointment else None,
        policy=policy or ServicePolicy(),
        calendar=CALENDAR_2026,
    )
    handle = await centre.skipper.client.start_workflow(
        SpecialService.run, start, id=number, task_queue=TaskQueue.CASES
    )
    return CaseUnderTest(handle, centre.skipper, centre.outside, number)


async def booked(centre: Centre, **how: Any) -> CaseUnderTest:
    """An order whose quote of 120.00 the customer has confirmed, and that T001 is to do."""
    case = await ordered(centre, **how)
    await case.act(DESK, "quote", lines=[CLEANING])
    await case.act(DESK, "confirm_quote", signature="FJ-1")
    await case.act(DESK, "assign", performer="T001")
    return case


async def done(centre: Centre, **how: Any) -> CaseUnderTest:
    """A service that T001 has done."""
    case = await booked(centre, **how)
    await case.act(T1, "start")
    await case.act(T1, "complete", work_done="全屋保洁")
    return case


async def charge_of(centre: Centre) -> Charge:
    await eventually(lambda: bool(centre.outside.forms(Charge)))
    return centre.outside.forms(Charge)[0]


async def test_svc_01_a_signed_cleaning_is_income_of_the_day_on_which_it_was_signed(centre: Centre) -> None:
    case = await booked(centre, appointment="04-18 10:00")
    await case.wait_until("04-18 09:50")
    await case.act(T1, "start")
    await case.wait_until("04-18 11:20")
    await case.act(T1, "complete", work_done="全屋保洁")
    await case.wait_until("04-18 11:30")
    assert await case.refusal_of(T1, "sign", signature=" ") == "signature_required"
    assert (await case.act(T1, "sign", signature="FJ-2", signed_by="林小满", rating=5)).state == "posted"
    await case.becomes("closed")
    await eventually(lambda: centre.outside.forms(Charge)[0].booked_at is not None)
    charge = await charge_of(centre)
    assert charge.booked_at is not None
    assert f"{charge.booked_at:%m-%d %H:%M}" == "04-18 11:30"
    assert (charge.billable, charge.service_fee) == (Decimal("120.00"), Decimal("120.00"))


async def test_svc_01_unsigned_it_is_never_accepted_by_default(centre: Centre) -> None:
    case = await done(centre)
    await case.wait_until("04-30 12:00")
    assert await case.state() == "awaiting_signature"
    await case.told("clock_breached", "role:cs_supervisor")
    assert await case.refusal_of(DESK, "collect", amount="130.00", receipt="SJ-1") == "over_collected"


async def test_an_order_that_nobody_quotes_is_told_to_the_supervisor(centre: Centre) -> None:
    case = await ordered(centre)
    await case.told("service_ordered", "customer", "role:cs_assistant")
    await case.wait_until("04-16 00:00:05")
    await case.told("clock_breached", "role:cs_supervisor")


async def test_the_customer_is_reminded_after_twenty_hours_and_after_twenty_four_the_order_lapses(
    centre: Centre,
) -> None:
    case = await ordered(centre)
    await case.act(DESK, "quote", lines=[CLEANING])
    await case.told("quote_proposed", "customer")
    await case.wait_until("04-15 05:00:05")
    await case.told("quote_reminder", "customer")
    assert await case.state() == "quoted"
    await case.wait_until("04-15 09:00:05")
    await case.becomes("closed")
    await case.told("quote_not_confirmed", "customer", "staff:C001")
    assert centre.outside.forms(Quote)[0].status == "lapsed"


async def test_the_customer_confirms_or_declines_by_a_reply(centre: Centre) -> None:
    case = await ordered(centre, appointment="04-18 10:00")
    await case.act(DESK, "quote", lines=[CLEANING])
    await case.reply("confirm_quote", "同意", sender_phone="+8613800000001")
    view = await case.becomes("booked")
    assert {clock.name: clock.due_at for clock in view.clocks}["start"] == at("04-18 09:55")
    other = await ordered(centre)
    await other.act(DESK, "quote", lines=[CLEANING])
    await other.reply("decline_quote", "太贵", sender_phone="+8613800000002")
    assert await other.state() == "quoted", "somebody else's word decides nothing"
    await other.reply("decline_quote", "太贵")
    await other.becomes("closed")


async def test_a_price_off_the_list_is_reviewed_by_the_lead_and_a_high_one_by_the_manager(centre: Centre) -> None:
    case = await ordered(centre)
    await case.act(DESK, "quote", lines=[OFF_LIST])
    await case.told("quote_to_review", "role:engineering_lead")
    assert await case.refusal_of(DESK, "confirm_quote", signature="FJ-1") == "no_quote_proposed"
    assert await case.refusal_of(LEAD, "return_quote") == "reason_required"
    assert (await case.act(LEAD, "return_quote", reason="价格偏高")).state == "ordered"
    await case.act(DESK, "quote", lines=[{**OFF_LIST, "unit_price": "1000.01"}])
    assert await case.refusal_of(LEAD, "approve_quote") == "beyond_authority"
    await case.wait_until("04-14 09:15:30")
    await case.told("clock_breached", "role:engineering_lead")
    await case.act(SITE_MANAGER, "approve_quote")
    await case.told("quote_proposed", "customer")
    assert [quote.status for quote in centre.outside.forms(Quote)][:1] == ["returned"]


async def test_nobody_approves_or_confirms_his_own_quote(centre: Centre) -> None:
    case = await ordered(centre)
    await case.act(LEAD, "quote", lines=[OFF_LIST])
    assert await case.refusal_of(LEAD, "approve_quote") == "own_quote"
    await case.act(SITE_MANAGER, "approve_quote")
    assert await case.refusal_of(LEAD, "confirm_quote", reason="电话同意") == "signature_required"
    assert await case.refusal_of(DESK, "confirm_quote") == "reason_required"
    await case.act(DESK, "confirm_quote", reason="客户来电同意")


@pytest.mark.parametrize(
    "lines",
    [[], [{**CLEANING, "quantity": "0"}], [{**CLEANING, "unit_price": "-1.00"}], [{**CLEANING, "unit_price": "1.001"}],
     [{**CLEANING, "name": " "}], [{**CLEANING, "unit_price": "0.00"}], [CLEANING] * 51],
)  # fmt: skip
async def test_a_quote_that_no_customer_could_check_is_refused(centre: Centre, lines: list[dict[str, str]]) -> None:
    case = await ordered(centre)
    assert await case.refusal_of(DESK, "quote", lines=lines) == "bad_quote"


async def test_a_newer_quote_takes_the_place_of_the_open_one(centre: Centre) -> None:
    case = await ordered(centre)
    await case.act(DESK, "quote", lines=[CLEANING])
    await case.act(DESK, "quote", lines=[CLEANING, CLEANING])
    await case.act(DESK, "confirm_quote", signature="FJ-1")
    await eventually(lambda: [quote.status for quote in centre.outside.forms(Quote)] == ["superseded", "confirmed"])
    assert (await charge_of(centre)).confirmed == Decimal("240.00")


async def test_more_work_needs_a_second_quote_and_without_it_the_first_stands(centre: Centre) -> None:
    case = await booked(centre)
    await case.act(T1, "start")
    assert (await case.act(T1, "quote", lines=[{**CLEANING, "unit_price": "80.00"}])).state == "quoted"
    assert (await case.act(DESK, "decline_quote", reason="不需要")).state == "in_service"
    await case.act(T1, "complete", work_done="保洁", billed="200.00")
    charge = await charge_of(centre)
    await eventually(lambda: centre.outside.forms(Charge)[0].billed == Decimal("200.00"))
    charge = centre.outside.forms(Charge)[0]
    assert (charge.confirmed, charge.billed, charge.billable) == (
        Decimal("120.00"),
        Decimal("200.00"),
        Decimal("120.00"),
    )


async def test_a_disputed_charge_is_settled_by_the_supervisor_within_two_days_and_collected_in_parts(
    centre: Centre,
) -> None:
    case = await done(centre)
    await case.reply("dispute", "没有打扫厨房")
    await case.told("charge_disputed", "role:cs_supervisor")
    assert await case.refusal_of(CASHIER, "collect", amount="120.00", receipt="SJ-1") == "charge_disputed"
    await case.wait_until("04-17 00:00:05")
    assert (await case.view()).breached
    assert await case.refusal_of(SUPERVISOR, "settle_charge", amount="120.01", reason="x") == "beyond_confirmed"
    await case.act(SUPERVISOR, "settle_charge", amount="90.00", reason="厨房未做,减收30元")
    await case.told("charge_settled", "customer")
    await case.act(CASHIER, "collect", amount="50.00", receipt="SJ-1")
    assert await case.refusal_of(CASHIER, "collect", amount="40.01", receipt="SJ-2") == "over_collected"
    assert await case.refusal_of(CASHIER, "collect", amount="40.00", receipt=" ") == "receipt_required"
    await case.act(CASHIER, "collect", amount="40.00", receipt="SJ-2")
    await eventually(lambda: centre.outside.forms(Charge)[0].collected == Decimal("90.00"))


async def test_work_done_again_costs_nothing_more_and_what_was_settled_stays_settled(centre: Centre) -> None:
    case = await booked(centre)
    await case.act(T1, "start")
    await case.act(T1, "complete", work_done="保洁", billed="100.00")
    await case.reply("reject", "玻璃没擦")
    await case.becomes("in_service")
    await case.act(T1, "complete", work_done="补擦")
    await eventually(lambda: centre.outside.forms(Charge)[0].billable == Decimal("100.00"))
    await case.reply("dispute", "还是贵")
    await case.told("charge_disputed", "role:cs_supervisor")
    await case.act(SUPERVISOR, "settle_charge", amount="90.00", reason="减收")
    await case.reply("reject", "又脏了")
    await case.becomes("in_service")
    await case.act(T1, "complete", work_done="重做", billed="120.00")
    await eventually(lambda: centre.outside.forms(Charge)[0].billed == Decimal("120.00"))
    assert centre.outside.forms(Charge)[0].billable == Decimal("90.00")


async def test_money_laid_out_for_the_customer_is_not_income(centre: Centre) -> None:
    case = await ordered(centre)
    errand = {"code": "DB-01", "name": "代购药品", "quantity": "1", "unit_price": "60.00", "agency": True}
    await case.act(DESK, "quote", lines=[errand, {**CLEANING, "unit_price": "10.00"}])
    await case.act(DESK, "confirm_quote", signature="FJ-1")
    await case.act(DESK, "start")
    assert await case.refusal_of(DESK, "complete", outlay="55.50") == "receipts_required"
    await case.act(DESK, "complete", work_done="已代购", outlay="55.50", billed="65.50", receipts=["FJ-9"],
                   photos=["FJ-7", "FJ-8"])  # fmt: skip
    await eventually(lambda: centre.outside.forms(Charge)[0].agency == Decimal("55.50"))
    charge = centre.outside.forms(Charge)[0]
    assert (charge.billable, charge.service_fee) == (Decimal("65.50"), Decimal("10.00"))
    await case.recorded("completed")
    facts = next(line for line in centre.outside.lines if line.event == "completed").facts
    assert (facts["photos"], facts["receipts"]) == ("FJ-7、FJ-8", "FJ-9")


async def test_cancelling_is_free_until_two_hours_before_and_then_costs_what_was_agreed(centre: Centre) -> None:
    policy = ServicePolicy(late_cancellation_fee=Decimal("30.00"))
    early = await booked(centre, appointment="04-14 15:00", policy=policy)
    await early.act(DESK, "cancel", reason="改天", fee_agreed=True)
    await early.becomes("closed")
    await eventually(lambda: fees(centre) == ["0.00"])
    late = await booked(centre, appointment="04-14 15:00", policy=policy)
    await late.wait_until("04-14 13:30")
    await late.act(DESK, "cancel", reason="改天", fee_agreed=True)
    await eventually(lambda: fees(centre) == ["0.00", "30.00"])
    unagreed = await booked(centre, appointment="04-14 15:00", policy=policy)
    await unagreed.wait_until("04-14 13:30")
    await unagreed.reply("cancel", "改天")
    await eventually(lambda: fees(centre) == ["0.00", "30.00", "0.00"])


def fees(centre: Centre) -> list[str]:
    return [line.facts["fee"] for line in centre.outside.lines if line.event == "cancelled"]


async def test_a_performer_who_does_not_come_is_late_and_a_new_appointment_is_told(centre: Centre) -> None:
    case = await booked(centre, appointment="04-14 15:00")
    await case.wait_until("04-14 14:55:05")
    await case.told("clock_breached", "role:cs_supervisor")
    assert await case.refusal_of(DESK, "book", appointment_at=at("04-14 10:00")) == "appointment_in_past"
    await case.act(DESK, "book", appointment_at=at("04-15 10:00"), reason="师傅有事")
    await case.told("service_booked", "customer", "staff:T001")


async def test_work_that_is_refused_is_done_again(centre: Centre) -> None:
    case = await done(centre)
    await case.reply("reject", "玻璃没擦")
    await case.becomes("in_service")
    await case.told("rework_ordered", "staff:T001")
    await case.act(T1, "complete", work_done="补擦玻璃")
    await case.act(T1, "sign", signature="FJ-2")
    await case.becomes("closed")
    await eventually(lambda: centre.outside.forms(ServiceRecord)[0].reworks == 1)
    assert [request.round for request in centre.outside.selections_asked] == [1, 2]


async def test_it_is_revisited_like_a_repair_and_done_again_when_the_customer_is_not_content(centre: Centre) -> None:
    centre.outside.selection = RevisitSelection(selected=True, rule="svc", position=1, due_at=at("05-15 00:00"))
    case = await done(centre)
    await case.recorded("selected_for_revisit")
    revisit = f"HF-{case.number[3:]}"
    await case.act(T1, "sign", signature="FJ-2")
    assert await case.state() == "posted"
    assert centre.outside.selections_asked[0].barred == ("T001",)
    await case.hear(CaseWord.REVISIT_DISSATISFIED, revisit, rectify_by="2026-04-16")
    await case.becomes("in_service")
    await case.act(T1, "complete", work_done="重做")
    await eventually(lambda: [word.word for word in centre.outside.words] == ["rectified"])
    await case.act(T1, "sign", signature="FJ-3")
    await case.hear(CaseWord.REVISIT_OVER, revisit, result="satisfied")
    await case.becomes("closed")
    signed = [line.facts["signature"] for line in centre.outside.lines if line.event == "signed"]
    assert signed == ["FJ-2", "FJ-3"], "the form has the last one only"


async def test_a_low_rating_has_it_revisited_whatever_the_quota(centre: Centre) -> None:
    case = await done(centre)
    await case.recorded("completed")
    await case.act(T1, "sign", signature="FJ-2", rating=2)
    await eventually(lambda: [request.mandatory for request in centre.outside.selections_asked] == ["", "low_rating"])


async def test_closed_it_can_be_done_again_for_seven_days(centre: Centre) -> None:
    centre.outside.selection = RevisitSelection(rule="svc")
    case = await done(centre)
    await case.act(T1, "sign", signature="FJ-2")
    await case.becomes("closed")
    await case.wait_until("04-20 12:00")
    await case.act(DESK, "reject_work", reason="沙发没洗干净")
    assert await case.state() == "in_service"
    await case.act(T1, "complete", work_done="重洗")
    await case.act(T1, "sign", signature="FJ-3")
    await case.recorded("selected_for_revisit")
    await case.hear(CaseWord.REVISIT_OVER, f"HF-{case.number[3:]}", result="satisfied")
    await case.becomes("closed")
    await case.skipper.fast_forward(case.handle, at("04-28 00:01") - (await case.view()).now)
    await case.handle.result()


async def test_what_a_technician_may_do_to_anothers_order_is_nothing(centre: Centre) -> None:
    case = await booked(centre)
    assert await case.refusal_of(technician("T002"), "start") == "not_the_assignee"
    assert await case.refusal_of(DESK, "assign", performer=" ") == "performer_required"
    assert await case.refusal_of(SUPERVISOR, "move_deadline", clock="none", due_at=at("05-01 10:00")) == "unknown_clock"
