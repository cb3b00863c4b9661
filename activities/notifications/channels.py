"""Channels 通知渠道: what every way of reaching somebody has in common, and the three ways in which it can fail.

A channel only hands over. Who is told, in which order and how often is decided in ``notify.py``; what
is remembered is in ``claims.py``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from workflows.messages.notices import NoticeEvent


class ChannelName(StrEnum):
    """A channel as settings and rows name it."""

    MAIL = "mail"
    WECOM = "wecom"
    WEBHOOK = "webhook"
    INBOX = "inbox"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _LABELS[self]


_LABELS: Final[dict[ChannelName, str]] = {
    ChannelName.MAIL: "邮件",
    ChannelName.WECOM: "企业微信群机器人",
    ChannelName.WEBHOOK: "通知网关",
    ChannelName.INBOX: "站内消息",
}


@dataclass(frozen=True)
class Addressee:
    """A person to tell, with whatever addresses are known. Personal data: never logged, hidden from ``repr``.

    ``key`` is that of the notice's recipient; ``staff`` is the person's code, empty for a customer and for
    a role that nobody holds.
    """

    key: str
    is_customer: bool = False
    staff: str = ""
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    language: str = "zh_CN"


@dataclass(frozen=True)
class OutgoingMessage:
    """One text for one addressee by one channel. ``id`` is the same on every attempt, so a receiver can know it.

    ``at`` is the business time of the event.
    """

    id: str
    case: str
    community: str
    event: NoticeEvent
    addressee: Addressee
    subject: str = field(repr=False)
    body: str = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class Answer:
    """What a provider said: ``code`` may be logged, ``text`` may repeat an address and is kept sealed."""

    code: str
    text: str = field(default="", repr=False)


class HandOverError(Exception):
    """A message was not taken, as far as is known. Its text is a code without personal data."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.answer = Answer(code, text)


class ProviderRefusedError(HandOverError):
    """The provider said no, or cannot take this message at all: another channel must be tried."""


class ProviderBusyError(HandOverError):
    """The provider certainly has not taken the message, and may take it later."""


class AnswerLostError(HandOverError):
    """The message went out and no answer came back: nobody knows whether it was taken."""


class Channel(Protocol):
    """One way of reaching somebody."""

    name: ClassVar[ChannelName]
    knows_repeats: ClassVar[bool]
    """Whether the receiver recognises a repeat by the message's id, so that sending it again is harmless."""

    def reaches(self, community: str, addressee: Addressee) -> bool:
        """Whether this channel is set up for the community and has an address of the addressee."""

    def hand_over(self, message: OutgoingMessage) -> Answer:
        """Give the message to the provider, within a minute.

        Raises :class:`ProviderRefusedError`, :class:`ProviderBusyError` or :class:`AnswerLostError`.
        """
