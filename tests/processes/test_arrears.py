"""An account's arrears on their days of 2026 (docs/domain/arrears.md)."""

from datetime import date

import pytest

from tests.processes.case_under_test import CaseUnderTest, eventually
from tests.processes.centre import SITE_MANAGER, SUPERVISOR, Centre
from tests.processes.fee_cases import ACCOUNT, CASHIER, STEWARD, open_arrears
from tests.processes.outside_ledger import bill
from workflows.messages import dunning
from workflows.messages.arrears import ListedBill
from workflows.messages.passing_on import CaseWord

Q2 = f"{ACCOUNT}/2026Q2"
PARKING = f"{ACCOUNT}/202604-parking-1"


def sheets(centre: Centre) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sheets that were issued: the day, and the bills with their stages."""
    return [
        (f"{request.on_day:%m-%d}", [(line.bill, line.stage.value) for line in request.lines])
        for request in centre.outside.ledger.of(dunning.SheetRequest)
    ]


def issued_on(centre: Centre) -> list[str]:
    return [day for day, _ in sheets(centre)]


async def sealed(case: CaseUnderTest, number: str) -> None:
    await case.act(SITE_MANAGER, "seal", number=number, copies=1)
    await eventually(lambda: case.outside.events_of(case.number).count("sealed") >= int(number[-1]))


async def delivered(case: CaseUnderTest, on_day: str, times: int = 1) -> None:
    await case.act(STEWARD, "deliver", received_on=f"2026-{on_day}")
    await eventually(lambda: case.outside.events_of(case.number).count("delivered") >= times)


@pytest.fixture
async def arrears(centre: Centre) -> CaseUnderTest:
    """The second quarter's 751.80, listed on 04-13, its first sheet issued."""
    centre.outside.ledger.bills = (bill(Q2, "04-10", "751.80", "1.13"),)
    case = await open_arrears(centre)
    await case.recorded("sheet_issued")
    return case


async def test_dun_01_each_notice_follows_the_working_day_after_the_last_ones_deadline(centre: Centre, arrears):
    assert sheets(centre) == [("04-13", [(Q2, "first")])]
    await sealed(arrears, "YY-1")
    await arrears.wait_until("04-17 15:00")
    await delivered(arrears, "04-17")
    await arrears.wait_until("04-28 08:00")
    assert issued_on(centre) == ["04-13"]
    await arrears.wait_until("04-28 08:31")
    await eventually(lambda: issued_on(centre) == ["04-13", "04-28"])
    assert (await arrears.becomes("second")).level == "second"
    await sealed(arrears, "YY-2")
    await delivered(arrears, "04-28", times=2)
    await arrears.wait_until("05-09 08:31")
    await eventually(lambda: issued_on(centre) == ["04-13", "04-28", "05-09"])
    await arrears.becomes("final")
    await sealed(arrears, "YY-3")
    await delivered(arrears, "05-09", times=3)
    await arrears.wait_until("05-20 08:31")
    await arrears.becomes("other_means")
    await arrears.told("arrears_means_due", "role:site_manager")
    assert [one for one in centre.outside.told("dunning_reminder") if one == "customer"] == ["customer"] * 3


async def test_dun_05_a_payment_on_the_last_evening_stops_the_ladder(centre: Centre, arrears):
    await sealed(arrears, "YY-1")
    await arrears.wait_until("04-17 15:00")
    await delivered(arrears, "04-17")
    await arrears.wait_until("04-27 20:00")
    centre.outside.ledger.bills = ()
    await arrears.hear(CaseWord.LEDGER_MOVED, "", account=ACCOUNT)
    assert (await arrears.handle.result()).state == "settled"
    assert issued_on(centre) == ["04-13"]
    assert centre.outside.told("arrears_settled") == ["customer"]
    assert [request.case for request in centre.outside.ledger.of(dunning.ClosingRequest)] == [arrears.number]


async def test_a_payment_of_which_no_word_came_stops_the_ladder_too(centre: Centre, arrears):
    await sealed(arrears, "YY-1")
    await arrears.wait_until("04-17 15:00")
    await delivered(arrears, "04-17")
    centre.outside.ledger.bills = ()
    await arrears.wait_until("04-28 08:31")
    assert (await arrears.handle.result()).state == "settled"
    assert issued_on(centre) == ["04-13"]


async def test_dun_06_a_notice_that_bounced_starts_no_clock(centre: Centre, arrears):
    await sealed(arrears, "YY-1")
    await arrears.wait_until("04-18 10:00")
    await arrears.act(STEWARD, "bounce", reason="EMS 退回")
    await eventually(lambda: centre.outside.told("dunning_bounced") == ["role:steward"])
    await arrears.wait_until("04-22 16:00")
    await delivered(arrears, "04-22")
    await arrears.wait_until("05-07 08:00")
    assert issued_on(centre) == ["04-13"]
    await arrears.wait_until("05-07 08:31")
    await eventually(lambda: issued_on(centre) == ["04-13", "05-07"])


async def test_dun_07_only_the_disputed_part_rests(centre: Centre, arrears):
    ledger = centre.outside.ledger
    ledger.bills = (*ledger.bills, bill(PARKING, "04-10", "300.00"))
    await arrears.hear(CaseWord.BILLS_OVERDUE, "", **{PARKING: "2026-04-10 2026-04-20"})
    await arrears.recorded("bills_added")
    await arrears.wait_until("04-15 10:00")
    await eventually(lambda: PARKING in [line[0] for _, lines in sheets(centre) for line in lines])
    await arrears.act(SUPERVISOR, "dispute", parts=[{"bill": PARKING, "amount": "300.00"}], reason="车位被占")
    await arrears.recorded("disputed")
    clock = next(one for one in (await arrears.view()).clocks if one.name == "dispute_answer")
    assert f"{clock.due_at:%m-%d %H:%M}" == "04-23 00:00"  # 24:00 of 04-22
    await sealed(arrears, "YY-1")
    await sealed(arrears, "YY-2")
    await arrears.wait_until("04-17 15:00")
    await delivered(arrears, "04-17")
    await delivered(arrears, "04-17", times=2)
    await arrears.wait_until("04-28 08:31")
    await eventually(lambda: sheets(centre)[-1] == ("04-28", [(Q2, "second")]))
    await arrears.act(SUPERVISOR, "settle_dispute", upheld=True, answer="车位确被占用,不收")
    await arrears.recorded("dispute_settled")
    await arrears.told("arrears_dispute_answered", "customer")


async def test_dun_08_a_forbidden_lever_cannot_be_chosen(centre: Centre, arrears):
    for number, on_day in ((1, "04-17"), (2, "04-28"), (3, "05-09")):
        await sealed(arrears, f"YY-{number}")
        if number == 1:
            await arrears.wait_until("04-17 15:00")
        await delivered(arrears, on_day, times=number)
        following = {1: "04-28 08:31", 2: "05-09 08:31", 3: "05-20 08:31"}[number]
        await arrears.wait_until(following)
        if number < 3:
            await eventually(lambda number=number: len(sheets(centre)) == number + 1)
    await arrears.becomes("other_means")
    for lever in ("access_card", "water"):
        assert await arrears.refusal_of(SITE_MANAGER, "choose_means", means=lever) == "forbidden_lever"
    assert await arrears.refusal_of(SITE_MANAGER, "choose_means", means="black_magic") == "unknown_means"
    assert await arrears.refusal_of(STEWARD, "choose_means", means="lawsuit") == "not_allowed_for_role"
    await arrears.act(SITE_MANAGER, "choose_means", means="lawyer_letter", reason="三次催款无果")
    await arrears.recorded("means_chosen")


async def test_dun_11_a_notice_that_is_not_handed_out_is_told_and_starts_no_clock(centre: Centre, arrears):
    await sealed(arrears, "YY-1")
    await arrears.wait_until("04-21 00:01")
    await eventually(lambda: "role:cs_supervisor" in centre.outside.told("clock_breached"))
    assert not (await arrears.view()).breached  # it is no promise to the customer
    await arrears.wait_until("05-15 09:00")
    assert issued_on(centre) == ["04-13"]


async def test_dun_13_a_notice_without_its_seal_is_not_released(centre: Centre, arrears):
    assert await arrears.refusal_of(STEWARD, "deliver", received_on="2026-04-13") == "seal_missing"
    assert await arrears.refusal_of(STEWARD, "bounce", reason="不在家") == "seal_missing"
    assert await arrears.refusal_of(CASHIER, "seal", number="YY-1") == "not_allowed_for_role"
    assert centre.outside.told("dunning_to_deliver") == []
    await sealed(arrears, "YY-1")
    await arrears.told("dunning_to_deliver", "role:steward")


async def test_a_number_of_the_seals_register_is_used_once(centre: Centre, arrears):
    centre.outside.ledger.seals.add("YY-0")
    await arrears.act(SITE_MANAGER, "seal", number="YY-0", copies=1)
    await arrears.recorded("seal_refused")
    assert await arrears.refusal_of(STEWARD, "deliver", received_on="2026-04-13") == "seal_missing"


async def test_dun_15_an_interim_bill_has_its_own_days(centre: Centre):
    interim = f"{ACCOUNT}/2026Q1-L"
    centre.outside.ledger.bills = (bill(interim, "02-24", "205.85"),)
    case = await open_arrears(
        centre,
        ListedBill(bill=interim, due_on=date(2026, 2, 24), distribute_by=date(2026, 3, 6)),
        received="02-25 08:00",
    )
    await case.recorded("sheet_issued")
    clock = next(one for one in (await case.view()).clocks if one.name == "distribution")
    assert f"{clock.due_at:%m-%d %H:%M}" == "03-07 00:00"
    assert issued_on(centre) == ["02-25"]


async def test_dun_03_a_deadline_in_the_holidays_is_rolled(centre: Centre):
    centre.outside.ledger.bills = (bill(Q2, "01-12", "751.80"),)
    case = await open_arrears(
        centre, ListedBill(bill=Q2, due_on=date(2026, 1, 12), distribute_by=date(2026, 1, 20)), received="02-06 08:30"
    )
    await case.recorded("sheet_issued")
    await sealed(case, "YY-1")
    await delivered(case, "02-06")
    await case.wait_until("02-25 08:00")
    assert issued_on(centre) == ["02-06"]
    await case.wait_until("02-25 08:31")
    await eventually(lambda: issued_on(centre) == ["02-06", "02-25"])


async def test_a_receipt_lies_between_the_issue_and_today(centre: Centre, arrears):
    await sealed(arrears, "YY-1")
    for wrong in ("2026-04-12", "2026-05-01"):
        assert await arrears.refusal_of(STEWARD, "deliver", received_on=wrong) == "invalid_day"
    refused = await arrears.refusal_of(STEWARD, "deliver", received_on="2026-04-13", how="door")
    assert refused == "evidence_missing"
    posted = {"received_on": "2026-04-13", "how": "door", "photos": ["FJ-1", "FJ-2"], "witness": "保安王某"}
    await arrears.act(STEWARD, "deliver", **posted)
    await arrears.recorded("delivered")
    line = next(line for line in centre.outside.lines if line.event == "delivered")
    assert (line.facts["photos"], line.reason) == ("FJ-1、FJ-2", "见证人 保安王某")


async def test_instalments_suspend_dunning_until_one_is_missed(centre: Centre, arrears):
    await sealed(arrears, "YY-1")
    await delivered(arrears, "04-13")
    plan = [{"due_on": "2026-05-10", "amount": "300.00"}, {"due_on": "2026-06-10", "amount": "451.80"}]
    assert await arrears.refusal_of(SUPERVISOR, "agree_instalments", plan=plan[:1]) == "invalid_plan"
    await arrears.act(SUPERVISOR, "agree_instalments", plan=plan)
    await arrears.becomes("instalments")
    await arrears.wait_until("05-09 12:00")
    centre.outside.ledger.bills = (bill(Q2, "04-10", "451.80", "5.00"),)
    await arrears.hear(CaseWord.LEDGER_MOVED, "", account=ACCOUNT)
    await arrears.wait_until("05-12 00:00")
    assert await arrears.state() == "instalments"
    assert issued_on(centre) == ["04-13"]
    await arrears.wait_until("06-11 08:31")
    await arrears.recorded("instalment_missed")
    await eventually(lambda: issued_on(centre) == ["04-13", "06-11"])
    await arrears.becomes("second")


async def test_a_reversed_payment_puts_the_bill_back_where_it_was(centre: Centre, arrears):
    ledger = centre.outside.ledger
    ledger.bills = (*ledger.bills, bill(PARKING, "04-10", "300.00"))
    await arrears.hear(CaseWord.BILLS_OVERDUE, "", **{PARKING: "2026-04-10 2026-04-20"})
    await sealed(arrears, "YY-1")
    await arrears.wait_until("04-17 15:00")
    await arrears.act(STEWARD, "deliver", received_on="2026-04-17", sheet="CK-2026-000001")
    paid, ledger.bills = ledger.bills, ledger.bills[1:]
    await arrears.hear(CaseWord.LEDGER_MOVED, "", account=ACCOUNT)
    await arrears.wait_until("04-22 12:00")
    ledger.bills = paid
    await arrears.hear(CaseWord.LEDGER_MOVED, "", account=ACCOUNT)
    await arrears.wait_until("04-28 08:31")
    await eventually(lambda: (Q2, "second") in sheets(centre)[-1][1])


async def test_a_customers_dispute_by_message_goes_to_the_supervisor(centre: Centre, arrears):
    await arrears.reply("dispute", "我没有车位")
    await arrears.told("customer_replied", "role:cs_supervisor")


async def test_with_the_ledger_away_what_was_entered_waits(centre: Centre, arrears):
    await sealed(arrears, "YY-1")
    state = await arrears.act(STEWARD, "deliver", received_on="2026-04-13", message_id="same")
    again = await arrears.act(STEWARD, "deliver", received_on="2026-04-13", message_id="same")
    assert state == again
    await eventually(lambda: len(centre.outside.ledger.of(dunning.DeliveryRequest)) == 1)


async def test_a_bill_paid_before_its_notice_was_delivered_and_reversed_is_demanded_again(centre: Centre, arrears):
    ledger = centre.outside.ledger
    ledger.bills = (*ledger.bills, bill(PARKING, "04-10", "300.00"))
    await arrears.hear(CaseWord.BILLS_OVERDUE, "", **{PARKING: "2026-04-10 2026-04-20"})
    await arrears.wait_until("04-15 10:00")
    await eventually(lambda: len(sheets(centre)) == 2)
    both, ledger.bills = ledger.bills, ledger.bills[1:]
    await arrears.hear(CaseWord.LEDGER_MOVED, "", account=ACCOUNT)
    await arrears.comes_to_rest()
    ledger.bills = both
    await arrears.hear(CaseWord.LEDGER_MOVED, "", account=ACCOUNT)
    await arrears.comes_to_rest()
    await arrears.wait_until("04-30 12:00")
    refused = await arrears.refusal_of(STEWARD, "deliver", received_on="2026-04-15", sheet="CK-2026-000001")
    assert refused == "unknown_sheet"
    assert Q2 in [name for _, lines in sheets(centre)[2:] for name, _ in lines], sheets(centre)


async def test_a_new_bill_does_not_break_a_plan_that_is_kept(centre: Centre, arrears):
    ledger = centre.outside.ledger
    await sealed(arrears, "YY-1")
    await delivered(arrears, "04-13")
    plan = [{"due_on": "2026-05-10", "amount": "300.00"}, {"due_on": "2026-06-10", "amount": "451.80"}]
    await arrears.act(SUPERVISOR, "agree_instalments", plan=plan)
    await arrears.wait_until("05-09 12:00")
    ledger.bills = (bill(Q2, "04-10", "451.80", "5.00"), bill(PARKING, "05-08", "300.00"))
    await arrears.hear(CaseWord.BILLS_OVERDUE, "", **{PARKING: "2026-05-08 2026-05-18"})
    await arrears.wait_until("05-12 10:00")
    assert "instalment_missed" not in arrears.outside.events_of(arrears.number)
