"""WeCom robot 企业微信群机器人 and signed webhook 通知网关, to real HTTP servers."""

import json
import logging
import socket
from collections.abc import Callable

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook as Verifier

from activities.connections.settings import Webhook
from activities.notifications.channels import (
    Addressee,
    AnswerLostError,
    OutgoingMessage,
    ProviderBusyError,
    ProviderRefusedError,
)
from activities.notifications.http_delivery import HttpDelivery
from activities.notifications.signed_webhook import SignedWebhook
from activities.notifications.wecom_robot import WecomRobot, shortened
from tests.notifications.peers import AFTERNOON, CASE, COMMUNITY, OTHER, SECRET, HttpPeer
from workflows.messages.notices import NoticeEvent

STAFF = Addressee(key="staff:T001", staff="T001", phone="+8613900000000")
CUSTOMER = Addressee(key="customer", is_customer=True, phone="+8613800000001", language="en")

Peers = Callable[..., HttpPeer]


def message(addressee: Addressee = STAFF, body: str = "请接单") -> OutgoingMessage:
    return OutgoingMessage(
        id="notice_0123",
        case=CASE,
        community=COMMUNITY,
        event=NoticeEvent.REPAIR_OFFERED,
        addressee=addressee,
        subject="新派工",
        body=body,
        at=AFTERNOON,
    )


def robot(peer: HttpPeer | None = None, url: str = "") -> WecomRobot:
    return WecomRobot({COMMUNITY: SecretStr(url or (peer.url if peer else ""))}, HttpDelivery(seconds=0.5))


def gateway(peer: HttpPeer) -> SignedWebhook:
    return SignedWebhook({COMMUNITY: Webhook(url=peer.url, secret=SECRET)}, HttpDelivery(seconds=0.5))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as once:
        return once.getsockname()[1]


# The robot


def test_the_robot_tells_the_group_and_calls_the_technician_by_telephone_number(http_peer: Peers):
    peer = http_peer(200, '{"errcode": 0, "errmsg": "ok"}')
    assert robot(peer).hand_over(message()).code == "wecom_0"
    assert peer.bodies() == [
        {"msgtype": "text", "text": {"content": "新派工\n请接单", "mentioned_mobile_list": [STAFF.phone]}}
    ]


def test_a_robot_serves_staff_of_its_community_and_never_customers(http_peer: Peers):
    wecom = robot(http_peer(200))
    assert wecom.reaches(COMMUNITY, STAFF)
    assert not wecom.reaches(COMMUNITY, CUSTOMER)
    assert not wecom.reaches(OTHER, STAFF)


@pytest.mark.parametrize(
    ("status", "body", "expected", "code"),
    [
        (200, '{"errcode": 93000, "errmsg": "invalid webhook url"}', ProviderRefusedError, "wecom_93000"),
        (200, '{"errcode": 45009, "errmsg": "api freq out of limit"}', ProviderBusyError, "wecom_45009"),
        (200, '{"errcode": -1, "errmsg": "system busy"}', ProviderBusyError, "wecom_-1"),
        (200, "<html>welcome</html>", AnswerLostError, "wecom_unreadable"),
        (200, "[]", AnswerLostError, "wecom_unreadable"),
        (302, "", ProviderRefusedError, "http_302"),
        (404, "", ProviderRefusedError, "http_404"),
        (429, "", ProviderBusyError, "http_429"),
        (502, "", AnswerLostError, "http_502"),
    ],
)
def test_a_robot_is_judged_by_its_error_code_and_doubt_is_not_success(http_peer: Peers, status, body, expected, code):
    with pytest.raises(expected) as raised:
        robot(http_peer(status, body)).hand_over(message())
    assert str(raised.value) == code


def test_a_robot_that_does_not_answer_may_have_spoken(http_peer: Peers):
    peer = http_peer(200)
    peer.answers = ["silence"]
    with pytest.raises(AnswerLostError):
        robot(peer).hand_over(message())


def test_a_robot_that_is_not_there_has_not_spoken_and_its_key_is_nowhere(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ProviderBusyError) as raised:
        robot(url=f"http://127.0.0.1:{closed_port()}/send?key=robot-secret").hand_over(message())
    assert "robot-secret" not in f"{raised.value!r} {caplog.text}"


def test_the_robots_key_is_not_logged_when_it_speaks(http_peer: Peers, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    robot(http_peer(200, '{"errcode": 0}')).hand_over(message())
    assert "robot-secret" not in caplog.text


def test_a_long_text_is_cut_at_a_whole_character_within_the_robots_2048_bytes(http_peer: Peers):
    peer = http_peer(200, '{"errcode": 0}')
    robot(peer).hand_over(message(body="水" * 3000))
    content = peer.bodies()[0]["text"]["content"]
    assert 2040 < len(content.encode()) <= 2048
    assert content.endswith("水…")
    assert shortened("水" * 4, 12) == "水" * 4


# The gateway


def test_the_gateway_can_check_who_signed_and_what_and_whom_to_reach(http_peer: Peers):
    peer = http_peer(204)
    assert gateway(peer).hand_over(message(CUSTOMER)).code == "http_204"
    headers, body = peer.requests[0]
    said = Verifier(SECRET).verify(body, headers)
    assert headers["webhook-id"] == "notice_0123"
    assert said["type"] == "notice.repair_offered"
    assert said["timestamp"] == "2026-04-15T14:30:00+08:00"
    assert said["data"]["recipient"] == {
        "customer": True, "staff": "", "phone": "+8613800000001", "mail": "", "language": "en",
    }  # fmt: skip
    assert (said["data"]["subject"], said["data"]["text"]) == ("新派工", "请接单")


def test_a_notice_that_was_changed_on_the_way_fails_the_check(http_peer: Peers):
    peer = http_peer(200)
    gateway(peer).hand_over(message())
    headers, body = peer.requests[0]
    with pytest.raises(Exception, match="No matching signature"):
        Verifier(SECRET).verify(body.replace("请接单".encode(), "请退单".encode()), headers)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(500, ProviderBusyError), (503, ProviderBusyError), (429, ProviderBusyError), (400, ProviderRefusedError),
     (410, ProviderRefusedError), (301, ProviderRefusedError)],
)  # fmt: skip
def test_only_2xx_means_that_the_gateway_took_it(http_peer: Peers, status: int, expected: type[Exception]):
    with pytest.raises(expected, match=f"http_{status}"):
        gateway(http_peer(status, json.dumps({"ok": True}))).hand_over(message())


def test_a_gateway_that_does_not_answer_may_have_taken_it(http_peer: Peers):
    peer = http_peer(200)
    peer.answers = ["silence"]
    with pytest.raises(AnswerLostError):
        gateway(peer).hand_over(message())


def test_a_gateway_is_asked_only_with_a_number_or_address_to_reach(http_peer: Peers):
    channel = gateway(http_peer(200))
    assert channel.reaches(COMMUNITY, CUSTOMER)
    assert not channel.reaches(COMMUNITY, Addressee(key="customer", is_customer=True))
    assert not channel.reaches(OTHER, CUSTOMER)
