"""Spans 链路 of requests, cases and effects: codes and times, never a name, a telephone number or a message's words.

Import it only where ``tracing.is_traced()``. Libraries put into spans whatever they hold: an exception's message, a
description of a failure, an address with its query. So nothing leaves the process as it was noted down: a span goes
out with the attributes of a list, with the kind of an exception but not its words, and without descriptions.
"""

import atexit
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import CarrierT, Getter, default_getter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    HandleUpdateInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

KEPT_ATTRIBUTES: Final = frozenset(
    {
        "temporalWorkflowID",
        "temporalRunID",
        "temporalActivityID",
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
    }
)
"""All that a span says beside its name: case numbers, Temporal's own numbers, a route's template, a status."""
_KEPT_OF_AN_EXCEPTION: Final = frozenset({"exception.type"})
_TRACEPARENT: Final = "traceparent"
_LAST_SPANS_SECONDS: Final = 2
"""How long the end of a process waits for a collector that does not answer."""


class TraceparentOnly(TraceContextTextMapPropagator):
    """Hands trace numbers on, and nothing else: a caller's ``tracestate`` and ``baggage`` are words of his own.

    What is handed on stands unencrypted in the header of a case's history.
    """

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        """Return the context that ``traceparent`` names; the given one, or an empty one, if it names none."""
        told = getter.get(carrier, _TRACEPARENT)
        return super().extract({_TRACEPARENT: told[0]} if told else {}, context)


PROPAGATION: Final = TraceparentOnly()


class BareSpanExporter(SpanExporter):
    """Hands spans to another exporter with all that could name somebody taken out."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export what may be known of the spans."""
        return self._inner.export([_bare(span) for span in spans])

    def shutdown(self) -> None:
        """End the other one."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Have the other one send what it holds."""
        return self._inner.force_flush(timeout_millis)


def _bare(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_only(KEPT_ATTRIBUTES, span.attributes),
        events=[Event(one.name, _only(_KEPT_OF_AN_EXCEPTION, one.attributes), one.timestamp) for one in span.events],
        links=[Link(one.context) for one in span.links],
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _only(names: frozenset[str], said: Mapping[str, AttributeValue] | None) -> dict[str, AttributeValue]:
    return {name: value for name, value in (said or {}).items() if name in names}


def tracer() -> Tracer:
    """The tracer of this process; its first use starts the thread that sends spans."""
    return _provider().get_tracer("guanjia")


@cache
def _provider() -> TracerProvider:
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES beat our name
    resource = Resource({SERVICE_NAME: "guanjia"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(BareSpanExporter(OTLPSpanExporter())))
    atexit.register(_send_the_last, provider)
    return provider


def _send_the_last(provider: TracerProvider) -> None:
    """Send what is left, within seconds: the library's own end waits half a minute for a collector that is away."""
    sending = threading.Thread(target=provider.shutdown, name="last-spans", daemon=True)
    sending.start()
    sending.join(_LAST_SPANS_SECONDS)


class _CaseSpans(TracingWorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:
        super().__init__(next)
        self.text_map_propagator = PROPAGATION

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        """Without a span: a refused action leaves no trace in a case, and the library would call it the case's end."""
        self.next.handle_update_validator(input)


class _TemporalSpans(TracingInterceptor):
    def __init__(self, of_process: Tracer) -> None:
        super().__init__(of_process)
        self.text_map_propagator = PROPAGATION

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[_CaseSpans]:
        super().workflow_interceptor_class(input)  # it lets cases hand over spans; they never speak to the exporter
        return _CaseSpans


class TemporalTracing(SimplePlugin):
    """The plugin that gives spans to a client and to all of its workers, and to replays none."""

    # a class of its own: Temporal warns where a client's plugin and a worker's are of the same type
    def __init__(self, of_process: Tracer) -> None:
        super().__init__("guanjia.tracing", interceptors=[_TemporalSpans(of_process)])
