"""Mail 邮件, to a real SMTP server."""

import email
import email.policy
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from activities.connections.settings import SettingsError, Smtp
from activities.notifications.channels import (
    Addressee,
    AnswerLostError,
    ChannelName,
    OutgoingMessage,
    ProviderBusyError,
    ProviderRefusedError,
)
from activities.notifications.mail import Mail
from tests.notifications.peers import AFTERNOON, CASE, COMMUNITY, CUSTOMER_MAIL, SmtpPeer
from workflows.messages.notices import NoticeEvent


def mail_by(port: int, seconds: float = 5, **smtp) -> Mail:
    return Mail(
        Smtp(
            **{"host": "127.0.0.1", "port": port, "sender": "客服中心 <service@example.com>", "starttls": False, **smtp}
        ),
        seconds,
    )


def message(mail: str = CUSTOMER_MAIL, subject: str = "报修已受理", body: str = "您好,\n.\n明天见") -> OutgoingMessage:
    return OutgoingMessage(
        id="notice_0123",
        case=CASE,
        community=COMMUNITY,
        event=NoticeEvent.CASE_ACCEPTED,
        addressee=Addressee(key="customer", is_customer=True, mail=mail),
        subject=subject,
        body=body,
        at=AFTERNOON,
    )


def test_an_accepted_mail_arrives_whole_with_an_id_that_stays_the_same(smtp_peer: SmtpPeer):
    sender = mail_by(smtp_peer.port)
    assert sender.name is ChannelName.MAIL
    assert sender.hand_over(message()).code == "smtp_250"
    sender.hand_over(message())
    first, second = (email.message_from_bytes(each, policy=email.policy.default) for each in smtp_peer.mails)
    assert first["Message-ID"] == second["Message-ID"] == "<notice_0123@example.com>"
    assert first["To"] == CUSTOMER_MAIL
    assert first["From"].addresses[0].display_name == "客服中心"
    assert first["Subject"] == "报修已受理"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().splitlines() == ["您好,", ".", "明天见"]


@pytest.mark.parametrize("answer", ["550 no such user", "452 full", "421 closing"])
def test_a_recipient_that_is_refused_is_refused_or_busy_by_the_first_digit(smtp_peer: SmtpPeer, answer: str):
    smtp_peer.recipient_answers = [answer]
    expected = ProviderRefusedError if answer[0] == "5" else ProviderBusyError
    with pytest.raises(expected) as raised:
        mail_by(smtp_peer.port).hand_over(message())
    assert str(raised.value) == f"smtp_{answer[:3]}"
    assert smtp_peer.mails == []


@pytest.mark.parametrize(("answer", "expected"), [("451 later", ProviderBusyError), ("554 spam", ProviderRefusedError)])
def test_a_mail_that_is_refused_after_its_text_is_known_not_to_be_taken(smtp_peer: SmtpPeer, answer, expected):
    smtp_peer.answers = [answer]
    with pytest.raises(expected):
        mail_by(smtp_peer.port).hand_over(message())


def test_a_server_that_hangs_up_after_the_text_leaves_the_answer_unknown(smtp_peer: SmtpPeer):
    smtp_peer.answers = ["hang up"]
    with pytest.raises(AnswerLostError):
        mail_by(smtp_peer.port).hand_over(message())
    assert len(smtp_peer.mails) == 1


def test_a_server_that_never_answers_the_text_leaves_the_answer_unknown(smtp_peer: SmtpPeer):
    silence = threading.Event()
    smtp_peer.while_receiving = lambda: silence.wait(2)
    with pytest.raises(AnswerLostError):
        mail_by(smtp_peer.port, seconds=0.3).hand_over(message())
    silence.set()


def test_a_server_that_is_not_there_or_hangs_up_at_once_has_taken_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def hang_up() -> None:
            listening.accept()[0].close()

        visitor = threading.Thread(target=hang_up)
        visitor.start()
        with pytest.raises(ProviderBusyError):
            mail_by(port).hand_over(message())
        visitor.join()
    with pytest.raises(ProviderBusyError):
        mail_by(port).hand_over(message())


def test_without_the_encryption_that_is_asked_for_no_mail_leaves(smtp_peer: SmtpPeer):
    with pytest.raises(ProviderRefusedError, match="smtp_not_supported"):
        mail_by(smtp_peer.port, starttls=True).hand_over(message())
    assert smtp_peer.mails == []


def encrypting(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A mail server's TLS for 127.0.0.1, and the certificate by which it can be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(public, private)
    return tls, public


def test_an_encrypted_mail_is_given_only_to_a_server_that_can_be_trusted(
    smtp_peer: SmtpPeer, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tls, certificate = encrypting(tmp_path)
    controller = Controller(smtp_peer, hostname="127.0.0.1", port=free_port, tls_context=tls, require_starttls=True)
    controller.start()
    try:
        with pytest.raises(ProviderBusyError, match="smtp_unreachable"):
            mail_by(free_port, starttls=True).hand_over(message())
        assert smtp_peer.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert mail_by(free_port, starttls=True).hand_over(message()).code == "smtp_250"
        assert len(smtp_peer.mails) == 1
    finally:
        controller.stop()


def test_a_password_is_not_sent_to_a_server_that_does_not_ask_for_one(smtp_peer: SmtpPeer):
    with pytest.raises(ProviderRefusedError):
        mail_by(smtp_peer.port, username="service", password="hunter2").hand_over(message())


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nBcc: all@example.com",
        "a@example.com, b@example.com",
        "a@example.com\nRCPT TO:<b@example.com>",
        "no-address",
        "<>",
        "王@example.com",
        "a b@example.com",
    ],
)
def test_an_address_that_would_say_more_than_one_address_is_refused(smtp_peer: SmtpPeer, address: str):
    with pytest.raises(ProviderRefusedError, match="bad_mail_address") as raised:
        mail_by(smtp_peer.port).hand_over(message(mail=address))
    assert address not in str(raised.value)
    assert smtp_peer.mails == []


@pytest.mark.parametrize("sender", ["", "客服中心", "客服中心 <>"])
def test_a_sender_that_is_no_address_is_refused_at_the_start(sender: str):
    with pytest.raises(SettingsError, match=r"smtp\.sender"):
        mail_by(25, sender=sender)


def test_a_subject_cannot_add_a_header(smtp_peer: SmtpPeer):
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        mail_by(smtp_peer.port).hand_over(message(subject="x\r\nBcc: all@example.com"))
    assert smtp_peer.mails == []
