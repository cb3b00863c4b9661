"""Whether traces are kept 链路追踪: only where the operator names a collector, by OpenTelemetry's own variables.

What knows OpenTelemetry is in ``spans`` and imported only then: without a collector nothing is loaded and nothing
is slower. Why it is as it is: ``docs/decisions/0029-tracing-when-configured.md``.
"""

import os
from typing import TYPE_CHECKING, Final

from activities.connections.settings import SettingsError

if TYPE_CHECKING:
    from temporalio.plugin import SimplePlugin

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def is_traced() -> bool:
    """Whether this process hands spans to a collector.

    Raises ``SettingsError`` for an exporter or a protocol that Guanjia does not have: an operator who asks for traces
    shall not wait for them in vain.
    """
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip()
    if exporter not in ("", "otlp", "none"):
        raise SettingsError("OTEL_TRACES_EXPORTER 只能是 otlp 或 none")
    if exporter == "none" or not (exporter or _first_set(_ENDPOINTS)):
        return False
    if _first_set(_PROTOCOLS) not in ("", "http/protobuf"):
        raise SettingsError("OTEL_EXPORTER_OTLP_PROTOCOL 只能是 http/protobuf(收集器的这个端口通常是 4318)")
    return True


def temporal_plugins() -> "list[SimplePlugin]":
    """What a client of Temporal is given for tracing, and with it every worker of that client; raises as above."""
    if not is_traced():
        return []
    from activities.connections.spans import TemporalTracing, tracer

    return [TemporalTracing(tracer())]


def _first_set(names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := os.environ.get(name, "").strip())), "")
