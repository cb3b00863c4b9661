"""The end of a repair 完工、验收、返修、取消; numbers are those of docs/domain/scenarios.md."""

import pytest

from tests.processes.case_under_test import at
from tests.processes.centre import CONTROL_ROOM, DESK, SUPERVISOR, Centre, technician
from workflows.messages.records import RepairRecord
from workflows.messages.repair_policy import RepairPolicy

T1 = technician("T001")


def record_of(centre: Centre) -> RepairRecord:
    return centre.outside.forms(RepairRecord)[-1]


async def test_the_desk_takes_down_the_customers_signature(centre: Centre) -> None:
    case = await centre.completed()
    assert (await case.act(DESK, "verify", signature="FJ-1", rating=5)).state == "verified"
    await case.becomes("closed")
    await case.recorded("closed")
    record = record_of(centre)
    assert (record.verified_how, record.verified_signature, record.rating) == ("signature", "FJ-1", 5)
    assert record.closed_as == "closed"
    verified = next(line for line in centre.outside.lines if line.event == "verified")
    assert verified.facts == {"how": "signature", "signature": "FJ-1"}


async def test_a_technician_brings_the_customers_signature_not_only_word(centre: Centre) -> None:
    case = await centre.completed()
    assert await case.refusal_of(T1, "verify", reason="客户说好了") == "signature_required"
    assert (await case.act(T1, "verify", signature="FJ-1")).state == "verified"


async def test_a_rating_is_of_one_to_five(centre: Centre) -> None:
    case = await centre.completed()
    assert await case.refusal_of(DESK, "verify", rating=6) == "invalid_details"
    await case.reply("rate", "好评", rating=9)
    await case.told("customer_replied", "role:cs_assistant")


async def test_the_desk_takes_down_that_the_customer_does_not_accept_the_work(centre: Centre) -> None:
    case = await centre.completed()
    assert (await case.act(DESK, "reject_work", reason="仍滴水")).state == "in_progress"
    await case.told("rework_ordered", "staff:T001", "role:engineering_lead")
    await case.has_orders("done", "taken")


@pytest.mark.parametrize(
    ("agreed", "fee", "owed"), [(False, "30.00", "0.00"), (True, "30.00", "30.00"), (True, "0.00", "0.00")]
)
async def test_rpr_17_cancelling_after_arrival_costs_the_call_out_fee_only_where_it_was_agreed(
    centre: Centre, agreed: bool, fee: str, owed: str
) -> None:
    case = await centre.in_progress(policy=RepairPolicy.model_validate({"call_out_fee": fee}))
    assert (await case.act(DESK, "cancel", reason="客户改主意", fee_agreed=agreed)).state == "closed"
    await case.recorded("cancelled")
    assert centre.outside.lines[-1].facts == {"fee": owed}
    await case.has_orders("withdrawn")


async def test_rpr_17_cancelling_before_arrival_costs_nothing(centre: Centre) -> None:
    case = await centre.dispatched(policy=RepairPolicy.model_validate({"call_out_fee": "30.00"}))
    await case.act(DESK, "cancel", fee_agreed=True)
    await case.recorded("cancelled")
    assert centre.outside.lines[-1].facts == {}


@pytest.mark.parametrize("by_staff", [True, False])
async def test_a_closed_repair_is_opened_again_by_the_desk_or_the_customer_and_must_be_revisited(
    centre: Centre, by_staff: bool
) -> None:
    case = await centre.completed(received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("closed")
    if by_staff:
        await case.act(DESK, "reopen", reason="又漏了")
    else:
        await case.reply("reject", "又漏了")
    await case.offered_to("T001")
    for action in ("take", "arrive", "complete"):
        await case.act(T1, action)
    await case.recorded("selected_for_revisit")
    assert [request.mandatory for request in centre.outside.selections_asked] == ["", "reopened"]
    assert [request.round for request in centre.outside.selections_asked] == [1, 2]
    assert record_of(centre).reopened == 1


async def test_time_is_counted_anew_for_a_repair_that_is_opened_again(centre: Centre) -> None:
    case = await centre.completed(received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("closed")
    await case.wait_until("05-14 10:00:00")
    await case.act(SUPERVISOR, "reopen", reason="又漏了")
    await case.offered_to("T001")
    await case.act(CONTROL_ROOM, "take")
    await case.act(CONTROL_ROOM, "arrive")
    await case.wait_until("05-14 11:00:00")
    await case.act(CONTROL_ROOM, "complete")
    await case.comes_true(lambda _: (record_of(centre).net_seconds or 0) > 3500, "an hour")
    assert (record_of(centre).net_seconds or 0) <= 3600


async def test_what_staff_do_not_do_within_seven_days_is_too_late(centre: Centre) -> None:
    case = await centre.completed(received="05-12 10:00:00")
    await case.reply("confirm")
    await case.becomes("closed")
    await case.wait_until("05-19 23:59:00")
    assert (await case.act(DESK, "reopen", reason="又漏了")).state == "accepted"


async def test_cancelling_after_the_work_has_been_refused_withdraws_the_new_order_only(centre: Centre) -> None:
    case = await centre.completed()
    await case.act(DESK, "reject_work", reason="仍滴水")
    await case.act(DESK, "cancel", reason="客户另请他人")
    await case.has_orders("done", "withdrawn")
    assert at("05-12 10:00") < (await case.view()).now
