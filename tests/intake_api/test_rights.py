"""Every route × every role × one's own community and another's: who gets in, over HTTP, and nobody else does.

The routes are those of the application itself; who should get in stands in ``who_may.py``.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import Any, Final

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import insert, update

from activities.connections.database import Database
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from activities.records.community_tables import ApiToken, Post, Staff
from activities.records.sealing import seal_columns
from activities.records.tokens import issue_token, revoke_token, token_digest
from tests.conftest import end_case
from tests.intake_api.conftest import ELSEWHERE, HOME, Api, now, serving
from tests.intake_api.test_bad_requests import ROUTES, Route
from tests.intake_api.who_may import (
    ALL_STAFF,
    FOR_ANYBODY,
    NEVER_STAFF,
    OF_A_COMMUNITY,
    PERSON_AS_TECHNICIAN,
    PERSONS_ONLY,
    SIGNED,
    WHO_MAY,
)
from workflows.messages.people import Role

_OUR_NAME_OF_A_NUMBER: Final = re.compile(r"{(service|revisit|cycle|month|arrears)}")
REQUESTS: Final = {_OUR_NAME_OF_A_NUMBER.sub("{number}", str(route)): route for route in ROUTES}
"""A right request to each route: what is refused is refused for who asks, not for what is asked."""
STAFF_CODES: Final = {role: f"X{index:03}" for index, role in enumerate(sorted(ALL_STAFF), start=1)}

every_route = pytest.mark.parametrize("route", sorted(WHO_MAY))
every_route_of_a_community = pytest.mark.parametrize("route", sorted(one for one in WHO_MAY if OF_A_COMMUNITY in one))


@pytest.fixture(scope="module")
async def api(postgres, _sampled, keyring, temporal_server, tmp_path_factory) -> AsyncIterator[Api]:
    """One API for the whole matrix, with a person for each post in both communities."""
    client = await connect(keyring, target_host=temporal_server.client.service_client.config.target_host)
    with postgres.new_database(_sampled) as url:
        database = Database.connect(url, keyring)
        _employ_one_of_each(database)
        settings = Settings(
            database_url=url, keys_file=tmp_path_factory.mktemp("keys") / "keys.toml", requests_per_minute=100_000
        )
        began = now()
        async with serving(settings, keyring, database, client) as served:
            yield served
        # what the roles that may report have opened would meet the workers of the next test
        opened = client.list_workflows(f'StartTime >= "{began.isoformat()}"')
        await asyncio.gather(*[end_case(client, case.id) async for case in opened])
        database.close()


def _employ_one_of_each(database: Database) -> None:
    since = now().date() - timedelta(days=9)
    with database.begin() as connection:
        for community in (HOME, ELSEWHERE):
            for role, code in STAFF_CODES.items():
                person = {"community": community, "code": code, "name": "测试员"}
                connection.execute(insert(Staff).values(seal_columns(database.personal, Staff, person)))
                connection.execute(insert(Post).values(community=community, staff=code, role=role, since=since))


@pytest.fixture(scope="module")
async def persons(api: Api) -> dict[Role, str]:
    """A token of the home community for each role, of a person where the role is a post."""
    tokens = {role: api.token(role, staff=STAFF_CODES.get(role, "")) for role in Role}
    await api.intake.snapshots.refresh()
    return tokens


@pytest.fixture(scope="module")
async def nameless(api: Api) -> dict[Role, str]:
    """The same for each role without a person, as a company's own systems have them."""
    tokens = {role: api.token(role) for role in Role}
    await api.intake.snapshots.refresh()
    return tokens


@pytest.fixture(scope="module")
async def nobodys(api: Api) -> dict[str, str]:
    """What looks like a token and is none any more, or never was; a manager's, who could do most."""
    manager = {"role": Role.SITE_MANAGER, "communities": [HOME]}
    revoked, expired = (issue_token(api.database, caller=which, **manager) for which in ("revoked", "expired"))
    revoke_token(api.database, revoked)
    with api.database.begin() as connection:
        of_it = ApiToken.digest == token_digest(expired)
        connection.execute(update(ApiToken).where(of_it).values(expires_at=now() - timedelta(seconds=1)))
    await api.intake.snapshots.refresh()
    return {"revoked": revoked, "expired": expired, "never issued": "gj_" + "A" * 43}


def served_by(api: Api) -> Counter[str]:
    """Every route that the application answers on, the hidden ones and the mounted ones too."""
    return Counter(
        f"{method} {route.path}"
        for route in iter_route_contexts(api.app.routes)
        for method in route.methods or ("MOUNT",)
    )


def code_of(answer: httpx2.Response) -> str:
    """The stable code of a problem, "" for an answer; no fault of ours is either."""
    assert answer.status_code != 500, answer.text
    if answer.headers.get("content-type") != "application/problem+json":
        assert answer.status_code < 400, answer.text
        return ""
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["code"])


async def answers(api: Api, route: str, tokens: dict[Any, str], community: str = HOME) -> dict[Any, httpx2.Response]:
    """What each is answered; all at once, for the matrix is large."""
    request: Route = REQUESTS[route]
    sent = await asyncio.gather(*(request.send(api, token, community=community) for token in tokens.values()))
    return dict(zip(tokens, sent, strict=True))


async def codes(api: Api, route: str, tokens: dict[Role, str], community: str = HOME) -> dict[Role, str]:
    """With what each role is answered."""
    answered = await answers(api, route, tokens, community)
    by_role = {role: (answer.status_code, code_of(answer)) for role, answer in answered.items()}
    assert all(status == 403 for status, code in by_role.values() if code == "not_allowed_for_role")
    return {role: code for role, (_, code) in by_role.items()}


def let_in(codes_by_role: dict[Role, str]) -> set[Role]:
    return {role for role, code in codes_by_role.items() if code != "not_allowed_for_role"}


def named(roles: Iterable[Role]) -> list[str]:
    """Roles in one order, for a readable difference."""
    return sorted(map(str, roles))


async def test_every_route_of_the_application_stands_in_the_table(api: Api):
    served = served_by(api)

    assert set(served) == set(WHO_MAY) | SIGNED | FOR_ANYBODY
    assert set(served.values()) == {1}, "a route is declared twice, and the second is never asked"
    assert set(REQUESTS) == set(WHO_MAY)


def test_every_role_is_a_post_or_never_one():
    assert set(Role) == ALL_STAFF | NEVER_STAFF
    assert not ALL_STAFF & NEVER_STAFF


@every_route
async def test_in_ones_own_community_those_get_in_who_may(api: Api, persons, route: str):
    assert named(let_in(await codes(api, route, persons))) == named(WHO_MAY[route])


@every_route
async def test_a_token_without_a_person_opens_no_more_and_nothing_of_money(api: Api, nameless, route: str):
    may = frozenset() if route in PERSONS_ONLY else WHO_MAY[route]
    if route in PERSON_AS_TECHNICIAN:
        may -= {Role.TECHNICIAN}

    assert named(let_in(await codes(api, route, nameless))) == named(may)


@every_route_of_a_community
async def test_in_another_community_nobody_gets_in(api: Api, persons, route: str):
    """To those who may in their own it does not exist; the others need not even know that much."""
    answered = await codes(api, route, persons, ELSEWHERE)

    assert set(answered.values()) <= {"unknown_community", "not_allowed_for_role"}
    assert {answered[role] for role in WHO_MAY[route]} == {"unknown_community"}


@every_route
async def test_without_a_token_that_counts_nobody_gets_in(api: Api, nobodys, route: str):
    tokens = {"none": "", **nobodys}
    communities = (HOME, ELSEWHERE) if OF_A_COMMUNITY in route else (HOME,)

    for community in communities:
        refused = await answers(api, route, tokens, community)
        assert {answer.status_code for answer in refused.values()} == {401}
        assert {which: code_of(answer) for which, answer in refused.items()} == {
            "none": "token_required",
            **dict.fromkeys(nobodys, "invalid_token"),
        }


@pytest.mark.parametrize("route", sorted(SIGNED))
async def test_what_is_signed_opens_to_no_token(api: Api, persons, route: str):
    method, path = route.split()

    async def sent(index: int, token: str) -> httpx2.Response:
        # each from an address of its own: wrong signatures from one are limited
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": f"192.0.2.{index}"}
        return await api.http.request(method, path, json={}, headers=headers)

    refused = await asyncio.gather(*(sent(index, token) for index, token in enumerate(persons.values())))

    assert {(answer.status_code, code_of(answer)) for answer in refused} == {(401, "invalid_signature")}


async def test_who_holds_the_post_no_longer_is_let_in_no_longer(api: Api):
    """A token for two communities loses the one in which its person has left the post."""
    code = STAFF_CODES[Role.CS_SUPERVISOR]
    both = {"caller": "both", "role": Role.CS_SUPERVISOR, "communities": [HOME, ELSEWHERE], "staff": code}
    token = issue_token(api.database, **both)
    await api.intake.snapshots.refresh()
    policies = REQUESTS[f"GET {OF_A_COMMUNITY}/policies"]
    assert {code_of(await policies.send(api, token, community=one)) for one in (HOME, ELSEWHERE)} == {""}

    with api.database.begin() as connection:
        post = (Post.community == ELSEWHERE, Post.staff == code)
        connection.execute(update(Post).where(*post).values(until=now().date() - timedelta(days=2)))
    await api.intake.snapshots.refresh()

    assert code_of(await policies.send(api, token)) == ""
    assert code_of(await policies.send(api, token, community=ELSEWHERE)) == "unknown_community"
