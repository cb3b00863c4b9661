"""With a collector configured, a repair can be followed from the API to its effects, and no span names anybody."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from tests.collector import Collector, collector, said
from tests.deploy.centre import Centre, folder_of_a_test
from tests.deploy.test_canaries import CANARIES, NAME, PHONE, WORDS, found_in, repair_begun

UPSTREAM = "4bf92f3577b34da6a3ce929d0e0e4736"
REQUEST = "POST /v1/communities/{community}/repairs"


@pytest.fixture(scope="module")
def followed() -> Iterator[tuple[Centre, Collector, str]]:
    """A centre whose collector has seen a repair, refusals and a search by telephone number."""
    with folder_of_a_test("tracing") as folder, collector() as collected:
        centre = Centre(folder)
        centre.variables |= {"OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        centre.start()
        try:
            number = _live(centre)
            for name in ("RunActivity:records.write_case", "RunActivity:notifications.notify", "HandleUpdate:act"):
                centre.wait_for(lambda name=name: collected.named(name), 15)
            yield centre, collected, number
        finally:
            centre.end()


def _live(centre: Centre) -> str:
    number, technician = repair_begun(centre)
    again = centre.request("POST", f"cases/{number}/actions", technician, {"action": "decline", "reason": WORDS})
    assert again.status_code == 409, again.text  # refused by the case itself
    reply = {"intent": "comment", "text": f"{NAME}说:{WORDS}"}
    assert centre.request("POST", f"cases/{number}/replies", "desk", reply).status_code < 300
    # a person's words where they do not belong: in the address, the query, headers and a refused body
    assert (
        centre.request("POST", f"cases/{number}/actions", "desk", {"action": "take", "note": NAME}).status_code >= 400
    )
    centre.request("GET", f"cases?phone={PHONE}&name={NAME}", "desk")
    centre.request("GET", f"cases/{NAME}", "desk")
    url = f"http://127.0.0.1:{centre.ports['GUANJIA_API_PORT']}/v1/{WORDS}?phone={PHONE}"
    handed_on = {
        "traceparent": f"00-{UPSTREAM}-00f067aa0ba902b7-01",
        "tracestate": f"caller={PHONE.removeprefix('+')}",
        "baggage": f"phone={PHONE.removeprefix('+')}",
        "User-Agent": PHONE,
    }
    httpx2.request(PHONE, url, headers=handed_on, trust_env=False)
    return number


def test_a_repair_is_one_trace_from_the_request_over_the_case_to_its_effects(
    followed: tuple[Centre, Collector, str],
) -> None:
    _, collected, number = followed
    (request,) = collected.named(REQUEST)
    assert said(request)["http.response.status_code"] == "201"
    trace = collected.of_trace(request.trace_id)
    assert {REQUEST, "StartWorkflow:Repair", "RunWorkflow:Repair"} <= trace
    assert {
        "StartActivity:records.write_case",
        "RunActivity:records.write_case",
        "RunActivity:dispatching.offer_next",
    } <= trace
    (began,) = collected.named("StartWorkflow:Repair")
    assert began.parent_span_id == request.span_id
    assert said(began)["temporalWorkflowID"] == number
    assert collected.services == {"guanjia"}


def test_an_update_of_a_case_leads_back_to_the_request_that_brought_it(
    followed: tuple[Centre, Collector, str],
) -> None:
    _, collected, _ = followed
    asked = {span.trace_id for span in collected.named("StartWorkflowUpdate:act")}
    assert {link.trace_id for span in collected.named("HandleUpdate:act") for link in span.links} <= asked
    assert all(span.links for span in collected.named("HandleUpdate:act"))


def test_a_trace_of_the_proxy_is_continued_and_health_checks_have_none(
    followed: tuple[Centre, Collector, str],
) -> None:
    centre, collected, _ = followed
    centre.wait_for(lambda: collected.of_trace(bytes.fromhex(UPSTREAM)))
    assert collected.of_trace(bytes.fromhex(UPSTREAM)) == {"_OTHER"}
    assert not [span for span in collected.spans if "healthz" in span.name or "readyz" in span.name]


def test_no_span_holds_a_canary(followed: tuple[Centre, Collector, str]) -> None:
    _, collected, _ = followed
    assert len(collected.spans) > 20
    assert not collected.named("CompleteWorkflow:Repair"), "a refused action is not the end of a case"
    for body in collected.bodies:
        assert found_in(body) == []
    for span in collected.spans:
        assert span.status.message == ""
        assert not span.trace_state
        for word in (*CANARIES, "%E6", "example.com"):
            assert word not in str(span)


async def test_a_history_holds_nothing_of_the_trace_but_its_numbers(followed: tuple[Centre, Collector, str]) -> None:
    centre, _, number = followed
    address = f"127.0.0.1:{centre.ports['GUANJIA_TEMPORAL_PORT']}"
    client = await connect(KeyRing.load(centre.folder / "keys.toml"), target_host=address)
    history = await client.get_workflow_handle(number).fetch_history()
    headers = [
        *(event.workflow_execution_started_event_attributes.header for event in history.events),
        *(event.activity_task_scheduled_event_attributes.header for event in history.events),
    ]
    carried = [header.fields["_tracer-data"].data for header in headers if header.fields]
    assert len(carried) > 2
    for data in carried:
        assert json.loads(data).keys() == {"traceparent"}
