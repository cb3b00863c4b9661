"""Reporting a repair 报修受理: one message is one case, whoever sends it how often."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from temporalio.common import TypedSearchAttributes

from activities.opening.message_keys import body_digest
from activities.opening.repair_reports import RepairReport
from activities.records.case_tables import Case
from activities.records.sealing import seal_columns
from activities.records.tokens import issue_token
from tests.intake_api.conftest import ELSEWHERE, HOME, Api, repair, until
from workflows.messages.case import Channel
from workflows.messages.identifiers import CASE_STATE, COMMUNITY, LEVEL, UNIT, CaseKind, TaskQueue
from workflows.messages.people import Role
from workflows.messages.repair import RepairStart
from workflows.rules.case_numbers import case_number


async def _started_with(client, number) -> RepairStart:
    """The message that the case was started with, as its history holds it."""
    async for event in client.get_workflow_handle(number).fetch_history_events():
        payloads = event.workflow_execution_started_event_attributes.input.payloads
        return (await client.data_converter.decode(payloads, [RepairStart]))[0]
    raise AssertionError(number)


async def test_a_report_becomes_a_case_that_a_manager_can_find(api: Api, client):
    answer = await api.report(Role.INTAKE, description="厨房水管漏水,师傅请快些")

    assert answer.status_code == 201
    number = answer.json()["number"]
    assert answer.json() == {
        "number": number,
        "state_label": "待受理",
        "level_label": "一般",
        "unit_verified": True,
    }
    description = await client.get_workflow_handle(number).describe()
    attributes: TypedSearchAttributes = description.typed_search_attributes
    assert [attributes[name] for name in (COMMUNITY, UNIT, LEVEL, CASE_STATE)] == [HOME, "1-101", "一般", "待受理"]
    assert await description.static_summary() == f"报修 {HOME} 1-101 一般 水"
    assert description.raw_description.workflow_execution_info.priority.priority_key == 3


async def test_the_same_key_and_body_are_the_same_case(api: Api):
    key = uuid.uuid4().hex

    first = await api.report(key=key)
    again = await api.report(key=key)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


async def test_twenty_requests_at_once_with_one_key_open_one_case(api: Api, client):
    key = uuid.uuid4().hex
    await api.bearer(Role.CS_ASSISTANT)

    answers = await asyncio.gather(*(api.report(key=key) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1


async def test_another_body_under_a_used_key_is_refused_and_opens_nothing(api: Api, client):
    key = uuid.uuid4().hex
    number = (await api.report(key=key)).json()["number"]

    answer = await api.report(key=key, description="另一件事")

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert "厨房水管漏水" in (await _started_with(client, number)).opening.description


async def test_a_report_of_another_community_under_a_used_key_is_another_body(api: Api):
    key = uuid.uuid4().hex
    both = {"caller": "platform", "role": Role.INTAKE, "communities": [HOME, ELSEWHERE]}
    headers = {"Authorization": f"Bearer {issue_token(api.database, **both)}", "Idempotency-Key": key}
    await api.intake.snapshots.refresh()

    answers = [
        await api.http.post(f"/v1/communities/{community}/repairs", json=repair(), headers=headers)
        for community in (HOME, ELSEWHERE)
    ]

    assert [answer.status_code for answer in answers] == [201, 409]


async def test_two_callers_may_use_the_same_key(api: Api):
    key = uuid.uuid4().hex

    answers = [await api.report(role, key) for role in (Role.INTAKE, Role.CS_ASSISTANT)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["number"] for answer in answers}) == 2


async def test_a_number_that_another_key_holds_is_never_given_out(api: Api, client, keyring):
    key = uuid.uuid4().hex
    number = case_number(CaseKind.REPAIR, keyring.case_number_key, f"{Role.CS_ASSISTANT}--{HOME}", key)
    memo = {"key_digest": "of another key", "body_digest": "of another body"}
    await client.start_workflow("Repair", id=number, task_queue=TaskQueue.CASES, memo=memo)

    answer = await api.report(key=key)

    assert (answer.status_code, answer.json()["code"]) == (503, "number_taken")


async def test_a_number_whose_record_exists_never_opens_a_second_record(api: Api, client, keyring):
    """Temporal has forgotten the case after 90 days; the records have not."""
    key = uuid.uuid4().hex
    number = case_number(CaseKind.REPAIR, keyring.case_number_key, f"{Role.CS_ASSISTANT}--{HOME}", key)
    record_of_old(api.database, number)

    answer = await api.report(key=key)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_expired")
    assert number in answer.json()["detail"]


async def test_a_report_whose_appointment_has_passed_since_is_still_the_same_case(api: Api, workers):
    """The resend comes after the appointed time: what counts is that it was accepted."""
    key, soon = uuid.uuid4().hex, datetime.now(UTC) + timedelta(seconds=3)
    body = {"appointment_at": soon.isoformat()}
    number = (await api.report(key=key, **body)).json()["number"]
    await until(lambda: api.intake.archive.has_record(number))

    async def passed():
        return datetime.now(UTC) > soon

    await until(passed)
    assert (await api.report(key=key, **body)).status_code == 200
    assert (await api.report(**body)).json()["code"] == "appointment_in_past"


@pytest.mark.parametrize(
    ("role", "channel", "accepted"),
    [
        (Role.CS_ASSISTANT, Channel.PHONE, True),
        (Role.CS_SUPERVISOR, Channel.FRONT_DESK, True),
        (Role.CONTROL_ROOM, Channel.CONTROL_ROOM, True),
        (Role.STEWARD, Channel.FRONT_DESK, True),
        (Role.CS_ASSISTANT, Channel.PLATFORM, False),
        (Role.STEWARD, Channel.PATROL, False),
        (Role.SITE_MANAGER, Channel.PHONE, False),
        (Role.INTAKE, Channel.PHONE, False),
    ],
)
async def test_entering_a_report_at_the_desk_is_accepting_it(api: Api, client, role, channel, accepted):
    number = (await api.report(role, channel=channel)).json()["number"]

    accepted_by = (await _started_with(client, number)).opening.accepted_by
    assert (accepted_by is not None and accepted_by.role is role) == accepted


async def test_the_start_carries_the_policy_and_the_working_days_that_it_needs(api: Api, client):
    number = (await api.report()).json()["number"]

    start = await _started_with(client, number)

    assert start.opening.policy_version == 1
    assert start.opening.area == "A1"
    assert start.opening.received_at.utcoffset() == timedelta(hours=8)
    assert {datetime.now(UTC).year, datetime.now(UTC).year + 1} >= set(start.calendar.years) - {
        datetime.now(UTC).year - 1
    }
    assert start.policy.acceptance.limit.minutes == 5


async def test_hazard_words_make_an_emergency_that_workers_serve_first(api: Api, client):
    answer = await api.report(description="楼道里闻到燃气", trade="plumbing")

    assert answer.json()["level_label"] == "紧急"
    description = await client.get_workflow_handle(answer.json()["number"]).describe()
    assert description.raw_description.workflow_execution_info.priority.priority_key == 1
    assert (await _started_with(client, answer.json()["number"])).trade == "gas"


async def test_words_nobody_can_see_do_not_reach_the_form(api: Api, client):
    number = (await api.report(description="\u202e水管\u200b漏水\ufeff\r\n二楼\u2066也漏\u2069")).json()["number"]

    assert (await _started_with(client, number)).opening.description == "水管漏水\n二楼也漏"


async def test_a_reporters_name_is_nowhere_in_the_open(api: Api, client, capsys):
    reporter = {"name": "欧阳测试", "phone": "13900001234", "mail": "ouyang@example.com", "identity": "owner"}
    number = (await api.report(reporter=reporter, description="欧阳测试家漏水")).json()["number"]

    description = await client.get_workflow_handle(number).describe()
    history = await client.get_workflow_handle(number).fetch_history()
    shown = str(description.raw_description) + history.to_json() + str(capsys.readouterr())
    assert not [word for word in ("欧阳测试", "13900001234", "ouyang@") if word in shown]
    assert (await _started_with(client, number)).opening.reporter.phone == "13900001234"


def test_a_field_added_later_does_not_make_an_old_message_a_new_one():
    class LaterReport(RepairReport):
        added: str = ""

    body = {"community": HOME, "unit": "1-101", "channel": Channel.PHONE, "description": "漏水"}

    assert body_digest(RepairReport(**body)) == body_digest(LaterReport(**body))
    assert body_digest(RepairReport(**body)) != body_digest(LaterReport(**body, added="x"))


def record_of_old(database, number: str, *, closed: bool = True) -> None:
    """The record of a case that Temporal has forgotten."""
    values = {
        "number": number,
        "community": HOME,
        "kind": "repair",
        "unit": "1-101",
        "unit_verified": True,
        "area": "A1",
        "channel": "phone",
        "identity": "owner",
        "description": "旧单",
        "policy_version": 1,
        "linked": [],
        "received_at": datetime(2026, 1, 5, tzinfo=UTC),
        "accepted_role": "",
        "accepted_by": "",
        "state": "closed" if closed else "in_progress",
        "state_label": "已关闭" if closed else "维修中",
        "closed_at": datetime(2026, 1, 6, tzinfo=UTC) if closed else None,
        "level": "general",
        "level_label": "一般",
        "assignee": "",
        "breached": False,
        "last_sequence": 1,
    }
    with database.begin() as connection:
        connection.execute(insert(Case).values(seal_columns(database.personal, Case, values)))
