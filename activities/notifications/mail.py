"""Mail 邮件 by SMTP. A server does not recognise repeats, so a mail whose answer was lost is not sent again."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import ClassVar, Final

from activities.connections.settings import SettingsError, Smtp
from activities.notifications.channels import (
    Addressee,
    Answer,
    AnswerLostError,
    ChannelName,
    OutgoingMessage,
    ProviderBusyError,
    ProviderRefusedError,
)

_SECONDS: Final = 10.0
_NO_ADDRESS: Final = (ValueError, MessageError, IndexError)
"""What the standard library raises for text that is no address."""


class Mail:
    """Sends by the company's mail server."""

    name: ClassVar = ChannelName.MAIL
    knows_repeats: ClassVar = False

    def __init__(self, smtp: Smtp, seconds: float = _SECONDS) -> None:
        """``seconds`` bounds each step of the conversation. Raise ``SettingsError`` for a sender that is none."""
        self._smtp = smtp
        self._seconds = seconds
        name, address = parseaddr(smtp.sender)
        try:
            self._sender = Address(display_name=name, addr_spec=address)
        except _NO_ADDRESS:
            raise SettingsError("smtp.sender 应为邮件地址,如 客服中心 <service@example.com>") from None

    def reaches(self, community: str, addressee: Addressee) -> bool:
        """Whether the addressee has a mail address."""
        return bool(addressee.mail)

    def hand_over(self, message: OutgoingMessage) -> Answer:
        """Give the mail to the server; accepted means that the server has taken responsibility for it."""
        recipient = _recipient(message.addressee.mail)
        mail = self._written(message, recipient)
        with self._conversation() as server:
            _expect_yes(*server.mail(self._sender.addr_spec))
            _expect_yes(*server.rcpt(recipient.addr_spec))
            try:
                answer = server.data(mail.as_bytes())
            except smtplib.SMTPDataError:  # the word DATA itself was refused: nothing was handed over yet
                raise
            except (OSError, smtplib.SMTPException):
                raise AnswerLostError("smtp_answer_lost") from None
            return _expect_yes(*answer)

    def _written(self, message: OutgoingMessage, recipient: Address) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = recipient
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{message.id}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body, cte="base64")  # no server has to support 8-bit text
        return mail

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """A greeted and, where configured, encrypted and authenticated connection.

        What goes wrong outside of handing over is certain not to have sent anything.
        """
        server = None
        try:
            server = smtplib.SMTP(
                self._smtp.host, self._smtp.port, local_hostname=socket.gethostname(), timeout=self._seconds
            )
            if self._smtp.starttls:
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if self._smtp.username:
                server.login(self._smtp.username, self._smtp.password.get_secret_value())
            yield server
            with suppress(OSError, smtplib.SMTPException):  # it has been taken; a lost goodbye changes nothing
                server.quit()
        except smtplib.SMTPResponseException as refusal:
            code = refusal.smtp_code
            raise (ProviderBusyError if code // 100 == 4 else ProviderRefusedError)(f"smtp_{code}") from None
        except smtplib.SMTPNotSupportedError:
            raise ProviderRefusedError("smtp_not_supported") from None
        except (OSError, smtplib.SMTPException):
            raise ProviderBusyError("smtp_unreachable") from None
        finally:
            if server is not None:
                server.close()


def _recipient(mail: str) -> Address:
    """Exactly one address, in ASCII as every server takes it; anything else could say more than one."""
    try:
        address = Address(addr_spec=mail)
    except _NO_ADDRESS:
        raise ProviderRefusedError("bad_mail_address") from None
    if not (address.username and address.domain and mail.isascii()):
        raise ProviderRefusedError("bad_mail_address")
    return address


def _expect_yes(code: int, text: bytes) -> Answer:
    """Turn a reply into an answer: 2xx is yes, 4xx not now, anything else no."""
    said = text.decode(errors="replace")
    match code // 100:
        case 2:
            return Answer(f"smtp_{code}", said)
        case 4:
            raise ProviderBusyError(f"smtp_{code}", said)
        case _:
            raise ProviderRefusedError(f"smtp_{code}", said)
