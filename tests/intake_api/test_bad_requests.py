"""Every route refuses what is not right, says so with a stable code, and nothing is written.

The table of routes is checked against the OpenAPI document: a route that is not in it fails the test.
"""

import asyncio
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any

import pytest
from sqlalchemy import func, select, update

from activities.connections.database import Database
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from activities.records.community_tables import ApiToken
from activities.records.schema import Row
from activities.records.sealing import table_of
from activities.records.tokens import issue_token, revoke_token, token_digest
from starters.intake_api.callers import RIGHTS, Right
from tests.intake_api.conftest import ELSEWHERE, HOME, Api, now, repair, serving
from workflows.messages.people import Role

NUMBER = "BX-22222-22222"
HERE = "/v1/communities/{community}"
SECRET = "110101199003077758"
"""An ID number that somebody typed into the wrong field: no answer may repeat it."""


@dataclass(frozen=True)
class Route:
    """A route for known callers, with a request to it that is right but for what a test spoils."""

    method: str
    path: str
    right: Right
    body: dict[str, Any] | None = None
    has_key: bool = False
    query: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def url(self, community: str = HOME) -> str:
        return self.path.format(
            community=community,
            number=NUMBER,
            service="TY-22222-22222",
            revisit="HF-22222-22222",
            cycle="SF-22222-22222",
            month="YJ-22222-22222",
            arrears="CJ-22222-22222",
            payment="SK-2026-000001",
            kind="month",
            period="2026-04",
            account="9-999-Y1",
            paper="receipt",
            subject="9999999",
            shift="999",
            day="2026-04-14",
            slip="JK-2026-000001",
            receipt="1234",
            book="SJ-1",
            case="BX-22222-22222",
            item="DS-01",
            request="SQ-2026-000001",
            form="repair-record",
            attachment=f"FJ-{'A' * 26}",
            message="1",
        )

    async def send(self, api: Api, token: str, *, community: str = HOME, **spoiled: Any):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # as a proxy says it: wrong tokens from one address are limited, which has a test of its own
        headers["X-Forwarded-For"] = str(IPv4Address(uuid.uuid4().int % 2**32))
        if self.has_key:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        headers.update(spoiled.pop("headers", {}))
        request = {"params": self.query, **({} if self.body is None else {"json": self.body}), **spoiled}
        return await api.http.request(self.method, self.url(community), headers=headers, **request)


ROUTES = (
    Route("POST", f"{HERE}/repairs", Right.REPORT, repair(), has_key=True),
    Route(
        "POST",
        f"{HERE}/special-services",
        Right.REPORT,
        {"unit": "1-101", "channel": "phone", "category": "cleaning", "description": "全屋保洁"},
        has_key=True,
    ),
    Route("GET", f"{HERE}/cases", Right.READ_RECORDS, query={"limit": "5"}),
    Route("GET", f"{HERE}/cases/{{number}}", Right.READ_RECORDS),
    Route("GET", f"{HERE}/cases/{{number}}/live", Right.WATCH),
    Route("POST", f"{HERE}/cases/{{number}}/actions", Right.ACT, {"action": "accept"}, has_key=True),
    Route("POST", f"{HERE}/special-services/{{service}}/actions", Right.ACT, {"action": "start"}, has_key=True),
    Route("POST", f"{HERE}/revisits/{{revisit}}/actions", Right.ACT, {"action": "rectified"}, has_key=True),
    Route("POST", f"{HERE}/fee-cycles/{{cycle}}/actions", Right.ACT, {"action": "resubmit"}, has_key=True),
    Route("POST", f"{HERE}/fee-months/{{month}}/actions", Right.ACT, {"action": "gather"}, has_key=True),
    Route(
        "POST",
        f"{HERE}/arrears/{{arrears}}/actions",
        Right.ACT,
        {"action": "choose_means", "means": "lawsuit", "reason": "三次催款无果"},
        has_key=True,
    ),
    Route("POST", f"{HERE}/billing/periods", Right.SEND_REPORTS, {"kind": "cycle", "day": "2019-03-25"}),
    Route(
        "POST",
        f"{HERE}/billing/facts",
        Right.ENTER_FACTS,
        {"unit": "9-999", "kind": "takeover", "day": "2026-03-25"},
        has_key=True,
    ),
    Route("POST", f"{HERE}/billing/accounts/{{account}}/household", Right.ENTER_FACTS, {"since": "2026-03-25"}),
    Route("POST", f"{HERE}/billing/shifts", Right.COLLECT),
    Route(
        "POST",
        f"{HERE}/billing/payments",
        Right.COLLECT,
        {"account": "9-999-Y1", "amount": "10.00", "method": "transfer", "bank_reference": "B1"},
        has_key=True,
    ),
    Route("POST", f"{HERE}/billing/shifts/{{shift}}/count", Right.CLOSE_THE_DAY, {"counted": {"cash": "1.00"}}),
    Route("POST", f"{HERE}/billing/shifts/{{shift}}/approval", Right.APPROVE_MONEY),
    Route("POST", f"{HERE}/billing/days/{{day}}/closing", Right.CLOSE_THE_DAY, {"deposit": None}),
    Route("GET", f"{HERE}/billing/days/{{day}}", Right.READ_LEDGER),
    Route("POST", f"{HERE}/billing/slips/{{slip}}/received", Right.CLOSE_THE_DAY),
    Route(
        "POST",
        f"{HERE}/billing/slips/{{slip}}/banked",
        Right.CLOSE_THE_DAY,
        {"reference": "HD-1", "at": "2026-04-14T16:20:00+08:00", "amount": "1.00"},
    ),
    Route(
        "POST",
        f"{HERE}/billing/receipt-books",
        Right.APPROVE_MONEY,
        {"code": "SJ-1", "first": 1, "last": 9, "holder": "C001"},
    ),
    Route("POST", f"{HERE}/billing/receipt-books/{{book}}/holder", Right.APPROVE_MONEY, {"holder": "C001"}),
    Route("GET", f"{HERE}/billing/receipt-books", Right.READ_LEDGER, query={"month": "2026-04"}),
    Route("POST", f"{HERE}/billing/receipts", Right.COLLECT, {"payment": "SK-2026-000001", "amount": "1.00"}),
    Route("POST", f"{HERE}/billing/receipts/{{receipt}}/cancellation", Right.COLLECT, {"reason": "写错"}),
    Route("POST", f"{HERE}/billing/receipts/{{receipt}}/void", Right.APPROVE_MONEY),
    Route("POST", f"{HERE}/billing/receipts/{{receipt}}/red", Right.APPROVE_MONEY),
    Route("POST", f"{HERE}/billing/receipts/{{receipt}}/lost", Right.COLLECT),
    Route(
        "POST",
        f"{HERE}/billing/parking",
        Right.HAND_IN_PARKING,
        {"day": "2026-04-14", "tickets": 1, "due": "5.00", "received": "5.00"},
        has_key=True,
    ),
    Route("GET", f"{HERE}/billing/services", Right.READ_LEDGER, query={"month": "2026-04"}),
    Route("POST", f"{HERE}/billing/services/{{case}}/handed-in", Right.COLLECT, {"method": "cash"}, has_key=True),
    Route(
        "POST",
        f"{HERE}/billing/incomes",
        Right.COLLECT,
        {"code": "JY-01", "quantity": "1", "method": "cash"},
        has_key=True,
    ),
    Route("POST", f"{HERE}/billing/agency/{{item}}/payouts", Right.APPROVE_MONEY, {"amount": "1.00"}, has_key=True),
    Route("POST", f"{HERE}/billing/payments/{{payment}}/reversal", Right.APPROVE_MONEY, {"reason": "录错"}),
    Route(
        "POST",
        f"{HERE}/billing/requests",
        Right.ASK_FOR_MONEY,
        {"kind": "refund", "account": "9-999-Y1", "amount": "1.00", "reason": "客户要求"},
        has_key=True,
    ),
    Route("GET", f"{HERE}/billing/requests", Right.READ_MONEY_REQUESTS),
    Route("GET", f"{HERE}/billing/requests/{{request}}", Right.READ_MONEY_REQUESTS),
    Route("POST", f"{HERE}/billing/requests/{{request}}/signature", Right.APPROVE_MONEY, {"approved": True}),
    Route("POST", f"{HERE}/billing/requests/{{request}}/withdrawal", Right.ASK_FOR_MONEY),
    Route(
        "POST",
        f"{HERE}/billing/deposits",
        Right.COLLECT,
        {"account": "9-999-Y1", "amount": "1.00", "method": "transfer"},
        has_key=True,
    ),
    Route("GET", f"{HERE}/billing/accounts/{{account}}", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/accounts/{{account}}/statement", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/accounts/{{account}}/statement.xlsx", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/accounts/{{account}}/statement.pdf", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/overview", Right.READ_LEDGER, query={"quarter": "2026Q2"}),
    Route("GET", f"{HERE}/billing/arrears", Right.READ_LEDGER),
    Route(
        "POST",
        f"{HERE}/billing/arrears-reasons",
        Right.SEND_REPORTS,
        {"reasons": [{"account": "9-999-Y1", "reason": "vacant"}]},
    ),
    Route("GET", f"{HERE}/billing/reports/{{kind}}/{{period}}", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/reports/{{kind}}/{{period}}.xlsx", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/reports/{{kind}}/{{period}}.pdf", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/reports/{{kind}}/{{period}}/detail", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/reports/{{kind}}/{{period}}/lines", Right.READ_LEDGER, query={"figure": "due"}),
    Route("GET", f"{HERE}/billing/table", Right.READ_LEDGER, query={"quarter": "2026Q2"}),
    Route("GET", f"{HERE}/billing/table.xlsx", Right.READ_LEDGER, query={"quarter": "2026Q2"}),
    Route("GET", f"{HERE}/billing/notices/unsent", Right.READ_LEDGER),
    Route(
        "POST",
        f"{HERE}/billing/notices/sent",
        Right.SEND_NOTICES,
        {"notices": [{"number": "JF-2026-000001", "total": "10.00"}]},
    ),
    Route("POST", f"{HERE}/billing/prints/notices", Right.READ_LEDGER, {"numbers": ["JF-2026-000001"]}),
    Route("POST", f"{HERE}/billing/prints/{{paper}}/{{subject}}", Right.READ_LEDGER),
    Route("GET", f"{HERE}/billing/prints/{{paper}}/{{subject}}", Right.READ_LEDGER),
    Route("GET", f"{HERE}/cases/{{number}}/documents", Right.READ_RECORDS),
    Route("POST", f"{HERE}/cases/{{number}}/documents/{{form}}", Right.READ_RECORDS),
    Route("POST", f"{HERE}/cases/{{number}}/replies", Right.TAKE_DOWN_REPLIES, {"intent": "confirm"}, has_key=True),
    Route("GET", f"{HERE}/work/day", Right.SEE_OWN_DAY, query={"staff": "T001"}),
    Route("GET", f"{HERE}/work/overdue", Right.SEE_ALL_WORK),
    Route("GET", f"{HERE}/work/morning", Right.SEE_ALL_WORK),
    Route("GET", f"{HERE}/work/time", Right.SEE_ALL_WORK, query={"year": "2026", "month": "5"}),
    Route("GET", f"{HERE}/work/time.xlsx", Right.SEE_ALL_WORK, query={"year": "2026", "month": "5"}),
    Route("GET", f"{HERE}/price-list", Right.WATCH),
    Route("POST", f"{HERE}/attachments", Right.ATTACH, has_key=True, query={"purpose": "photo"}),
    Route("GET", f"{HERE}/attachments/{{attachment}}", Right.READ_RECORDS),
    Route("GET", f"{HERE}/roster", Right.KEEP_ROSTER),
    Route("POST", f"{HERE}/roster", Right.KEEP_ROSTER),
    Route("GET", f"{HERE}/policies", Right.READ_POLICIES),
    Route("POST", f"{HERE}/policies", Right.PUBLISH_POLICIES, {"policy": {}, "reason": "试"}),
    Route("GET", "/v1/inbox", Right.READ_INBOX),
    Route("POST", "/v1/inbox/{message}/read", Right.READ_INBOX),
)
REPORT = ROUTES[0]
ACT = next(route for route in ROUTES if "{number}/actions" in route.path)
OPEN = {
    ("POST", "/v1/webhooks/payments"),
    ("POST", "/v1/webhooks/customer-replies"),
    ("POST", "/v1/webhooks/delivery-receipts/{community}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
}
every_route = pytest.mark.parametrize("route", ROUTES, ids=str)
every_route_of_a_community = pytest.mark.parametrize("route", [r for r in ROUTES if HERE in r.path], ids=str)
every_body = pytest.mark.parametrize("route", [route for route in ROUTES if route.body], ids=str)
every_key = pytest.mark.parametrize("route", [route for route in ROUTES if route.has_key], ids=str)


@pytest.fixture(scope="module")
async def api(postgres, _sampled, keyring, temporal_server, tmp_path_factory):
    """One API for all these requests: none of them may change anything."""
    client = await connect(keyring, target_host=temporal_server.client.service_client.config.target_host)
    with postgres.new_database(_sampled) as url:
        database = Database.connect(url, keyring)
        keys_file = tmp_path_factory.mktemp("keys") / "keys.toml"
        settings = Settings(database_url=url, keys_file=keys_file, requests_per_minute=100_000)
        began = now()
        async with serving(settings, keyring, database, client) as served:
            yield served
        assert await _cases_since(client, began) == []  # once more: Temporal lists a new case a moment later
        database.close()


@pytest.fixture
async def untouched(api: Api):
    """Nothing may be written: no row in any table, no case in Temporal."""
    before, began = _rows(api), now()
    yield
    assert _rows(api) == before
    assert await _cases_since(api.intake.client, began) == []


async def _cases_since(client, began) -> list[str]:
    return [case.id async for case in client.list_workflows(f'StartTime >= "{began.isoformat()}"')]


def _rows(api: Api) -> dict[str, int]:
    tables = [table_of(mapper.class_) for mapper in Row.registry.mappers if mapper.class_ is not ApiToken]
    with api.database.begin() as connection:
        return {table.name: connection.scalar(select(func.count()).select_from(table)) for table in tables}


async def manager(api: Api) -> str:
    """A token that may use every route."""
    await api.bearer(Role.SITE_MANAGER)
    return api.token(Role.SITE_MANAGER)


async def whoever_may(api: Api, route: Route) -> str:
    """A token of a role that has the route's right, the site manager's where he has it: money is not his to take."""
    role = Role.SITE_MANAGER if Role.SITE_MANAGER in RIGHTS[route.right] else min(RIGHTS[route.right])
    await api.bearer(role)
    return api.token(role)


def assert_problem(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text


async def test_every_route_stands_in_this_table(api: Api):
    described = (await api.http.get("/openapi.json")).json()["paths"]

    served = {(method.upper(), path) for path, methods in described.items() for method in methods}

    listed = {
        (route.method, re.sub(r"{(service|revisit|cycle|month|arrears)}", "{number}", route.path)) for route in ROUTES
    }
    assert served == listed | OPEN


@every_route
@pytest.mark.usefixtures("untouched")
async def test_without_a_valid_token_nothing_is_answered(api: Api, route: Route):
    revoked, expired = (
        issue_token(api.database, caller=f"{uuid.uuid4()}", role=Role.SITE_MANAGER, communities=[HOME]) for _ in "12"
    )
    await api.intake.snapshots.refresh()
    revoke_token(api.database, revoked)
    await api.intake.snapshots.refresh()
    with api.database.begin() as connection:  # it expires between two snapshots
        ends = (
            update(ApiToken)
            .where(ApiToken.digest == token_digest(expired))
            .values(expires_at=now() + timedelta(seconds=0.2))
        )
        connection.execute(ends)
    await api.intake.snapshots.refresh()
    while now() < api.intake.snapshots.current().tokens[token_digest(expired).hex()].expires_at:
        pass

    assert_problem(await route.send(api, ""), 401, "token_required")
    for token in (revoked, expired, "gj_" + "A" * 43, "ü", SECRET):
        answer = await route.send(api, "", headers={"Authorization": f"Bearer {token}".encode()})
        assert_problem(answer, 401, "invalid_token")
        assert answer.headers["www-authenticate"] == "Bearer"
    valid = await manager(api)
    assert_problem(await route.send(api, "", headers={"Authorization": f"Basic {valid}"}), 401, "invalid_token")


@every_route_of_a_community
@pytest.mark.usefixtures("untouched")
async def test_another_community_does_not_exist(api: Api, route: Route):
    token = await manager(api)

    for community in (ELSEWHERE, "NOWHERE", "yghy", "%2e%2e", "YGHY%00", "'; DROP TABLE cases; --"):
        assert_problem(await route.send(api, token, community=community), 404, "unknown_community")


def _roles_without(right: Right) -> Iterator[Role]:
    return (role for role in Role if role not in RIGHTS[right])


@every_route
@pytest.mark.usefixtures("untouched")
async def test_a_role_without_the_right_is_refused(api: Api, route: Route):
    roles = list(_roles_without(route.right))
    tokens = [issue_token(api.database, caller=f"r-{role}", role=role, communities=[HOME]) for role in roles]
    await api.intake.snapshots.refresh()

    assert roles
    for token in tokens:
        assert_problem(await route.send(api, token), 403, "not_allowed_for_role")


@every_key
@pytest.mark.usefixtures("untouched")
async def test_a_write_needs_a_key_that_can_be_one(api: Api, route: Route):
    token = await manager(api)
    headers = {"Authorization": f"Bearer {token}"}

    keyless = await api.http.request(route.method, route.url(), headers=headers, json=route.body)

    assert_problem(keyless, 400, "idempotency_key_required")
    for key in (
        "",
        "short",
        "k" * 129,
        "with space in it",
        "钥匙钥匙钥匙钥匙",
        "key\x7fkey\x7fkey",
        "<script>alert(1)</script>",
    ):
        answer = await route.send(api, token, headers={"Idempotency-Key": key.encode()})
        assert_problem(answer, 400, "idempotency_key_invalid")


@every_body
@pytest.mark.usefixtures("untouched")
async def test_what_is_not_json_is_refused(api: Api, route: Route):
    token = await whoever_may(api, route)
    json_type = {"Content-Type": "application/json"}

    for content in (b"{", b"\xff\xfe{}", b'{"unit": "1-101",}', b"[" * 50_000, b'{"unit": ' + b"9" * 5_000 + b"}"):
        answer = await route.send(api, token, json=None, content=content, headers=json_type)
        assert_problem(answer, answer.status_code, answer.json()["code"])
        assert answer.json()["code"] in ("malformed_json", "invalid_request")
    for content in (b"null", b"[]", b'"text"', b"3", b""):
        answer = await route.send(api, token, json=None, content=content, headers=json_type)
        assert_problem(answer, 422, "invalid_request")
    form = await route.send(api, token, json=None, data={"unit": "1-101"})
    assert_problem(form, 422, "invalid_request")


TEN_MEGABYTES = 10 * 1024 * 1024


@pytest.mark.parametrize("route", [route for route in ROUTES if route.body or "POST" in str(route)][:5], ids=str)
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
@pytest.mark.usefixtures("untouched")
async def test_ten_megabytes_are_refused_before_they_are_sent(api: Api, route: Route, announced):
    """The answer comes when the length is announced, or when the limit is reached, not when everything is there."""
    kind = "multipart/form-data; boundary=b" if "roster" in route.path else "application/json"
    length = f"Content-Length: {TEN_MEGABYTES}" if announced else "Transfer-Encoding: chunked"
    token = await manager(api)
    head = (
        f"{route.method} {route.url()} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Type: {kind}\r\n{length}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(api.http.base_url.host, api.http.base_url.port)

    writer.write(head.encode())
    if not announced:
        start = b'--b\r\nContent-Disposition: form-data; name="file"; filename="r"\r\n\r\n'
        for piece in [start, *[b" " * 0x10000] * (TEN_MEGABYTES // 0x10000 - 1)]:  # never the whole of it
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if reader.at_eof() or reader._buffer:
                break
            await writer.drain()
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 10)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"body_too_large"' in answer
    assert b"application/problem+json" in answer


WRONG_REPAIRS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown unit": ({"unit": "9-9999"}, "unknown_unit"),
    "unit that is a number": ({"unit": 1101}, "invalid_request"),
    "unit that is a telephone number": ({"unit": "13900001111"}, "invalid_request"),
    "unit with SQL": ({"unit": "1-101' OR '1'='1"}, "invalid_request"),
    "unit with a path": ({"unit": "../../etc/passwd"}, "invalid_request"),
    "no unit": ({"unit": ""}, "invalid_request"),
    "unknown channel": ({"channel": "telepathy"}, "invalid_request"),
    "no channel": ({"channel": None}, "invalid_request"),
    "empty description": ({"description": " \u200b\n "}, "invalid_request"),
    "long description": ({"description": "漏" * 2001}, "invalid_request"),
    "control characters": ({"description": "漏水\u0000\u0007"}, "invalid_request"),
    "escape sequence": ({"description": "\u001b[31m漏水"}, "invalid_request"),
    "noncharacter": ({"description": "漏水\uffff"}, "invalid_request"),
    "description that is a list": ({"description": ["漏水"]}, "invalid_request"),
    "unknown trade": ({"trade": "alchemy"}, "invalid_request"),
    "time without a zone": ({"appointment_at": "2099-01-01T10:00:00"}, "invalid_request"),
    "time as a number": ({"appointment_at": 4070908800}, "invalid_request"),
    "time as digits": ({"appointment_at": "4070908800"}, "invalid_request"),
    "no such day": ({"appointment_at": "2027-02-30T10:00:00+08:00"}, "invalid_request"),
    "time in the past": ({"appointment_at": "2020-01-01T10:00:00+08:00"}, "appointment_in_past"),
    "unknown field": ({"idcard": SECRET}, "invalid_request"),
    "value as a field": ({SECRET: "x"}, "invalid_request"),
    "name on two lines": ({"reporter": {"name": "王\nSubject: x"}}, "invalid_request"),
    "name that is an object": ({"reporter": {"name": {"$ne": ""}}}, "invalid_request"),
    "ID number as mail": ({"reporter": {"mail": SECRET}}, "invalid_request"),
    "mail with a header": ({"reporter": {"mail": "a@example.com\r\nBcc: b@example.com"}}, "invalid_request"),
    "words as a telephone number": ({"reporter": {"phone": "call me"}}, "invalid_request"),
    "long telephone number": ({"reporter": {"phone": "1" * 33}}, "invalid_request"),
    "unknown identity": ({"reporter": {"identity": "king"}}, "invalid_request"),
    "unknown field of the reporter": ({"reporter": {"idcard": SECRET}}, "invalid_request"),
}


@pytest.mark.parametrize("wrong", WRONG_REPAIRS)
@pytest.mark.usefixtures("untouched")
async def test_a_report_that_is_wrong_is_refused(api: Api, wrong):
    changes, code = WRONG_REPAIRS[wrong]
    body = {name: value for name, value in repair(**changes).items() if value is not None}

    answer = await REPORT.send(api, await manager(api), json=body)

    assert_problem(answer, 422, code)
    if code == "invalid_request":
        assert answer.json()["errors"]
        assert all(error["message"] for error in answer.json()["errors"])


async def test_half_a_character_is_refused(api: Api):
    content = b'{"unit": "1-101", "channel": "phone", "description": "\\ud800"}'
    headers = {"Content-Type": "application/json"}

    answer = await REPORT.send(api, await manager(api), json=None, content=content, headers=headers)

    assert_problem(answer, 422, "invalid_request")


WRONG_ACTIONS = (
    {},
    {"action": "demolish"},
    {"action": None},
    {"action": ["accept"]},
    {"action": "accept", "actor": {"role": "company_manager"}},
    {"action": "accept", "repair_class": "trivial"},
    {"action": "decline"},
    {"action": "decline", "reason": ""},
    {"action": "complete", "work_done": "好", "work_minutes": "30"},
    {"action": "complete", "work_done": "好", "work_minutes": True},
    {"action": "complete", "work_done": "好", "work_minutes": 30.5},
    {"action": "complete", "work_done": "好", "work_minutes": -1},
    {"action": "complete", "work_done": "好", "work_minutes": 10**30},
    {"action": "dispatch", "technician": "王师傅 先生"},
    {"action": "dispatch", "technician": "王师傅"},
    {"action": "dispatch", "technician": "plumber"},
    {"action": "dispatch", "technician": "T" + "1" * 20},
    {"action": "dispatch", "technician": "T13900001111"},
    {"action": "dispatch", "technician": "T001", "reason": "急" * 501},
    {"action": "dispatch", "technician": "T001", "reason": "急\u0007"},
    {"action": "move_deadline", "clock": "finish", "due_at": "2099-01-01T10:00:00", "reason": "等"},
    {"action": "move_deadline", "clock": "doomsday", "due_at": "2099-01-01T10:00:00+08:00", "reason": "等"},
)


@pytest.mark.parametrize("body", WRONG_ACTIONS, ids=str)
@pytest.mark.usefixtures("untouched")
async def test_an_action_that_is_wrong_is_refused(api: Api, body):
    answer = await ACT.send(api, await manager(api), json=body)

    assert_problem(answer, 422, "invalid_request")


@pytest.mark.parametrize("technician", ["T999", "K001"], ids=["nobody's code", "an assistant's"])
@pytest.mark.usefixtures("untouched")
async def test_a_job_is_dispatched_to_no_code_that_is_not_a_technicians(api: Api, technician):
    body = {"action": "dispatch", "technician": technician}

    answer = await ACT.send(api, await manager(api), json=body)

    assert_problem(answer, 422, "unknown_technician")


@pytest.mark.parametrize(
    ("route", "query", "code"),
    [
        ("cases", {"limit": "0"}, "invalid_request"),
        ("cases", {"limit": "201"}, "invalid_request"),
        ("cases", {"kind": "party"}, "invalid_request"),
        ("cases", {"overdue": "maybe"}, "invalid_request"),
        ("cases", {"unknown": "1"}, "invalid_request"),
        ("cases", {"unit": "' OR 1=1 --"}, "invalid_request"),
        ("cases", {"assignee": "王师傅"}, "invalid_request"),
        ("cases", {"phone": SECRET + "x"}, "invalid_request"),
        ("cases", {"cursor": "x" * 201}, "invalid_request"),
        ("cases", {"cursor": "not a cursor"}, "invalid_cursor"),
        ("cases", {"cursor": "\u00e9"}, "invalid_cursor"),
        ("inbox", {"cursor": "-1"}, "invalid_request"),
        ("inbox", {"cursor": str(2**63)}, "invalid_request"),
        ("inbox", {"unread_only": "perhaps"}, "invalid_request"),
    ],
)
async def test_a_query_that_is_wrong_is_refused(api: Api, route, query, code):
    path = {"cases": f"/v1/communities/{HOME}/cases", "inbox": "/v1/inbox"}[route]

    answer = await api.http.get(path, params=query, headers=await api.bearer(Role.SITE_MANAGER))

    assert_problem(answer, 422, code)


async def test_what_is_not_served_is_a_problem_too(api: Api):
    assert_problem(await api.http.get("/v1/nothing"), 404, "unknown_route")
    answer = await api.http.delete(f"/v1/communities/{HOME}/repairs")
    assert_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["allow"]
