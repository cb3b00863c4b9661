"""The cash desk over HTTP: who may do what, four eyes by two tokens, a day from the shift to the slip."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from activities.connections.database import Database
from activities.records.community_tables import Post, Staff
from activities.records.sealing import seal_columns
from tests.intake_api.conftest import HOME, Api
from workflows.messages.people import Role

BILLING = f"/v1/communities/{HOME}/billing"
CASHIER: dict[str, Any] = {"role": Role.CASHIER, "staff": "C001"}
FINANCE: dict[str, Any] = {"role": Role.FINANCE, "staff": "F001"}
SUPERVISOR: dict[str, Any] = {"role": Role.CS_SUPERVISOR, "staff": "S001"}
ATTENDANT: dict[str, Any] = {"role": Role.PARKING_ATTENDANT, "staff": "V001"}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> str:
    return f"{datetime.now(SHANGHAI):%Y-%m-%d}"


def paid_in(amount: str, reference: str = "HD-1") -> dict[str, str]:
    at = (datetime.now(UTC) - timedelta(seconds=1)).astimezone(SHANGHAI)
    return {"reference": reference, "at": at.isoformat(), "amount": amount}


async def income(api: Api, code: str = "JY-01", quantity: str = "1", key: str = "", **more: Any) -> Any:
    body = {"code": code, "quantity": quantity, "method": "cash", **more}
    return await api.post(f"{BILLING}/incomes", body, key=key, **CASHIER)


async def refusal(api: Api, path: str, body: dict[str, Any], whose: dict[str, Any]) -> str:
    """The code with which a request is refused."""
    answer = await api.post(f"{BILLING}/{path}", body, **whose)
    assert answer.status_code >= 400, answer.text
    return answer.json()["code"]


@pytest.fixture
def attended(sample: Database) -> Database:
    """The sample with a parking attendant."""
    with sample.begin() as connection:
        named = seal_columns(sample.personal, Staff, {"community": HOME, "code": "V001", "name": "车管员"})
        connection.execute(insert(Staff).values(named))
        since = datetime.now(SHANGHAI).date() - timedelta(days=9)
        connection.execute(insert(Post).values(community=HOME, staff="V001", role=Role.PARKING_ATTENDANT, since=since))
    return sample


@pytest.fixture
async def desk(api: Api) -> Api:
    """The cashier's shift is open."""
    await api.post(f"{BILLING}/shifts", {}, **CASHIER)
    return api


async def test_a_difference_is_approved_by_another_persons_own_token_and_then_the_day_is_closed(desk: Api):
    await income(desk)
    (shift,) = (await desk.get(f"{BILLING}/days/{today()}", **FINANCE)).json()["shifts"]
    path, body = f"shifts/{shift['shift']}", {"counted": {"cash": "190.00"}}
    assert await refusal(desk, f"{path}/count", body, CASHIER) == "slip_reason_required"
    counted = (await desk.post(f"{BILLING}/{path}/count", {**body, "reason": "找零有误"}, **CASHIER)).json()
    assert (counted["awaits_approval"], counted["counts"][0]["variance"]) == (True, "-10.00")
    # the cashier can name nobody, and has no right to approve
    assert await refusal(desk, f"{path}/approval", {}, CASHIER) == "not_allowed_for_role"
    assert await refusal(desk, f"{path}/approval", {}, FINANCE) == "beyond_authority"
    assert await refusal(desk, f"{path}/approval", {}, {"role": Role.CS_SUPERVISOR}) == "not_allowed_for_role"

    approved = (await desk.post(f"{BILLING}/{path}/approval", {}, **SUPERVISOR)).json()
    assert (approved["awaits_approval"], approved["closed_at"] is not None) == (False, True)
    closing = f"days/{today()}/closing"
    assert await refusal(desk, closing, {"deposit": paid_in("200.00")}, CASHIER) == "not_all_banked"
    slip = (await desk.post(f"{BILLING}/{closing}", {"deposit": paid_in("190.00")}, **CASHIER)).json()
    assert (slip["cash"], slip["destination"]) == ("190.00", "bank")
    assert (await desk.post(f"{BILLING}/{closing}", {}, **CASHIER)).json() == slip
    assert (await desk.get(f"{BILLING}/days/{today()}", **FINANCE)).json()["slips"] == [slip]


async def test_a_receipt_is_void_by_the_supervisors_own_token(desk: Api):
    payment = (await income(desk)).json()["payment"]
    book = {"code": "SJ-01", "first": 1234, "last": 1299, "holder": "C001"}
    assert await refusal(desk, "receipt-books", {**book, "holder": "S001"}, SUPERVISOR) == "unknown_staff"
    for _ in range(2):
        assert (await desk.post(f"{BILLING}/receipt-books", book, **SUPERVISOR)).status_code == 200
    issued = await desk.post(f"{BILLING}/receipts", {"payment": payment, "amount": "200.00"}, **CASHIER)
    assert issued.json() == {"number": 1234, "printed": "0001234"}

    assert await refusal(desk, "receipts/1234/void", {}, SUPERVISOR) == "not_asked_for"
    asking = {"reason": "户名写错", "copies_kept": True}
    asked = await desk.post(f"{BILLING}/receipts/1234/cancellation", asking, **CASHIER)
    assert asked.json()["state"] == "issued"
    assert await refusal(desk, "receipts/1234/void", {}, CASHIER) == "not_allowed_for_role"
    done = (await desk.post(f"{BILLING}/receipts/1234/void", {}, **SUPERVISOR)).json()
    assert done == {"number": 1234, "state": "void", "red": None, "reissued": 1235}
    assert (await desk.post(f"{BILLING}/receipts/1235/lost", {}, **CASHIER)).json() == {"number": 1235}
    (stands,) = (await desk.get(f"{BILLING}/receipt-books?month={today()[:7]}", **FINANCE)).json()
    assert (stands["used"], stands["void"], stands["unused_from"], stands["missing"]) == ([1235], [1234], 1236, [])


async def test_the_attendant_hands_in_and_the_cashier_checks(attended: Database, desk: Api):
    body = {"day": today(), "tickets": 373, "due": "1865.00", "received": "1845.00", "free_passes": 3}
    handed = await desk.post(f"{BILLING}/parking", body, **ATTENDANT)
    assert (handed.json()["attendant"], handed.json()["checked_by"]) == ("V001", "")
    assert await refusal(desk, "parking", {**body, "attendant": "V002"}, ATTENDANT) == "unknown_staff"

    checked = (await desk.post(f"{BILLING}/parking", {**body, "attendant": "V001"}, **CASHIER)).json()
    assert (checked["shortage"], checked["rate"], checked["target_met"]) == ("20.00", "0.9893", False)
    assert (await desk.get(f"{BILLING}/days/{today()}", **FINANCE)).json()["parking"] == [checked]


async def test_an_income_is_taken_once_by_its_key_and_only_by_the_list(desk: Api):
    first = await income(desk, key="income-0001")
    again = await income(desk, key="income-0001")
    assert (first.status_code, again.json()) == (201, first.json())
    assert (await income(desk, quantity="2", key="income-0001")).json()["code"] == "idempotency_key_reused"
    assert (await income(desk, "XX-99")).json()["code"] == "unknown_price_item"
    assert (await income(desk, "BJ-01")).json()["code"] == "charged_by_case"


async def test_an_income_that_was_entered_wrongly_is_reversed_by_another_person_who_says_why(desk: Api):
    payment = (await income(desk)).json()["payment"]
    path = f"payments/{payment}/reversal"
    assert await refusal(desk, path, {"reason": "录错"}, CASHIER) == "not_allowed_for_role"
    assert await refusal(desk, path, {}, SUPERVISOR) == "reason_required"
    done = await desk.post(f"{BILLING}/{path}", {"reason": "录错项目"}, **SUPERVISOR)
    assert (done.status_code, done.json()) == (200, {"account": ""})


async def test_agency_money_is_paid_out_by_finance_up_to_what_came_in(desk: Api):
    await income(desk, "DB-90", "68.50")
    path = "agency/DB-90/payouts"
    assert await refusal(desk, path, {"amount": "68.50"}, SUPERVISOR) == "beyond_authority"
    assert await refusal(desk, path, {"amount": "68.51"}, FINANCE) == "agency_exceeded"
    paid, again = [
        await desk.post(f"{BILLING}/{path}", {"amount": "68.50"}, key="payout-0001", **FINANCE) for _ in "12"
    ]
    assert (paid.status_code, again.json()) == (201, paid.json())


async def test_the_services_list_is_empty_where_there_are_none(desk: Api):
    answer = await desk.get(f"{BILLING}/services?month=2026-04", **FINANCE)
    assert answer.json() == {"jobs": [], "not_handed_in": []}
    assert await refusal(desk, "services/BX-22222-22222/handed-in", {}, CASHIER) == "nothing_to_hand_in"


async def test_a_slip_that_there_is_not_is_neither_received_nor_banked(desk: Api):
    assert await refusal(desk, "slips/JK-2026-000099/received", {}, FINANCE) == "unknown_slip"
    assert await refusal(desk, "slips/JK-2026-000099/banked", paid_in("1.00"), FINANCE) == "unknown_slip"
