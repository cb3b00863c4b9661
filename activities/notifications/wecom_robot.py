"""WeCom group robot 企业微信群机器人: tells a community's staff group. Judged by ``errcode``, not the HTTP status.

A robot does not recognise repeats. It serves staff only: a customer's matter is not told to a group.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import SecretStr

from activities.notifications.channels import (
    Addressee,
    Answer,
    AnswerLostError,
    ChannelName,
    OutgoingMessage,
    ProviderBusyError,
    ProviderRefusedError,
)
from activities.notifications.http_delivery import HttpDelivery

_CONTENT_BYTES: Final = 2048
_NOT_NOW: Final = (-1, 45009)
"""System busy; more than 20 messages a minute."""


class WecomRobot:
    """The robots of the communities, each in its staff group."""

    name: ClassVar = ChannelName.WECOM
    knows_repeats: ClassVar = False

    def __init__(self, robots: Mapping[str, SecretStr], delivery: HttpDelivery | None = None) -> None:
        """``robots`` maps a community to its robot's address."""
        self._robots = robots
        self._delivery = delivery or HttpDelivery()

    def reaches(self, community: str, addressee: Addressee) -> bool:
        """Whether the community has a robot and the addressee is not a customer."""
        return community in self._robots and not addressee.is_customer

    def hand_over(self, message: OutgoingMessage) -> Answer:
        """Post to the group; the addressee is mentioned by mobile number, so that the phone rings."""
        text: dict[str, Any] = {"content": shortened(f"{message.subject}\n{message.body}", _CONTENT_BYTES)}
        if message.addressee.phone:
            text["mentioned_mobile_list"] = [message.addressee.phone]
        body = json.dumps({"msgtype": "text", "text": text}, ensure_ascii=False).encode()
        response = self._delivery.post(self._robots[message.community].get_secret_value(), body)
        if response.status_code in (429, 503):
            raise ProviderBusyError(f"http_{response.status_code}")
        if response.status_code >= 500:  # a gateway's error: the robot behind it may have spoken
            raise AnswerLostError(f"http_{response.status_code}")
        if not response.is_success:
            raise ProviderRefusedError(f"http_{response.status_code}")
        return _judged(response.content)


def _judged(content: bytes) -> Answer:
    try:
        said = json.loads(content)
        code, text = int(said["errcode"]), str(said.get("errmsg", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise AnswerLostError("wecom_unreadable") from None
    if code in _NOT_NOW:
        raise ProviderBusyError(f"wecom_{code}", text)
    if code != 0:
        raise ProviderRefusedError(f"wecom_{code}", text)
    return Answer("wecom_0", text)


def shortened(text: str, limit: int) -> str:
    """Cut to ``limit`` bytes of UTF-8 at a whole character, with an ellipsis where something was cut."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return encoded[: limit - len("…".encode())].decode(errors="ignore") + "…"
