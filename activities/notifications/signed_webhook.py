"""Signed webhook 通知网关: posts a notice to the company's own gateway (SMS, WeChat, app), which reaches the person.

Signed as standardwebhooks says. ``webhook-id`` is the same on every attempt, so the gateway can tell a
repeat; 2xx means that it has taken the notice. The body holds a telephone number: use https.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import standardwebhooks

from activities.connections import settings
from activities.notifications.channels import (
    Addressee,
    Answer,
    ChannelName,
    OutgoingMessage,
    ProviderBusyError,
    ProviderRefusedError,
)
from activities.notifications.http_delivery import HttpDelivery


class SignedWebhook:
    """The gateways of the communities."""

    name: ClassVar = ChannelName.WEBHOOK
    knows_repeats: ClassVar = True

    def __init__(self, gateways: Mapping[str, settings.Webhook], delivery: HttpDelivery | None = None) -> None:
        self._gateways = gateways
        self._signers = {community: standardwebhooks.Webhook(gateway.key) for community, gateway in gateways.items()}
        self._delivery = delivery or HttpDelivery()

    def reaches(self, community: str, addressee: Addressee) -> bool:
        """Whether the community has a gateway and the addressee something that it can dial or write to."""
        return community in self._gateways and bool(addressee.phone or addressee.mail)

    def hand_over(self, message: OutgoingMessage) -> Answer:
        """Post the notice; a repeat of one that was taken is taken again and changes nothing."""
        sent_at = datetime.now(UTC)
        body = _written(message)
        headers = {
            "webhook-id": message.id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": self._signers[message.community].sign(message.id, sent_at, body),
        }
        response = self._delivery.post(self._gateways[message.community].url, body.encode(), headers)
        code = f"http_{response.status_code}"
        if response.is_success:
            return Answer(code)
        if response.status_code >= 500 or response.status_code in (408, 425, 429):
            raise ProviderBusyError(code)
        raise ProviderRefusedError(code)


def _written(message: OutgoingMessage) -> str:
    addressee = message.addressee
    notice = {
        "type": f"notice.{message.event}",
        "timestamp": message.at.isoformat(),
        "data": {
            "community": message.community,
            "case": message.case,
            "recipient": {
                "customer": addressee.is_customer,
                "staff": addressee.staff,
                "phone": addressee.phone,
                "mail": addressee.mail,
                "language": addressee.language,
            },
            "subject": message.subject,
            "text": message.body,
        },
    }
    return json.dumps(notice, ensure_ascii=False)
