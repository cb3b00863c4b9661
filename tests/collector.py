"""A real collector of traces on loopback: takes OTLP over HTTP and keeps the spans, and every byte that came."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """What a collector was sent."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.services: set[str] = set()
        self.bodies: list[bytes] = []
        self.endpoint = ""

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        self.bodies.append(body)
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {one.key: one.value.string_value for one in of_resource.resource.attributes}
            self.services.add(told["service.name"])
            self.spans += [span for of_scope in of_resource.scope_spans for span in of_scope.spans]

    def named(self, name: str) -> list[Span]:
        return [span for span in list(self.spans) if span.name == name]

    def of_trace(self, trace: bytes) -> set[str]:
        return {span.name for span in list(self.spans) if span.trace_id == trace}


@contextmanager
def collector() -> Iterator[Collector]:
    kept = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.take(self.path, gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


def said(span: Span) -> dict[str, str]:
    """A span's attributes as text."""
    return {one.key: one.value.string_value or str(one.value.int_value) for one in span.attributes}
