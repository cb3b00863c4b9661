"""The codec server shows what cases hold to those who have the token, and to nobody else."""

import json
from dataclasses import replace

import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from starters.codec_server import create_codec_app
from tests.intake_api.conftest import on_a_free_port
from workflows.effects.open_text import OpenText

UI = "http://127.0.0.1:8233"


@pytest.fixture
async def codec(keyring):
    async with on_a_free_port(create_codec_app(keyring, ui_origins=[UI])) as http:
        yield http


@pytest.fixture
def token(keyring):
    return {"Authorization": f"Bearer {keyring.codec_token}"}


async def _payloads(client, *values) -> str:
    return json_format.MessageToJson(Payloads(payloads=await client.data_converter.encode(values)))


def _data(answer) -> list[bytes]:
    return [payload.data for payload in json_format.Parse(answer.content, Payloads()).payloads]


async def test_what_a_case_holds_is_shown_to_those_who_have_the_token(codec, token, client):
    hidden = await _payloads(client, {"name": "王测试"}, OpenText("报修"))
    assert "王测试" not in hidden

    answer = await codec.post("/decode", content=hidden, headers={**token, "X-Namespace": "default"})

    assert answer.status_code == 200
    assert [json.loads(data) for data in _data(answer)] == [{"name": "王测试"}, "报修"]
    assert answer.headers["cache-control"] == "no-store"


async def test_what_the_cli_sends_is_encrypted(codec, token, client):
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'"x"')
    sent = json_format.MessageToJson(Payloads(payloads=[plain]))

    encoded = await codec.post("/encode", content=sent, headers=token)
    decoded = await codec.post("/decode", content=encoded.content, headers=token)

    assert _data(encoded) != [b'"x"']
    assert _data(decoded) == [b'"x"']


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic x"},
        {"Cookie": "guanjia_codec=wrong"},
        {"Cookie": "guanjia_codec=9999999999."},
        {"Cookie": f"guanjia_codec=9999999999.{'0' * 64}"},
    ],
)
@pytest.mark.parametrize("route", ["/encode", "/decode"])
async def test_without_the_token_nothing_is_shown(codec, client, route, wrong):
    answer = await codec.post(route, content=await _payloads(client, "王测试"), headers=wrong)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_required")


async def test_a_person_signs_in_once_for_the_ui(codec, client, keyring):
    assert "解密服务" in (await codec.get("/")).text
    refused = await codec.post("/", data={"token": "wrong"})
    signed_in = await codec.post("/", data={"token": keyring.codec_token})

    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    assert signed_in.status_code == 303
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age=28800" in cookie
    answer = await codec.post("/decode", content=await _payloads(client, "王测试"), headers={"Origin": UI})
    assert json.loads(_data(answer)[0]) == "王测试"
    assert answer.headers["access-control-allow-origin"] == UI
    assert answer.headers["access-control-allow-credentials"] == "true"


async def test_a_browser_never_keeps_the_token_and_its_session_is_no_token(codec, client, keyring):
    session = (await codec.post("/", data={"token": keyring.codec_token})).cookies["guanjia_codec"]
    codec.cookies.clear()
    hidden = await _payloads(client, "王测试")

    as_token = await codec.post("/decode", content=hidden, headers={"Authorization": f"Bearer {session}"})
    token_as_session = await codec.post(
        "/decode", content=hidden, headers={"Cookie": f"guanjia_codec={keyring.codec_token}"}
    )

    assert keyring.codec_token not in session
    assert (as_token.status_code, token_as_session.status_code) == (401, 401)


async def test_a_session_ends_after_eight_hours_and_cannot_be_prolonged(client, keyring):
    clock = [1_800_000_000.0]
    hidden = await _payloads(client, "王测试")
    async with on_a_free_port(create_codec_app(keyring, ui_origins=[UI], now=lambda: clock[0])) as codec:
        session = (await codec.post("/", data={"token": keyring.codec_token})).cookies["guanjia_codec"]
        codec.cookies.clear()

        async def status_with(session: str) -> int:
            answer = await codec.post("/decode", content=hidden, headers={"Cookie": f"guanjia_codec={session}"})
            return answer.status_code

        clock[0] += 8 * 3600 - 1
        assert await status_with(session) == 200
        clock[0] += 1
        assert await status_with(session) == 401
        ends, seal = session.split(".")
        assert await status_with(f"{int(ends) + 3600}.{seal}") == 401


async def test_a_new_codec_token_ends_every_session(client, keyring):
    async with on_a_free_port(create_codec_app(keyring, ui_origins=[UI])) as codec:
        session = (await codec.post("/", data={"token": keyring.codec_token})).cookies["guanjia_codec"]
    renewed = replace(keyring, codec_token="another" * 8)
    async with on_a_free_port(create_codec_app(renewed, ui_origins=[UI])) as codec:
        answer = await codec.post(
            "/decode", content=await _payloads(client, "王测试"), headers={"Cookie": f"guanjia_codec={session}"}
        )
    assert answer.status_code == 401


async def test_only_the_temporal_ui_may_call_it_from_a_browser(codec):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-namespace,content-type"}

    ours = await codec.options("/decode", headers={"Origin": UI, **asked})
    anothers = await codec.options("/decode", headers={"Origin": "https://evil.example", **asked})

    assert ours.headers["access-control-allow-origin"] == UI
    assert "access-control-allow-origin" not in anothers.headers


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"payloads": 3}', b"\xff", b'{"payloads":' + b"[" * 5000])
async def test_what_is_no_payload_is_refused(codec, token, content):
    answer = await codec.post("/decode", content=content, headers=token)

    assert answer.status_code in (400, 200)
    if answer.status_code == 400:
        assert answer.json()["code"] == "malformed_json"


async def test_a_payload_of_another_key_is_refused_without_its_words(codec, token):
    foreign = Payload(metadata={"encoding": b"binary/encrypted"}, data=b"\x04none" + b"\x00" * 40)

    answer = await codec.post("/decode", content=json_format.MessageToJson(Payloads(payloads=[foreign])), headers=token)

    assert (answer.status_code, answer.json()["code"]) == (422, "not_decodable")


async def test_a_body_that_is_too_large_is_not_read(codec, token):
    answer = await codec.post("/decode", content=b" " * (9 * 1024 * 1024), headers=token)

    assert answer.status_code == 413


async def test_an_address_has_so_many_wrong_tokens_a_minute_at_the_codec_server_too(client, keyring, token):
    hidden = await _payloads(client, "王测试")
    wrong = {"Authorization": "Bearer wrong"}
    async with on_a_free_port(create_codec_app(keyring, ui_origins=[UI], wrong_tokens_per_minute=4)) as codec:
        stale = [await codec.post("/decode", content=hidden, headers={"Cookie": "guanjia_codec=1.0"}) for _ in range(9)]
        by_page = [await codec.post("/", data={"token": "wrong"}) for _ in range(2)]
        by_command = [await codec.post("/decode", content=hidden, headers=wrong) for _ in range(3)]
        page = await codec.post("/", data={"token": "wrong"})
        right = await codec.post("/decode", content=hidden, headers=token)
        elsewhere = await codec.post("/decode", content=hidden, headers={**wrong, "X-Forwarded-For": "192.0.2.1"})

    assert {answer.status_code for answer in stale} == {401}
    assert [answer.status_code for answer in (*by_page, *by_command)] == [401, 401, 401, 401, 429]
    assert by_command[-1].json()["code"] == "too_many_failed_logins"
    for answer in (by_command[-1], page):
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert (right.status_code, elsewhere.status_code) == (200, 401)
