"""POST delivery receipts 送达回执: a gateway tells what became of the messages of its own community."""

from collections.abc import AsyncIterator

import pytest

from activities.connections.settings import Settings, Webhook
from starters.intake_api.delivery_receipts import DeliveryReceiptBody
from tests.intake_api.conftest import ELSEWHERE, HOME, Api, serving, until
from tests.intake_api.signing import signed
from tests.notifications.conftest import http_peer
from tests.notifications.peers import SECRET, HttpPeer, rows

__all__ = ["http_peer"]
NEIGHBOURS_SECRET = "whsec_" + "bmVpZ2hib3Vycy1zZWNyZXQtMDEyMzQ1Njc4OTAx"
RECEIPTS = "/v1/webhooks/delivery-receipts/"


@pytest.fixture
def gateway(http_peer) -> HttpPeer:
    return http_peer(200)


@pytest.fixture
def settings(settings: Settings, gateway: HttpPeer) -> Settings:
    here, elsewhere = (Webhook(url=gateway.url, secret=secret) for secret in (SECRET, NEIGHBOURS_SECRET))
    order = ("webhook", "inbox")
    return settings.model_copy(update={"webhook": {HOME: here, ELSEWHERE: elsewhere}, "notification_order": order})


@pytest.fixture
async def api(settings, keyring, sample, client) -> AsyncIterator[Api]:
    async with serving(settings, keyring, sample, client) as served:
        yield served


async def told(api: Api, gateway: HttpPeer) -> str:
    """Let a customer be told that the repair is accepted; the message's id at the gateway."""
    answer = await api.report(channel="phone", reporter={"name": "甲", "phone": "+8613900000000"})
    number = answer.json()["number"]
    await api.act(number, "accept")

    async def mine() -> list[str]:
        return [row["provider_id"] for row in rows(api.database) if row["case"] == number and of_customer(row)]

    def of_customer(row) -> bool:
        return row["recipient"] == "customer" and row["status"] == "accepted"

    await until(mine)
    return (await mine())[0]


def standing(api: Api, message: str) -> list[str]:
    return [row["status"] for row in rows(api.database) if row["provider_id"] == message]


async def test_what_the_gateway_says_is_on_record_and_a_failure_becomes_a_task(api: Api, workers, gateway):
    message = await told(api, gateway)
    for _ in range(3):
        request = signed(SECRET, {"message": message, "status": "failed"})
        answer = await api.http.post(RECEIPTS + HOME, **request)
        assert (answer.status_code, answer.json()) == (200, {"message": message})
    assert standing(api, message) == ["failed"]
    failed = next(row for row in rows(api.database) if row["provider_id"] == message)
    tasks = [row for row in rows(api.database) if row["channel"] == "inbox" and row["event"] == failed["event"]]
    assert len([task for task in tasks if task["recipient"] == "customer"]) == 1
    await api.http.post(RECEIPTS + HOME, **signed(SECRET, {"message": message, "status": "delivered"}))
    assert standing(api, message) == ["delivered"]


async def test_a_gateway_speaks_of_its_own_community_only(api: Api, workers, gateway):
    message = await told(api, gateway)
    body = {"message": message, "status": "failed"}
    forged = await api.http.post(RECEIPTS + HOME, **signed(NEIGHBOURS_SECRET, body))
    astray = await api.http.post(RECEIPTS + ELSEWHERE, **signed(NEIGHBOURS_SECRET, body))
    nowhere = await api.http.post(RECEIPTS + "NONE", **signed(SECRET, body))
    assert [answer.json()["code"] for answer in (forged, astray, nowhere)] == [
        "invalid_signature", "unknown_delivery", "invalid_signature",
    ]  # fmt: skip
    assert standing(api, message) == ["accepted"]


@pytest.mark.parametrize("body", [{}, {"message": "m", "status": "read"}, {"message": "", "status": "failed"}])
async def test_a_signed_message_that_is_no_receipt_is_refused_by_field(api: Api, body):
    answer = await api.http.post(RECEIPTS + HOME, **signed(SECRET, body))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert {error["field"].removeprefix("body.") for error in answer.json()["errors"]} <= set(
        DeliveryReceiptBody.model_fields
    )


async def test_a_notice_that_was_overheard_is_no_receipt(api: Api, workers, gateway):
    """Both are signed with one secret: what we post cannot be posted back as the gateway's word."""
    await told(api, gateway)
    headers, content = gateway.requests[0]
    kept = {name: value for name, value in headers.items() if name.startswith("webhook-")}
    answer = await api.http.post(RECEIPTS + HOME, content=content, headers=kept)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
