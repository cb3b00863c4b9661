"""When traces are kept, what a span may say, and that a replay says nothing."""

import os
import socket
import subprocess
import sys
import time

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer
from temporalio.client import WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from activities.connections.settings import SettingsError
from activities.connections.spans import PROPAGATION, BareSpanExporter, TemporalTracing
from activities.connections.temporal import connect
from activities.connections.tracing import is_traced
from tests.connections.failing import WORDS, Failing, fail
from tests.replay.replaying import histories
from tests.servers import ROOT
from workers.assembly import PROCESSES

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


def tracer_into(exporter: SpanExporter) -> Tracer:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("test")


@pytest.fixture
def _no_collector(monkeypatch):
    for name in (
        *("OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL"),
        *("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"),
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize(
    ("variables", "traced"),
    [
        ({}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, False),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, False),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
    ],
)
def test_traces_are_kept_where_a_collector_is_named(monkeypatch, variables, traced):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_traced() is traced


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize(
    "variables", [{"OTEL_TRACES_EXPORTER": "console"}, {**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}]
)
def test_what_we_cannot_do_is_refused_instead_of_sending_nothing(monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="OTEL_"):
        is_traced()


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize(("variables", "loaded"), [({}, False), (ENDPOINT, True)])
def test_without_a_collector_nothing_of_the_exporter_is_loaded(monkeypatch, variables, loaded):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code = (
        "import sys, starters.intake_api.serve, workers.running\n"
        "from activities.connections.tracing import temporal_plugins\n"
        "temporal_plugins()\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (told.stdout.strip() != "[]") is loaded


def test_a_collector_that_does_not_answer_holds_up_no_end():
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        code = (
            "from activities.connections.spans import tracer; from deploy.leaving import leave\n"
            "tracer().start_span('last').end()\n"
            "leave()"
        )
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{mute.getsockname()[1]}"}
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **endpoint}, check=True)  # noqa: S603
    assert 2 <= time.monotonic() - began < 8


def test_a_span_goes_out_without_words():
    seen = InMemorySpanExporter()
    tracer = tracer_into(BareSpanExporter(seen))
    with (
        pytest.raises(ValueError, match="欧阳"),
        tracer.start_as_current_span(
            "RunActivity:notify", attributes={"temporalWorkflowID": "BX-7K3QM-9TXAB", "url.query": "phone=17400909123"}
        ),
    ):
        raise ValueError("欧阳金丝雀 17400909123")
    (span,) = seen.get_finished_spans()
    assert dict(span.attributes) == {"temporalWorkflowID": "BX-7K3QM-9TXAB"}
    assert not span.status.is_ok
    assert span.status.description is None
    assert [dict(event.attributes) for event in span.events] == [{"exception.type": "ValueError"}]
    assert "17400909123" not in span.to_json()


async def test_a_failure_is_followed_through_effect_and_case_without_its_words(keyring, temporal_server):
    seen = InMemorySpanExporter()
    tracer = tracer_into(BareSpanExporter(seen))
    address = temporal_server.client.service_client.config.target_host
    plugin = TemporalTracing(tracer)
    client = await connect(keyring, target_host=address, plugins=[plugin])
    worker = Worker(
        client,
        task_queue="failing",
        workflows=[Failing],
        activities=[fail],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        with pytest.raises(WorkflowFailureError):
            await client.execute_workflow(Failing.run, id="failing", task_queue="failing")
    spans = {span.name: span for span in seen.get_finished_spans()}
    assert spans.keys() >= {"StartWorkflow:Failing", "RunActivity:fail", "CompleteWorkflow:Failing"}
    assert not spans["RunActivity:fail"].status.is_ok
    assert spans["CompleteWorkflow:Failing"].events[0].attributes["exception.type"].endswith("ActivityError")
    for span in spans.values():
        for word in WORDS.split():
            assert word not in span.to_json()
            assert word.encode("ascii", "backslashreplace").decode() not in span.to_json()


def test_only_the_numbers_of_a_trace_are_handed_on():
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    context = PROPAGATION.extract({"traceparent": parent, "tracestate": "caller=17400909123", "baggage": "name=Ouyang"})
    carrier: dict[str, str] = {}
    PROPAGATION.inject(carrier, context)
    assert carrier == {"traceparent": parent}


async def test_recorded_histories_replay_under_tracing_and_emit_nothing():
    seen = InMemorySpanExporter()
    tracer = tracer_into(seen)
    replayer = Replayer(
        workflows=PROCESSES,
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=pydantic_data_converter,
        plugins=[TemporalTracing(tracer)],
    )
    count = 0
    for _, history in histories():
        await replayer.replay_workflow(history)
        count += 1
    assert count > 10
    assert seen.get_finished_spans() == ()
