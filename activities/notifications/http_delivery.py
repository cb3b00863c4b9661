"""Posting a notice to a provider's address: which failures mean "not sent" and which "nobody knows"."""

import logging
from typing import Final

import httpx2

from activities.notifications.channels import AnswerLostError, ProviderBusyError, ProviderRefusedError

_SECONDS: Final = 10.0

# At INFO the client logs every address, and a robot's address holds its key.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class HttpDelivery:
    """A client without kept connections: an idle one that the provider closed would look like a lost answer."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        """``seconds`` bounds connecting, and each wait for the provider."""
        self._client = httpx2.Client(
            timeout=seconds, follow_redirects=False, limits=httpx2.Limits(max_keepalive_connections=0)
        )

    def post(self, url: str, body: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
        """Post JSON and return the answer, whatever its status.

        Raises ``ProviderBusyError`` if nothing was sent, ``AnswerLostError`` if no answer came back,
        ``ProviderRefusedError`` for an address that is none. Exceptions never carry the address.
        """
        try:
            return self._client.post(url, content=body, headers={"content-type": "application/json", **(headers or {})})
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError):
            raise ProviderBusyError("http_unreachable") from None
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError):
            raise ProviderRefusedError("http_bad_address") from None
        except httpx2.HTTPError:
            raise AnswerLostError("http_answer_lost") from None
