"""Notify 通知: the first channel that takes it, each at most once, and a person where nobody knows."""

import pytest
from sqlalchemy import update
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.notifications.notify import ATTEMPTS_BY_A_CHANNEL
from activities.records.case_tables import Notification
from tests.at_once import at_once
from tests.notifications.peers import (
    CASE,
    CUSTOMER_MAIL,
    SmtpPeer,
    add_case,
    notice,
    rows,
    standing,
    telling,
)
from workflows.messages.notices import NoticeEvent, NoticeOutcome, to_role, to_staff
from workflows.messages.people import Role

OFFER = notice(NoticeEvent.REPAIR_OFFERED, to_staff("T001"))
EMERGENCY = notice(NoticeEvent.EMERGENCY, to_role(Role.CS_SUPERVISOR), emergency=True)
WECOM_OK = (200, '{"errcode": 0}')


def test_a_customer_with_mail_is_told_once_however_often_the_process_asks(community: Database, smtp_peer: SmtpPeer):
    notifications = telling(community, smtp=smtp_peer)
    for _ in range(3):
        assert notifications.notify(notice()) == NoticeOutcome(channel="mail", status="accepted", tried=("mail",))
    assert len(smtp_peer.mails) == 1
    row = rows(community)[0]
    assert (row["status"], row["attempts"], row["recipient"]) == ("accepted", 1, "customer")
    assert row["subject"] == "报修已受理 BX-7K3QM-9TXAB"
    assert row["provider_word"] == "smtp_250 taken"


def test_each_occurrence_recipient_and_event_is_told(community: Database, smtp_peer: SmtpPeer):
    notifications = telling(community, smtp=smtp_peer)
    notifications.notify(OFFER)
    notifications.notify(OFFER.model_copy(update={"occurrence": 2}))
    notifications.notify(OFFER.model_copy(update={"recipient": to_staff("T002")}))
    notifications.notify(OFFER.model_copy(update={"event": NoticeEvent.CUSTOMER_REPLIED, "facts": {"state_label": ""}}))
    assert len(smtp_peer.mails) == 4
    assert len({row["provider_id"] for row in rows(community)}) == 4


def test_a_refused_channel_is_followed_by_the_next_in_the_settings_order(community, smtp_peer: SmtpPeer, http_peer):
    wecom = http_peer(200, '{"errcode": 93000}')
    webhook = http_peer(410)
    outcome = telling(community, smtp=smtp_peer, wecom=wecom, webhook=webhook).notify(OFFER)
    assert outcome == NoticeOutcome(channel="mail", status="accepted", tried=("wecom", "webhook", "mail"))
    assert standing(community) == [("wecom", "failed"), ("webhook", "failed"), ("mail", "accepted")]

    webhook_first = telling(
        community, smtp=smtp_peer, wecom=wecom, webhook=webhook, notification_order=("webhook", "mail")
    ).notify(OFFER.model_copy(update={"occurrence": 2}))
    assert webhook_first.tried == ("webhook", "mail")


def test_a_member_of_staff_whom_no_channel_reaches_finds_it_in_the_inbox(community: Database, smtp_peer: SmtpPeer):
    smtp_peer.recipient_answers = ["550 no such user"]
    notifications = telling(community, smtp=smtp_peer)
    for _ in range(2):
        outcome = notifications.notify(OFFER)
        assert outcome == NoticeOutcome(channel="inbox", status="accepted", tried=("mail", "inbox"))
    mail, inbox = rows(community)
    assert (mail["status"], inbox["status"], inbox["staff"]) == ("failed", "accepted", "T001")
    assert inbox["subject"].startswith("新派工")
    assert smtp_peer.mails == []


def test_an_inbox_row_that_an_earlier_build_had_only_claimed_is_found_and_one_that_was_read_stays_read(
    community: Database,
):
    notifications = telling(community)
    notifications.notify(OFFER)
    for left_as, then in (("sending", "accepted"), ("queued", "accepted"), ("delivered", "delivered")):
        with community.begin() as connection:
            connection.execute(update(Notification).values(status=left_as))
        assert notifications.notify(OFFER).status == then
        assert standing(community) == [("inbox", then)]


def test_a_message_of_the_inbox_is_left_once_however_many_attempts_there_are_at_once(community: Database):
    outcomes = at_once(8, lambda _: telling(community).notify(OFFER).status)
    assert outcomes == ["accepted"] * 8
    assert (standing(community), rows(community)[0]["attempts"]) == ([("inbox", "accepted")], 1)


def test_a_customer_without_any_channel_becomes_a_task_for_the_steward_of_the_area(community: Database):
    add_case(community, "BX-AAAAA-AAAAA", reporter_mail="")
    outcome = telling(community).notify(notice(case="BX-AAAAA-AAAAA"))
    assert outcome == NoticeOutcome(channel="inbox", status="accepted", tried=("inbox",))
    task = rows(community)[0]
    assert (task["recipient"], task["staff"]) == ("customer", "G001")
    assert task["subject"] == "请人工告知:报修已受理 BX-AAAAA-AAAAA"
    assert "没有可用的通知渠道" in task["body"]
    assert "A-1-101的报修已受理" in task["body"]


def test_a_notice_to_somebody_who_has_left_becomes_a_task_for_the_desk(community: Database, smtp_peer: SmtpPeer):
    telling(community, smtp=smtp_peer).notify(notice(NoticeEvent.REPAIR_OFFERED, to_staff("T999")))
    task = rows(community)[0]
    assert (task["recipient"], task["staff"], task["channel"]) == ("staff:T999", "K001", "inbox")


def test_the_record_keeps_the_role_that_was_told_and_the_person_who_stood_in(community: Database, smtp_peer: SmtpPeer):
    facts = {"clock_label": "派工", "due_at": "2026-04-15 14:35", "state_label": "已受理"}
    told = notice(NoticeEvent.CLOCK_BREACHED, to_role(Role.ENGINEERING_LEAD), facts=facts)
    telling(community, smtp=smtp_peer).notify(told)
    assert (rows(community)[0]["recipient"], rows(community)[0]["staff"]) == ("role:engineering_lead", "L001")


# Busy


def test_a_busy_channel_is_tried_again_and_told_once_when_it_is_free(community: Database, smtp_peer: SmtpPeer):
    smtp_peer.answers = ["451 later", "451 later"]
    notifications = telling(community, smtp=smtp_peer)
    for attempt in (1, 2):
        with pytest.raises(ApplicationError) as raised:
            notifications.notify(notice())
        assert (raised.value.type, raised.value.non_retryable) == ("channel_busy", False)
        assert (standing(community), rows(community)[0]["attempts"]) == ([("mail", "queued")], attempt)
    assert notifications.notify(notice()).status == "accepted"
    assert (len(smtp_peer.mails), rows(community)[0]["attempts"]) == (1, 3)


def test_a_channel_that_stays_busy_gives_way_to_the_next(community: Database, http_peer, smtp_peer: SmtpPeer):
    robot = http_peer(200, '{"errcode": 45009}')
    notifications = telling(community, wecom=robot, smtp=smtp_peer)
    for _ in range(ATTEMPTS_BY_A_CHANNEL - 1):
        with pytest.raises(ApplicationError):
            notifications.notify(OFFER)
    assert notifications.notify(OFFER).channel == "mail"
    assert standing(community) == [("wecom", "failed"), ("mail", "accepted")]
    assert len(robot.requests) == ATTEMPTS_BY_A_CHANNEL


def test_an_emergency_does_not_wait_for_a_busy_channel(community: Database, http_peer, smtp_peer: SmtpPeer):
    robot = http_peer(200, '{"errcode": 45009}')
    outcome = telling(community, wecom=robot, smtp=smtp_peer).notify(EMERGENCY)
    assert outcome == NoticeOutcome(channel="mail", status="accepted", tried=("wecom", "mail"))


# The answer lost


def test_a_mail_whose_answer_was_lost_is_not_sent_again_and_a_person_decides(community, smtp_peer: SmtpPeer):
    smtp_peer.answers = ["hang up"]
    notifications = telling(community, smtp=smtp_peer)
    for _ in range(2):
        assert notifications.notify(notice()) == NoticeOutcome(channel="mail", status="unknown", tried=("mail",))
    assert len(smtp_peer.mails) == 1
    assert standing(community) == [("mail", "unknown"), ("inbox", "accepted")]
    task = rows(community)[1]
    assert (task["recipient"], task["staff"]) == ("customer", "G001")
    assert "是否收到无法确认" in task["body"]


def test_a_lost_answer_to_a_colleagues_mail_is_a_task_for_the_desk(community: Database, smtp_peer: SmtpPeer):
    smtp_peer.answers = ["hang up"]
    assert telling(community, smtp=smtp_peer).notify(OFFER).status == "unknown"
    assert [(row["channel"], row["staff"]) for row in rows(community)] == [("mail", "T001"), ("inbox", "K001")]


def test_an_emergency_whose_answer_was_lost_goes_on_to_the_next_channel(community, http_peer, smtp_peer: SmtpPeer):
    outcome = telling(community, wecom=http_peer(502), smtp=smtp_peer).notify(EMERGENCY)
    assert (outcome.channel, outcome.status) == ("mail", "accepted")
    assert standing(community) == [("wecom", "unknown"), ("mail", "accepted")]


def test_a_gateway_that_failed_is_asked_again_under_the_same_id(community: Database, http_peer):
    gateway = http_peer(200)
    gateway.answers = [(500, ""), (503, "")]
    notifications = telling(community, webhook=gateway)
    for _ in range(2):
        with pytest.raises(ApplicationError):
            notifications.notify(notice())
    assert notifications.notify(notice()) == NoticeOutcome(channel="webhook", status="accepted", tried=("webhook",))
    assert len({headers["webhook-id"] for headers, _ in gateway.requests}) == 1
    assert len(gateway.requests) == 3


def test_a_notice_for_a_case_not_written_yet_sends_nothing(community: Database, smtp_peer: SmtpPeer):
    with pytest.raises(ApplicationError, match="BX-AAAAA-AAAAB"):
        telling(community, smtp=smtp_peer).notify(notice(case="BX-AAAAA-AAAAB"))
    assert (smtp_peer.mails, rows(community)) == ([], [])


def test_texts_are_stored_sealed(community: Database, smtp_peer: SmtpPeer):
    telling(community, smtp=smtp_peer).notify(notice())
    with community.begin() as connection:
        dump = str(connection.exec_driver_sql("SELECT row_to_json(n)::text FROM notifications n").scalar_one())
    assert CASE in dump
    assert "报修已受理" not in dump
    assert CUSTOMER_MAIL not in dump
