"""Nothing that tells who somebody is lies in the open: every file, log, metric and record of a centre is searched.

Canaries 金丝雀 are names, telephone numbers, addresses and words that occur nowhere else.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from sqlalchemy import text
from temporalio.api.enums.v1 import EventType

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from deploy.one_machine.embedded_postgres import database_url
from tests.deploy.centre import Centre, folder_of_a_test, free_ports

NAME, OTHER = "欧阳金丝雀", "司马金丝雀"
PHONE, NATIONAL = "+8617400909123", "17400909123"
MAIL = "canary.of.guanjia@example.com"
IDENTITY_NUMBER = "11010519491231002X"
WORDS = "钥匙在门卫金丝雀那里"
CANARIES = (NAME, OTHER, "金丝雀", PHONE, NATIONAL, MAIL, IDENTITY_NUMBER, WORDS)


@pytest.fixture(scope="module")
def lived() -> Iterator[tuple[Centre, str, str]]:
    """A centre with a repair that went through every hand, each of whom wrote something personal, and with fees."""
    with folder_of_a_test("canaries") as folder:
        centre = Centre(folder)
        (port,) = free_ports(1)
        centre.variables["GUANJIA_METRICS_ADDRESS"] = f"127.0.0.1:{port}"
        centre.start()
        try:
            yield centre, _live(centre), f"http://127.0.0.1:{port}/metrics"
        finally:
            centre.end()


def repair_begun(centre: Centre) -> tuple[str, str]:
    """Report a repair in words full of canaries and have it begun; its number and its technician."""
    report = {
        "unit": "1-101", "channel": "phone", "description": f"水龙头漏水,{WORDS},证件 {IDENTITY_NUMBER}",
        "reporter": {"name": NAME, "phone": PHONE, "mail": MAIL},
    }  # fmt: skip
    answer = centre.request("POST", "repairs", "desk", report)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    centre.wait_for(lambda: centre.record(number).get("assignee"))
    technician = centre.record(number)["assignee"]
    centre.act(number, "take", technician)
    centre.act(number, "arrive", technician)
    return number, technician


def _live(centre: Centre) -> str:
    number, technician = repair_begun(centre)
    centre.reply(number, "comment", text=f"{OTHER}说:{WORDS}")
    centre.agree_on_a_quote(number, technician)
    centre.act(number, "complete", technician, work_done=f"换阀芯,{WORDS}", work_minutes=25)
    # what is refused is kept too, and must not be louder
    refused = centre.request("POST", f"cases/{number}/actions", "desk", {"action": "take", "note": NAME})
    assert refused.status_code >= 400
    period = {"kind": "cycle", "day": f"{datetime.now(UTC):%Y-%m-%d}"}
    opened = centre.request("POST", "billing/periods", "cashier", period)
    assert opened.status_code < 300, opened.text
    fact = {"unit": "1-104", "kind": "permit_issued", "day": "2026-11-01", "evidence": f"{NAME} {IDENTITY_NUMBER}"}
    entered = centre.request("POST", "billing/facts", "supervisor", fact)
    assert entered.status_code < 300, entered.text
    return number


def found_in(content: bytes) -> list[str]:
    """The canaries that sing in some bytes, in the encodings in which anything here is written."""
    spellings = {one: (one.encode(), one.encode("utf-16-le"), json.dumps(one).strip('"').encode()) for one in CANARIES}
    return [canary for canary, written in spellings.items() if any(one in content for one in written)]


def test_no_file_of_a_centre_holds_a_canary(lived: tuple[Centre, str, str]) -> None:
    centre, _, _ = lived
    searched = 0
    for path in sorted(centre.folder.rglob("*")):
        if not path.is_file() or path.is_socket():
            continue
        assert found_in(path.read_bytes()) == [], path.relative_to(centre.folder)
        searched += 1
    assert searched > 100
    assert (centre.folder / "temporal.db").stat().st_size > 100_000


def test_no_row_holds_a_canary_but_sealed(lived: tuple[Centre, str, str]) -> None:
    centre, number, _ = lived
    database = Database.connect(database_url(centre.folder / "postgres"), KeyRing.load(centre.folder / "keys.toml"))
    with database.begin() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        assert {"cases", "case_lines", "notifications", "refusals", "unit_facts"} <= set(tables)
        for table in tables:
            rows = connection.scalars(text(f'SELECT t::text FROM "{table}" AS t')).all()  # noqa: S608 - our own tables
            assert found_in("\n".join(rows).encode()) == [], table
        described = connection.scalar(text("SELECT description FROM cases WHERE number = :number"), {"number": number})
    assert described, "there was something to find"
    database.close()


def test_what_is_said_while_working_holds_no_canary(lived: tuple[Centre, str, str]) -> None:
    centre, _, metrics = lived
    assert found_in(centre.said().encode()) == []
    shown = httpx2.get(metrics, trust_env=False).text
    assert "temporal_" in shown
    assert found_in(shown.encode()) == []


async def test_no_history_search_attribute_or_failure_holds_a_canary(lived: tuple[Centre, str, str]) -> None:
    centre, number, _ = lived
    address = f"127.0.0.1:{centre.ports['GUANJIA_TEMPORAL_PORT']}"
    client = await connect(KeyRing.load(centre.folder / "keys.toml"), target_host=address)
    seen = []
    async for case in client.list_workflows():
        history = await client.get_workflow_handle(case.id).fetch_history()
        assert found_in(history.to_json().encode()) == [], case.id
        for event in history.events:  # and in the clear: payloads are base64 in JSON
            assert found_in(event.SerializeToString()) == [], (case.id, EventType.Name(event.event_type))
        seen.append(case.id)
    assert number in seen
    assert len(seen) >= 3


def test_the_canaries_are_there_for_whoever_may_read_them(lived: tuple[Centre, str, str]) -> None:
    """Otherwise nothing of the above would prove anything."""
    centre, number, _ = lived
    record = json.dumps(centre.record(number), ensure_ascii=False)
    assert NAME in record
    assert WORDS in record
