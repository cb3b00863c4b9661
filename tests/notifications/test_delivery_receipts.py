"""Delivery receipts 送达回执."""

from activities.connections.database import Database
from activities.notifications.channels import Answer
from activities.notifications.claims import NotificationStatus, claim, store_answer
from activities.notifications.delivery_receipts import DeliveryStatus, record_receipt
from activities.notifications.signed_webhook import SignedWebhook
from tests.notifications.peers import COMMUNITY, OTHER, SmtpPeer, notice, rows, settings, standing, telling
from workflows.messages.notices import NoticeEvent, to_staff


def handed_over(community: Database, gateway) -> str:
    telling(community, webhook=gateway).notify(notice())
    return gateway.requests[0][0]["webhook-id"]


def test_a_receipt_says_that_a_message_arrived_however_often_it_comes(community: Database, http_peer):
    message = handed_over(community, http_peer(200))
    for _ in range(2):
        assert record_receipt(community, COMMUNITY, message, DeliveryStatus.DELIVERED)
    assert record_receipt(community, COMMUNITY, message, DeliveryStatus.FAILED)
    assert standing(community) == [("webhook", "delivered")]


def test_a_message_reported_as_undeliverable_becomes_one_task_with_its_text(community: Database, http_peer):
    message = handed_over(community, http_peer(200))
    for _ in range(2):
        assert record_receipt(community, COMMUNITY, message, DeliveryStatus.FAILED)
    assert standing(community) == [("webhook", "failed"), ("inbox", "accepted")]
    task = rows(community)[1]
    assert (task["staff"], task["recipient"]) == ("G001", "customer")
    assert "A-1-101的报修已受理" in task["body"]
    assert record_receipt(community, COMMUNITY, message, DeliveryStatus.DELIVERED)
    assert standing(community)[0] == ("webhook", "delivered")


def test_a_receipt_settles_a_mail_whose_answer_was_lost(community: Database, smtp_peer: SmtpPeer):
    smtp_peer.answers = ["hang up"]
    notifications = telling(community, smtp=smtp_peer)
    told = notice(NoticeEvent.REPAIR_OFFERED, to_staff("T001"))
    notifications.notify(told)
    assert record_receipt(community, COMMUNITY, rows(community)[0]["provider_id"], DeliveryStatus.DELIVERED)
    assert notifications.notify(told).status == "delivered"


def test_a_receipt_that_comes_before_the_providers_answer_is_kept(community: Database, http_peer):
    gateway = SignedWebhook(settings(webhook=http_peer(200)).webhook)
    message = telling(community)._prepared(notice()).by(gateway.name)
    assert claim(community, notice(), message, gateway).mine
    assert record_receipt(community, COMMUNITY, message.id, DeliveryStatus.DELIVERED)
    stored = store_answer(community, notice(), gateway.name, NotificationStatus.ACCEPTED, Answer("http_200"))
    assert stored is NotificationStatus.DELIVERED


def test_a_receipt_for_nothing_we_sent_changes_nothing(community: Database, http_peer):
    handed_over(community, http_peer(200))
    for stranger in ("", "notice_0", "%"):
        assert not record_receipt(community, COMMUNITY, stranger, DeliveryStatus.DELIVERED)
    assert standing(community) == [("webhook", "accepted")]


def test_a_receipt_of_another_community_changes_nothing(community: Database, http_peer):
    message = handed_over(community, http_peer(200))
    assert not record_receipt(community, OTHER, message, DeliveryStatus.FAILED)
    assert standing(community) == [("webhook", "accepted")]
