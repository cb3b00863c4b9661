"""The outermost layer: one line in the log for each request, and no answer that says more than it should.

The log holds the route's template and the status, never the path's values, the query, the body or a method of
the caller's own invention. A fault becomes a problem without a trace of its own words, which could be personal
data; the log keeps the code lines that it came through.
"""

import time
import traceback
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from starters.intake_api.problems import ProblemError, response_of

_log = structlog.get_logger(__name__)
_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PLAIN_ERRORS: Final = {413: "body_too_large", 500: "internal_error"}


def method_of(scope: Scope) -> str:
    """The request's method as it may be written down: HTTP lets a caller send any word, a telephone number too."""
    return scope["method"] if scope["method"] in _METHODS else "_OTHER"


class Containment:
    """ASGI middleware; outside everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, whatever happens inside."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, answer = time.monotonic(), _Answer(scope, receive, send)
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:
            # by now the framework has sent its plain 500, and ours in its place
            frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
            _log.error("request_failed", cause=type(error).__name__, frames=frames[-8:])
            if not answer.replaced:
                raise ConnectionAbortedError("the answer was cut off") from None
        route = scope.get("route")
        _log.info(
            "request_answered",
            method=method_of(scope),
            route=getattr(route, "path", ""),
            status=answer.status,
            milliseconds=round((time.monotonic() - began) * 1000, 1),
        )


class _Answer:
    """What goes out: with our headers, and with the framework's plain text errors as problems."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.replaced = False
        self.status = 0

    async def send(self, message: Message) -> None:
        if self.replaced:
            return
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            code = _PLAIN_ERRORS.get(message["status"])
            if code and any(value.startswith(b"text/plain") for _, value in headers):
                await self._replace(code)
                return
            self.status = message["status"]
            present = {name for name, _ in headers}
            message = {**message, "headers": headers + [header for header in _HEADERS if header[0] not in present]}
        await self._send(message)

    async def _replace(self, code: str) -> None:
        response = response_of(ProblemError(code))
        await response(self._scope, self._receive, self.send)
        self.replaced = True
