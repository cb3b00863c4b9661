"""Who may upload a photograph and who may look at one; what a request has to bring along."""

import asyncio
import uuid

import pytest

from tests.attachments.pictures import picture
from tests.intake_api.conftest import ELSEWHERE, Api
from tests.intake_api.test_attachments import HERE, sent
from workflows.messages.people import Role


@pytest.mark.parametrize("role", [Role.CS_ASSISTANT, Role.TECHNICIAN, Role.ENGINEERING_LEAD, Role.SITE_MANAGER])
async def test_who_serves_the_customer_uploads_and_looks(api: Api, role: Role):
    answer = await sent(api, picture(), role=role)

    assert answer.status_code == 201
    read = await api.get(f"{HERE}/{answer.json()['id']}", role)
    assert read.status_code == 200
    assert "no-store" in read.headers["cache-control"]


@pytest.mark.parametrize("role", [Role.INTAKE, Role.GUARD, Role.CASHIER])
async def test_who_may_not_read_records_uploads_and_does_not_look(api: Api, role: Role):
    answer = await sent(api, picture(), role=role)

    assert answer.status_code == 201
    refused = await api.get(f"{HERE}/{answer.json()['id']}", role)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed_for_role")


async def test_into_another_community_nobody_uploads(api: Api):
    headers = {**await api.bearer(Role.CS_SUPERVISOR), "Idempotency-Key": uuid.uuid4().hex}

    refused = await api.http.post(
        f"/v1/communities/{ELSEWHERE}/attachments?purpose=photo", content=picture(), headers=headers
    )

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_community")


async def test_without_a_token_a_key_or_a_known_purpose_nothing_is_taken(api: Api):
    headers = await api.bearer(Role.CS_ASSISTANT)
    path = f"{HERE}?purpose=photo"

    assert (await api.http.post(path, content=picture())).status_code == 401
    assert (await api.http.post(path, content=picture(), headers=headers)).json()["code"] == "idempotency_key_required"
    assert (await sent(api, picture(), purpose="video")).json()["code"] == "invalid_request"


async def test_another_picture_or_purpose_under_the_same_key_is_refused_and_another_callers_key_is_his(api: Api):
    key = uuid.uuid4().hex
    first = await sent(api, picture(), key=key)

    for answer in (await sent(api, picture(size=(9, 9)), key=key), await sent(api, picture(), "signature", key=key)):
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    theirs = await sent(api, picture(), key=key, role=Role.TECHNICIAN)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != first.json()["id"]


async def test_the_same_upload_sent_six_times_at_once_is_one_file(api: Api):
    key = uuid.uuid4().hex

    answers = await asyncio.gather(*(sent(api, picture(), key=key) for _ in range(6)))

    assert {answer.status_code for answer in answers} <= {200, 201}
    (number,) = {answer.json()["id"] for answer in answers}
    assert (await api.get(f"{HERE}/{number}")).status_code == 200


async def test_the_larger_limit_is_for_attachments_only(api: Api):
    refused = await api.post(HERE.replace("attachments", "repairs"), {"description": "x" * 2 * 1024 * 1024})

    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
