"""How much one may send and how often 限流与上限: bodies, uploads, requests of a token, wrong tokens of an address."""

import pytest

from starters.wrong_tokens import WrongTokens
from tests.attachments.pictures import picture
from tests.attachments.test_images import bomb
from tests.intake_api.conftest import HOME, Api, repair, serving
from tests.intake_api.test_attachments import sent
from tests.intake_api.who_may import SIGNED
from workflows.messages.people import Role

POLICIES = f"/v1/communities/{HOME}/policies"
every_signed_route = pytest.mark.parametrize(
    "path", [route.split()[1].format(community=HOME) for route in sorted(SIGNED)]
)
WRONG = {"Authorization": "Bearer gj_wrong"}


async def test_a_token_has_so_many_requests_a_minute(settings, keyring, sample, client):
    few = settings.model_copy(update={"requests_per_minute": 3})
    async with serving(few, keyring, sample, client) as api:
        answers = [await api.get(POLICIES) for _ in range(4)]
        somebody_else = await api.get(POLICIES, Role.SITE_MANAGER)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert somebody_else.status_code == 200


async def test_an_address_has_so_many_wrong_tokens_a_minute_and_right_ones_still_work(
    settings, keyring, sample, client
):
    few = settings.model_copy(update={"wrong_tokens_per_minute": 3})
    async with serving(few, keyring, sample, client) as api:
        answers = [await api.http.get("/v1/inbox", headers=WRONG) for _ in range(4)]
        none_at_all = await api.http.get("/v1/inbox")
        right = await api.get("/v1/inbox")

    assert [answer.json()["code"] for answer in answers] == ["invalid_token"] * 3 + ["too_many_failed_logins"]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert none_at_all.json()["code"] == "too_many_failed_logins"
    assert right.status_code == 200


async def test_thirty_wrong_tokens_a_minute_unless_it_is_set_otherwise(api: Api):
    answers = [await api.http.get("/v1/inbox", headers=WRONG) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [401] * 30 + [429]


async def test_a_client_is_whom_the_proxy_names_last_and_not_whom_he_names_himself(settings, keyring, sample, client):
    few = settings.model_copy(update={"wrong_tokens_per_minute": 3})
    async with serving(few, keyring, sample, client) as api:

        async def status_for(forwarded: str) -> int:
            headers = {**WRONG, "X-Forwarded-For": forwarded}
            return (await api.http.get("/v1/inbox", headers=headers)).status_code

        invented = [await status_for(f"203.0.113.{index}, 192.0.2.1") for index in range(4)]
        another = await status_for("192.0.2.2")

    assert invented == [401, 401, 401, 429]
    assert another == 401


@every_signed_route
async def test_wrong_signatures_count_as_wrong_tokens_do(settings, keyring, sample, client, path: str):
    few = settings.model_copy(update={"wrong_tokens_per_minute": 2})
    async with serving(few, keyring, sample, client) as api:
        answers = [await api.http.post(path, json={}) for _ in range(3)]

    assert [answer.json()["code"] for answer in answers] == ["invalid_signature"] * 2 + ["too_many_failed_logins"]


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("", "", True),
        ("testclient", "another", False),
    ],
)
def test_whoever_changes_his_address_inside_his_own_network_is_still_the_same(one: str, other: str, are_one: bool):
    wrong = WrongTokens(1)

    assert wrong.count(one) == 0
    assert bool(wrong.count(other)) is are_one


@every_signed_route
async def test_without_a_signature_no_large_body_is_read_either(api: Api, path: str):
    refused = await api.http.post(path, content=b" " * (2 * 1024 * 1024))

    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


async def test_the_largest_body_is_as_it_is_set(settings, keyring, sample, client):
    small = settings.model_copy(update={"max_body_bytes": 400})
    async with serving(small, keyring, sample, client) as api:
        fits = await api.report()
        does_not = await api.report(description="漏" * 400)
        photograph = await sent(api, picture(size=(300, 300)))

    assert fits.status_code == 201
    assert (does_not.status_code, does_not.json()["code"]) == (413, "body_too_large")
    assert photograph.status_code == 201  # has a limit of its own


async def test_a_picture_that_would_fill_the_memory_is_refused_for_the_size_it_claims(api: Api):
    refused = await sent(api, bomb(9000, 9000))

    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_too_many_pixels")


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"PK\x03\x04", b"MZ\x90\x00", b"GIF89a\x01\x00\x01\x00", b"<svg/>"])
async def test_what_calls_itself_a_photograph_and_is_none_is_refused(api: Api, content: bytes):
    refused = await sent(api, content)

    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_not_an_image")


async def test_a_report_and_an_action_name_at_most_twenty_photographs(api: Api):
    photos = [f"FJ-{'A' * 25}{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTU"]
    cases = f"/v1/communities/{HOME}"

    for path, body in (
        ("repairs", repair()),
        ("cases/BX-22222-22222/actions", {"action": "complete", "work_done": "已修"}),
    ):
        too_many = await api.post(f"{cases}/{path}", {**body, "photos": photos}, Role.SITE_MANAGER)
        enough = await api.post(f"{cases}/{path}", {**body, "photos": photos[:20]}, Role.SITE_MANAGER)
        assert too_many.status_code == 422
        assert [error["field"].rpartition(".")[2] for error in too_many.json()["errors"]] == ["photos"]
        assert "errors" not in enough.json(), enough.text
