"""No name, number, address or key in logs and exceptions, whatever goes wrong."""

import logging
from collections.abc import Callable

import pytest
import structlog
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.notifications.directory import DirectorySnapshot
from activities.notifications.notify import Notifications
from tests.notifications.peers import (
    CUSTOMER_MAIL,
    CUSTOMER_NAME,
    CUSTOMER_PHONE,
    SmtpPeer,
    mail_of,
    notice,
    phone_of,
    settings,
    telling,
)
from workflows.messages.notices import NoticeEvent, to_role, to_staff
from workflows.messages.people import Role

CANARIES = (
    CUSTOMER_MAIL,
    CUSTOMER_PHONE,
    CUSTOMER_NAME,
    CUSTOMER_PHONE[3:],
    "canary",
    "欧阳",
    mail_of("T001"),
    mail_of("V001"),
    phone_of("V001"),
    "robot-secret",
    "漏水",
)
ECHO = f"550 {CUSTOMER_MAIL} {mail_of('T001')} unknown here"


def silent_about_people(act: Callable[[], object], caplog: pytest.LogCaptureFixture) -> list:
    """Do it and check all that was logged and raised; return the log."""
    caplog.set_level(logging.DEBUG)
    raised = ""
    with structlog.testing.capture_logs() as logged:
        try:
            act()
        except ApplicationError as error:
            raised = f"{error!r} {error.message} {error.details} {error.__cause__!r} {error.__context__!r}"
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that is the peer's
    said = f"{logged} {ours} {raised}"
    assert [canary for canary in CANARIES if canary in said] == []
    return logged


@pytest.mark.parametrize("answer", [ECHO, ECHO.replace("550", "451", 1), "250 OK"], ids=["refused", "busy", "accepted"])
def test_what_a_mail_server_says_of_an_address_is_kept_sealed_and_not_logged(
    community: Database, smtp_peer: SmtpPeer, caplog, answer: str
):
    smtp_peer.recipient_answers = [answer]
    notifications = telling(community, smtp=smtp_peer)
    assert silent_about_people(lambda: notifications.notify(notice()), caplog)
    smtp_peer.recipient_answers = [answer]
    offered = notice(NoticeEvent.REPAIR_OFFERED, to_staff("T001"))
    assert silent_about_people(lambda: notifications.notify(offered), caplog)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_providers_that_are_called_by_http_leave_no_trace_of_people_or_keys(
    community: Database, http_peer, caplog, status: int
):
    notifications = telling(community, wecom=http_peer(status, '{"errcode": 93000}'), webhook=http_peer(status))
    for told in (notice(), notice(NoticeEvent.REPAIR_OFFERED, to_staff("T001"))):
        assert silent_about_people(lambda told=told: notifications.notify(told), caplog)


def test_an_emergency_without_postgresql_leaves_no_trace_of_people(
    community: Database, keyring, smtp_peer: SmtpPeer, caplog
):
    gone = Database.connect("postgresql+psycopg2://nobody@127.0.0.1:1/none", keyring)
    notifications = Notifications(gone, settings(smtp=smtp_peer))
    known = DirectorySnapshot(community)
    known.refresh()
    notifications._snapshot = known
    emergency = notice(NoticeEvent.EMERGENCY, to_role(Role.CS_SUPERVISOR), emergency=True)
    assert silent_about_people(lambda: notifications.notify(emergency), caplog)
    assert silent_about_people(lambda: notifications.notify(notice()), caplog)


def test_addresses_and_texts_do_not_show_where_a_message_is_printed(community: Database, smtp_peer: SmtpPeer):
    notifications = telling(community, smtp=smtp_peer)
    telling_of = notifications._prepared(notice())
    shown = repr(telling_of) + repr(telling_of.by(notifications._channels[0].name))
    assert [canary for canary in CANARIES if canary in shown] == []
    assert "您好" not in shown
