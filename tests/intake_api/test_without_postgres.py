"""PostgreSQL is away for an hour: reports are accepted, staff get their answers, and every line arrives afterwards."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from activities.connections.database import Database
from activities.connections.settings import Settings
from activities.records.migration import upgrade
from activities.records.sample_community import create_sample
from starters.intake_api.snapshot_keeper import USABLE_FOR
from tests import servers
from tests.intake_api.conftest import HOME, Api, now, serving
from tests.intake_api.test_acting import recorded, refusals
from workers.assembly import build
from workflows.messages.identifiers import TaskQueue
from workflows.messages.people import Role


class MovableClock:
    """The machine's clock, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self):
        return now() + self.ahead


@pytest.fixture(scope="module")
def own_postgres():
    """A PostgreSQL that these tests may stop."""
    with servers.postgres_server("intake") as server:
        yield server


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def centre(own_postgres, keyring, client, clock, tmp_path):
    """API and workers on a PostgreSQL of their own: the API, and the server to stop."""
    with own_postgres.new_database() as url:
        upgrade(url)
        database = Database.connect(url, keyring)
        create_sample(database)
        settings = Settings(database_url=url, keys_file=tmp_path / "keys.toml")
        async with (
            build(TaskQueue.CASES, client, settings, database, keyring),
            serving(settings, keyring, database, client, clock) as api,
        ):
            for role in (Role.CS_ASSISTANT, Role.FINANCE, Role.CS_SUPERVISOR):
                await api.bearer(role)
            try:
                yield api
            finally:
                own_postgres.start()
        database.close()


async def test_reports_and_actions_go_on_and_every_line_arrives_in_order(centre: Api, own_postgres):
    before = (await centre.report()).json()["number"]
    await recorded(centre, before, "reported")
    own_postgres.stop()

    key = uuid.uuid4().hex
    answer = await centre.report(key=key)
    again = await centre.report(key=key)
    other = await centre.report(key=key, description="另一件事")
    number = answer.json()["number"]
    accepted = await centre.act(number, "accept")
    cancelled = await centre.act(before, "cancel", reason="客户自己修好了")
    refused = await centre.act(number, "accept", Role.FINANCE)
    lists = await centre.get(f"/v1/communities/{HOME}/cases")

    assert [answer.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert (accepted.json()["state_label"], cancelled.json()["state_label"]) == ("已受理", "已关闭")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed_for_role")
    assert (lists.status_code, lists.json()["code"]) == (503, "records_unavailable")
    assert lists.headers["retry-after"]
    own_postgres.start()
    record = await recorded(centre, number, "accepted")
    assert [line.sequence for line in record.lines] == list(range(1, len(record.lines) + 1))
    assert [line.event for line in record.lines][:2] == ["reported", "accepted"]
    assert (await recorded(centre, before, "cancelled")).state_label == "已关闭"
    deadline = asyncio.get_running_loop().time() + 20
    while await centre.intake.archive.write_waiting():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.1)
    assert [(case, code) for case, *_, code in refusals(centre)] == [(number, "not_allowed_for_role")]


async def test_an_unknown_unit_is_accepted_to_be_checked_once_the_snapshot_is_old(centre: Api, own_postgres, clock):
    assert (await centre.report(unit="88-8801")).json()["code"] == "unknown_unit"
    own_postgres.stop()
    clock.ahead = timedelta(minutes=2)

    known = await centre.report()
    unknown = await centre.report(unit="88-8801")

    assert (known.status_code, known.json()["unit_verified"]) == (201, True)
    assert (unknown.status_code, unknown.json()["unit_verified"]) == (201, False)
    description = await centre.intake.client.get_workflow_handle(unknown.json()["number"]).describe()
    assert "88-8801" not in str(description.raw_description)
    assert await description.static_summary() == f"报修 {HOME} 房号待核 一般 水"


async def test_intake_goes_on_for_a_day_and_not_longer(centre: Api, own_postgres, clock):
    own_postgres.stop()
    clock.ahead = USABLE_FOR - timedelta(minutes=5)
    assert (await centre.report()).status_code == 201
    readiness = (await centre.http.get("/readyz")).json()
    assert readiness["ready"]

    clock.ahead = USABLE_FOR + timedelta(minutes=5)

    answer = await centre.report()
    assert (answer.status_code, answer.json()["code"]) == (503, "snapshot_expired")
    assert (await centre.http.get("/readyz")).status_code == 503


async def test_a_message_to_a_case_that_has_ended_is_not_called_kept(centre: Api, own_postgres):
    number = (await centre.report()).json()["number"]
    await recorded(centre, number, "reported")
    await centre.intake.client.get_workflow_handle(number).terminate("as at the end of its reopen window")
    own_postgres.stop()

    reply = await centre.post(f"/v1/communities/{HOME}/cases/{number}/replies", {"intent": "reopen", "text": "又漏了"})

    assert (reply.status_code, reply.json()["code"]) == (503, "records_unavailable")


async def test_a_process_that_never_saw_the_database_answers_that_it_is_not_ready(client, keyring, tmp_path):
    nowhere = "postgresql+psycopg2://nobody@127.0.0.1:1/nothing"
    settings = Settings(database_url=nowhere, keys_file=tmp_path / "keys.toml")
    database = Database.connect(nowhere, keyring)
    async with serving(settings, keyring, database, client) as api:
        headers = {"Authorization": "Bearer gj_x", "Idempotency-Key": "k" * 32}
        answer = await api.http.post(f"/v1/communities/{HOME}/repairs", json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
        assert (await api.http.get("/healthz")).status_code == 200
        readiness = await api.http.get("/readyz")
        assert readiness.status_code == 503
        assert readiness.json()["snapshot_age_seconds"] is None
