"""Faults: workers killed with a message in their hands, and PostgreSQL gone."""

import multiprocessing
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import EmergencyContact, Settings, Smtp
from activities.notifications.notify import Notifications
from activities.records.migration import upgrade
from tests import servers
from tests.notifications.peers import (
    COMMUNITY,
    SmtpPeer,
    furnish,
    mail_of,
    notice,
    notify_elsewhere,
    rows,
    settings,
    standing,
    telling,
)
from workflows.messages.notices import Notice, NoticeEvent, NoticeOutcome, to_role
from workflows.messages.people import Role

EMERGENCY = notice(NoticeEvent.EMERGENCY, to_role(Role.CS_SUPERVISOR), emergency=True)
_CUT_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
CONTACT = EmergencyContact(phone="+8613700000000", mail="night@example.com")


def kill_while_sending(
    db: Database, keyring: KeyRing, chosen: Settings, told: Notice, sending: Callable[[], bool]
) -> None:
    """Let a process of its own tell the notice and kill it (-9) once ``sending`` says that it is at it."""
    url = db.engine.url.render_as_string(hide_password=False)
    worker = multiprocessing.get_context("spawn").Process(target=notify_elsewhere, args=(url, keyring, chosen, told))
    worker.start()
    assert sending()
    worker.kill()
    worker.join()


def test_a_worker_killed_while_the_mail_server_takes_a_mail_leaves_unknown_and_one_mail(
    community: Database, keyring: KeyRing, smtp_peer: SmtpPeer
):
    received, go_on = threading.Event(), threading.Event()
    smtp_peer.while_receiving = lambda: (received.set(), go_on.wait(60))
    kill_while_sending(community, keyring, settings(smtp_peer), notice(), lambda: received.wait(60))
    go_on.set()
    assert standing(community) == [("mail", "sending")]
    assert telling(community, smtp=smtp_peer).notify(notice()).status == "unknown"
    assert len(smtp_peer.mails) == 1
    assert standing(community) == [("mail", "unknown"), ("inbox", "accepted")]


def test_a_mail_that_was_taken_while_postgresql_cut_its_connections_is_known_to_be_taken(
    community: Database, keyring: KeyRing, smtp_peer: SmtpPeer
):
    of_another = Database.connect(community.engine.url.render_as_string(hide_password=False), keyring, pool_size=1)

    def cut_all() -> None:
        with of_another.begin() as connection:
            connection.execute(_CUT_THE_OTHERS)

    smtp_peer.while_receiving = cut_all
    assert telling(community, smtp=smtp_peer).notify(notice()).status == "accepted"
    of_another.close()
    assert standing(community) == [("mail", "accepted")]


def test_a_worker_killed_between_its_claim_and_the_mail_is_not_guessed_to_have_sent_nothing(
    community: Database, keyring: KeyRing, smtp_peer: SmtpPeer
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        port = silent.getsockname()[1]
        smtp = Smtp(host="127.0.0.1", port=port, sender="service@example.com", starttls=False)
        chosen = settings().model_copy(update={"smtp": smtp})
        kill_while_sending(community, keyring, chosen, notice(), lambda: silent.accept()[0] is not None)
    assert telling(community, smtp=smtp_peer).notify(notice()).status == "unknown"
    assert smtp_peer.mails == []


def test_a_worker_killed_while_the_gateway_is_silent_is_followed_under_the_same_id(
    community: Database, keyring: KeyRing, http_peer
):
    gateway = http_peer(200)
    gateway.answers = ["silence"]
    chosen = settings(webhook=gateway)
    kill_while_sending(community, keyring, chosen, notice(), lambda: gateway.arrived.wait(60))
    outcome = telling(community, webhook=gateway).notify(notice())
    assert outcome == NoticeOutcome(channel="webhook", status="accepted", tried=("webhook",))
    first, second = (headers["webhook-id"] for headers, _ in gateway.requests)
    assert first == second
    assert [(row["status"], row["attempts"]) for row in rows(community)] == [("accepted", 2)]


def test_of_many_attempts_at_once_one_sends(community: Database, smtp_peer: SmtpPeer):
    notifications = telling(community, smtp=smtp_peer)
    with ThreadPoolExecutor(8) as at_once:
        outcomes = list(at_once.map(lambda _: notifications.notify(notice()), range(8)))
    assert len(smtp_peer.mails) == 1
    assert rows(community)[0]["status"] == "accepted"
    assert "accepted" in {outcome.status for outcome in outcomes}


def test_an_attempt_that_answers_after_it_was_given_up_still_knows_better(community: Database, smtp_peer: SmtpPeer):
    """A server that is slower than Temporal's patience: the next attempt says unknown, the first one's yes stands."""
    received, go_on = threading.Event(), threading.Event()
    smtp_peer.while_receiving = lambda: (received.set(), go_on.wait(60))
    notifications = telling(community, smtp=smtp_peer)
    with ThreadPoolExecutor(1) as given_up:
        first = given_up.submit(notifications.notify, notice())
        assert received.wait(60)
        assert notifications.notify(notice()).status == "unknown"
        go_on.set()
        assert first.result().status == "accepted"
    assert standing(community) == [("mail", "accepted"), ("inbox", "accepted")]
    assert len(smtp_peer.mails) == 1


# PostgreSQL gone


@pytest.fixture
def own_server(keyring: KeyRing) -> Iterator[tuple[servers.PostgresServer, Database]]:
    """A furnished database on a server that the test may stop."""
    with servers.postgres_server("notifications") as server:
        upgrade(server.url)
        database = Database.connect(server.url, keyring)
        furnish(database)
        yield server, database
        database.close()


def test_without_postgresql_nothing_is_sent_but_emergencies_and_all_is_told_afterwards(own_server, smtp_peer: SmtpPeer):
    server, database = own_server
    notifications = telling(database, smtp=smtp_peer)
    notifications.refresh_directory()
    server.stop()
    with pytest.raises(ApplicationError) as raised:
        notifications.notify(notice())
    assert (raised.value.type, raised.value.non_retryable) == ("records_unavailable", False)
    assert smtp_peer.mails == []

    outcome = notifications.notify(EMERGENCY)
    assert outcome == NoticeOutcome(channel="mail", status="accepted", tried=("mail",))
    assert mail_of("V001").encode() in smtp_peer.mails[0]
    with pytest.raises(ApplicationError):
        notifications.notify(EMERGENCY.model_copy(update={"recipient": notice().recipient}))
    assert len(smtp_peer.mails) == 1

    server.start()
    assert notifications.notify(notice()).status == "accepted"
    assert standing(database) == [("mail", "accepted")]


def unreachable(keyring: KeyRing) -> Database:
    return Database.connect("postgresql+psycopg2://nobody@127.0.0.1:1/none", keyring)


def test_an_emergency_that_no_directory_helps_goes_to_the_configured_contacts(keyring: KeyRing, smtp_peer: SmtpPeer):
    smtp_peer.recipient_answers = ["550 no such user"]
    contacts = (EmergencyContact(mail="away@example.com"), CONTACT)
    outcome = telling(unreachable(keyring), smtp=smtp_peer, contacts=contacts).notify(EMERGENCY)
    assert (outcome.channel, outcome.status) == ("mail", "accepted")
    assert b"night@example.com" in smtp_peer.mails[0]


def test_an_emergency_that_nobody_takes_is_tried_again(keyring: KeyRing, smtp_peer: SmtpPeer):
    smtp_peer.recipient_answers = ["451 later"]
    notifications = telling(unreachable(keyring), smtp=smtp_peer, contacts=(CONTACT,))
    with pytest.raises(ApplicationError) as raised:
        notifications.notify(EMERGENCY)
    assert (raised.value.type, raised.value.non_retryable) == ("emergency_not_sent", False)
    assert notifications.notify(EMERGENCY).status == "accepted"


def test_the_directory_for_emergencies_is_read_anew_and_kept_when_it_cannot_be(own_server):
    server, database = own_server
    notifications = Notifications(database, settings())
    assert notifications._snapshot.of(COMMUNITY) is None
    notifications.refresh_directory()
    known = notifications._snapshot.of(COMMUNITY)
    assert known is not None
    assert known.name == "阳光花园"
    server.stop()
    with pytest.raises(Exception, match="connection"):
        notifications.refresh_directory()
    assert notifications._snapshot.of(COMMUNITY) is known
