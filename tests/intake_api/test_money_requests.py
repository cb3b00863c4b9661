"""款项申请单 over HTTP: each signature is its own login (docs/domain/fees.md)."""

from decimal import Decimal

import pytest

from tests.intake_api.conftest import Api
from tests.intake_api.test_fees import ACCOUNT, BILLING, issue
from workflows.messages.people import Role

REQUESTS = f"{BILLING}/requests"


@pytest.fixture
async def prepaid(api: Api, sample) -> Api:
    """The API of a community in which one account has paid 48.20 too much."""
    issue(sample)
    body = {"account": ACCOUNT, "amount": "800.00", "method": "transfer", "bank_reference": "B800"}
    assert (await api.post(f"{BILLING}/payments", body, Role.CASHIER, staff="C001")).status_code == 201
    return api


async def test_a_refund_is_asked_for_signed_by_two_logins_and_booked(prepaid: Api):
    body = {"kind": "refund", "account": ACCOUNT, "amount": "48.20", "reason": "客户要求退还"}
    request = (await prepaid.post(REQUESTS, body, Role.CASHIER, staff="C001")).json()
    assert (request["state"], request["waits_for"]) == ("waiting", ["cs_supervisor", "finance"])
    signature = f"{REQUESTS}/{request['number']}/signature"
    assert (await prepaid.post(signature, {}, Role.CASHIER, staff="C001")).json()["code"] == "not_allowed_for_role"
    assert (await prepaid.post(signature, {"approved": False}, Role.FINANCE, staff="F001")).status_code == 422
    first = (await prepaid.post(signature, {}, Role.CS_SUPERVISOR, staff="S001")).json()
    assert first["waits_for"] == ["finance"]
    waiting = (await prepaid.get(f"{REQUESTS}?state=waiting", Role.FINANCE)).json()
    assert [(one["number"], one["amount"], one["reason"]) for one in waiting] == [
        (request["number"], "48.20", "客户要求退还")
    ]
    done = (await prepaid.post(signature, {"note": "同意"}, Role.FINANCE, staff="F001")).json()
    assert (done["state"], [one["staff"] for one in done["signatures"]]) == ("done", ["S001", "F001"])
    stands = (await prepaid.get(f"{BILLING}/accounts/{ACCOUNT}", Role.FINANCE)).json()
    assert Decimal(stands["prepaid"]) == 0
    assert (await prepaid.get(f"{REQUESTS}/{request['number']}", Role.SITE_MANAGER)).json()["state"] == "done"


async def test_a_token_of_a_system_signs_nothing(prepaid: Api):
    body = {"kind": "refund", "account": ACCOUNT, "amount": "48.20", "reason": "客户要求退还"}
    request = (await prepaid.post(REQUESTS, body, Role.CASHIER, staff="C001")).json()
    answer = await prepaid.post(f"{REQUESTS}/{request['number']}/signature", {}, Role.FINANCE)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed_for_role")


async def test_more_than_is_held_is_refused_when_it_is_asked_for(prepaid: Api):
    body = {"kind": "refund", "account": ACCOUNT, "amount": "48.21", "reason": "客户要求退还"}
    answer = await prepaid.post(REQUESTS, body, Role.CASHIER, staff="C001")
    assert (answer.status_code, answer.json()["code"]) == (409, "more_than_held")
    assert "48.20" in answer.text  # what there is, so that the next request is right


async def test_whoever_asked_takes_his_request_back(prepaid: Api):
    body = {"kind": "credit", "bill": f"{ACCOUNT}/2026Q2", "amount": "10.00", "reason": "服务瑕疵"}
    request = (await prepaid.post(REQUESTS, body, Role.STEWARD, staff="G001")).json()
    path = f"{REQUESTS}/{request['number']}/withdrawal"
    assert (await prepaid.post(path, {}, Role.STEWARD, staff="G002")).json()["code"] == "own_only"
    assert (await prepaid.post(path, {}, Role.STEWARD, staff="G001")).json()["state"] == "withdrawn"


async def test_an_area_is_corrected_over_http_by_three_logins(prepaid: Api):
    """FEE-18: the request names nobody; each signs for himself."""
    body = {
        "kind": "terms", "unit": "1-101", "since": "2026-04-01", "area": "88.90", "price": "2.80", "reason": "复测",
    }  # fmt: skip
    request = (await prepaid.post(REQUESTS, body, Role.CASHIER, staff="C001")).json()
    signature = f"{REQUESTS}/{request['number']}/signature"
    for role, staff in ((Role.FINANCE, "F001"), (Role.CS_SUPERVISOR, "S001")):
        answer = await prepaid.post(signature, {}, role, staff=staff)
        assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "done"


async def test_a_deposit_is_taken_by_the_cashier(prepaid: Api):
    body = {"account": ACCOUNT, "amount": "2000.00", "method": "transfer"}
    taken = await prepaid.post(f"{BILLING}/deposits", body, Role.CASHIER, key="deposit-0001", staff="C001")
    again = await prepaid.post(f"{BILLING}/deposits", body, Role.CASHIER, key="deposit-0001", staff="C001")
    assert (taken.status_code, taken.json()) == (201, again.json())
