"""How the API stands in the world: health, its documentation, and what it never says."""

import re
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter
from structlog.testing import capture_logs
from temporalio.client import Client

from activities.records.tokens import issue_token
from tests.intake_api.conftest import HOME, Api, serving
from workflows.messages.people import Role


async def test_a_new_token_is_known_after_the_next_snapshot(api: Api):
    token = issue_token(api.database, caller="new", role=Role.CS_ASSISTANT, communities=[HOME])
    headers = {"Authorization": f"Bearer {token}"}
    assert (await api.http.get("/v1/inbox", headers=headers)).status_code == 401

    await api.intake.snapshots.refresh()

    assert (await api.http.get("/v1/inbox", headers=headers)).status_code == 200


async def test_health_and_readiness(api: Api):
    assert (await api.http.get("/healthz")).json() == {"status": "alive"}
    ready = await api.http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json().items() >= {"ready": True, "temporal": "reachable", "database": "reachable"}.items()


async def test_a_namespace_that_is_misspelt_is_not_ready(settings, keyring, sample, client):
    astray = Client(client.service_client, namespace="defualt", data_converter=client.data_converter)
    async with serving(settings, keyring, sample, astray) as api:
        ready = await api.http.get("/readyz")

    assert ready.status_code == 503
    assert ready.json().items() >= {"ready": False, "temporal": "namespace_unknown"}.items()


async def test_the_documentation_needs_no_internet(api: Api):
    page = await api.http.get("/docs")

    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(sources) >= 3
    for source in sources:
        assert source.startswith("/docs-assets/")
        asset = await api.http.get(source)
        assert asset.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert '"validatorUrl": null' in page.text


async def test_the_description_tells_the_release(api: Api):
    assert (await api.http.get("/openapi.json")).json()["info"]["version"] == version("guanjia")


async def test_no_answer_is_kept_by_anybody_in_between(api: Api):
    for path in ("/healthz", "/v1/inbox", "/nothing"):
        headers = (await api.http.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


async def test_a_fault_tells_nothing_of_itself(api: Api):
    """Exception messages may hold what was sent: neither the answer nor the log repeats them."""
    broken = APIRouter()

    @broken.get("/broken")
    async def broken_route() -> None:
        raise ValueError("王测试 13900001111")

    api.app.include_router(broken)
    with capture_logs() as logs:
        answer = await api.http.get("/broken")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "王测试" not in answer.text + str(logs)
    failure = next(line for line in logs if line["event"] == "request_failed")
    assert failure["cause"] == "ValueError"
    assert any(Path(__file__).name in frame for frame in failure["frames"])


async def test_the_log_names_the_route_and_not_what_stood_in_it(api: Api):
    with capture_logs() as logs:
        await api.http.get(
            f"/v1/communities/{HOME}/cases",
            params={"phone": "13900001111"},
            headers=await api.bearer(Role.CS_ASSISTANT),
        )

    line = next(line for line in logs if line["event"] == "request_answered")
    assert (line["route"], line["status"]) == ("/v1/communities/{community}/cases", 200)
    assert "13900001111" not in str(logs)


async def test_a_method_of_the_callers_own_invention_is_not_written_down(api: Api):
    with capture_logs() as lines:
        await api.http.request("17400909123", "/healthz")

    assert [line["method"] for line in lines if line["event"] == "request_answered"] == ["_OTHER"]
