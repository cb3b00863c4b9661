"""Photographs over HTTP: uploaded once, named by an action, read by those who may read the record."""

import uuid

import httpx2

from tests.attachments.pictures import located, picture
from tests.intake_api.conftest import ELSEWHERE, HOME, Api
from tests.intake_api.test_acting import offered
from workflows.messages.people import Role

HERE = f"/v1/communities/{HOME}/attachments"


async def sent(
    api: Api, content: bytes, purpose: str = "photo", key: str = "", role: Role = Role.CS_ASSISTANT
) -> httpx2.Response:
    headers = {**await api.bearer(role), "Idempotency-Key": key or uuid.uuid4().hex, "Content-Type": "image/jpeg"}
    return await api.http.post(f"{HERE}?purpose={purpose}", content=content, headers=headers)


async def test_a_photograph_is_uploaded_once_and_read_back_without_its_place(api: Api):
    key = uuid.uuid4().hex
    first, again = await sent(api, located(), key=key), await sent(api, located(), key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    read = await api.get(f"{HERE}/{first.json()['id']}")
    assert (read.status_code, read.headers["content-type"]) == (200, "image/jpeg")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["content-disposition"].startswith("attachment")
    assert b"Exif" not in read.content


async def test_a_photograph_larger_than_other_bodies_may_be_is_accepted_and_a_huge_one_is_not(api: Api):
    noisy = picture("PNG", size=(900, 900)) + b"\x00" * (2 * 1024 * 1024)
    assert (await sent(api, noisy)).status_code == 201
    huge = await sent(api, b"\xff\xd8" + b"\x00" * (16 * 1024 * 1024))
    assert huge.status_code == 413


async def test_what_is_no_photograph_is_refused_with_its_reason(api: Api):
    for content, code in ((b"<svg/>", "attachment_not_an_image"), (b"", "attachment_empty")):
        answer = await sent(api, content)
        assert answer.json()["code"] == code, answer.text


async def test_another_communitys_photograph_does_not_exist(api: Api):
    number = (await sent(api, picture())).json()["id"]
    elsewhere = await api.get(
        f"/v1/communities/{ELSEWHERE}/attachments/{number}", Role.CS_ASSISTANT, community=ELSEWHERE
    )
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "unknown_attachment")
    nobodys = await api.get(f"{HERE}/FJ-{'A' * 26}")
    assert nobodys.json()["code"] == "unknown_attachment"


async def test_an_action_names_what_was_uploaded_and_nothing_else(api: Api, workers):
    number = (await api.report(channel="phone", unit="1-101", inside=False)).json()["number"]
    technician = await offered(api, number)
    for action in ("take", "arrive"):
        await api.act(number, action, Role.TECHNICIAN, staff=technician)
    done = {"work_done": "已修", "photos": [f"FJ-{'A' * 26}"]}
    unknown = await api.act(number, "complete", Role.TECHNICIAN, staff=technician, **done)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_attachment")
    photo = (await sent(api, picture())).json()["id"]
    known = await api.act(number, "complete", Role.TECHNICIAN, staff=technician, work_done="已修", photos=[photo])
    assert known.status_code == 200, known.text
