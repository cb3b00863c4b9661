"""A span for each request, around everything that the API does for it; imported only where traces are kept.

Like the line in the log it holds the route's template and the status, never the path's values, the query, a header
or the body. OpenTelemetry's own instrumentation of FastAPI notes all of these, and wants to be the outermost layer.
"""

from typing import Final

from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.connections.spans import PROPAGATION
from starters.intake_api.containment import method_of

_NOT_TRACED: Final = frozenset({"/healthz", "/readyz"})
"""Asked by machines every few seconds."""


class RequestSpans:
    """ASGI middleware; outside even of ``Containment``, so that no exception comes this far."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self.app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request inside a span, which continues the trace of a proxy that sent ``traceparent``."""
        if scope["type"] != "http" or scope["path"] in _NOT_TRACED:
            await self.app(scope, receive, send)
            return
        method = method_of(scope)
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._tracer.start_as_current_span(
            method,
            context=PROPAGATION.extract(Headers(scope=scope)),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await self.app(scope, receive, noting)
            finally:
                if route := getattr(scope.get("route"), "path", ""):
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)
                if status:
                    span.set_attribute("http.response.status_code", status)
                if not status or status >= 500:
                    span.set_attribute("error.type", str(status or "no_answer"))
                    span.set_status(Status(StatusCode.ERROR))
