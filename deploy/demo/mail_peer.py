"""The mail server of the demo: it takes every mail and keeps it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, cast

from aiosmtpd import smtp


@dataclass
class MailPeer:
    """The mails that have come since they were last collected."""

    port: int = 0
    _mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: smtp.Envelope) -> str:  # noqa: N802 - named by aiosmtpd
        """Keep a mail."""
        self._mails.append(message_from_bytes(cast("bytes", envelope.content), policy=SMTP))
        return "250 OK"

    def collect(self) -> list[EmailMessage]:
        """Hand out the mails that have come, each once."""
        mails, self._mails = self._mails, []
        return mails


@asynccontextmanager
async def mail_peer() -> AsyncIterator[MailPeer]:
    """Serve on a free port of this machine."""
    peer = MailPeer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: smtp.SMTP(peer, hostname="demo", loop=loop), "127.0.0.1", 0)
    async with server:
        peer.port = server.sockets[0].getsockname()[1]
        yield peer
