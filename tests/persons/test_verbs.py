"""``guanjia person`` as it is typed: no number as an argument, a file for its owner alone, and a kill survived."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text, update
from temporalio.client import Client

from activities.attachments.attachments import Attachments
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.persons.requests import Requester, RequestStep
from activities.records.case_tables import Case
from activities.records.person_tables import PersonRequest
from tests.persons.planting import ANNA, BERT, CODE, kept_columns, photograph, where_sealed
from tests.servers import ROOT

Start = Callable[..., subprocess.Popen[str]]
Done = tuple[int, str, str]


@pytest.fixture
def start(neighbours: Database, client: Client, keyring: KeyRing, tmp_path: Path) -> Start:
    """Starts ``guanjia person`` with these words on this community."""
    keyring.write(tmp_path / "keys.toml")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GUANJIA_", "TEMPORAL_"))}
    environment |= {
        "GUANJIA_DATABASE_URL": neighbours.engine.url.render_as_string(hide_password=False),
        "GUANJIA_KEYS_FILE": str(tmp_path / "keys.toml"),
        "GUANJIA_ATTACHMENTS_URL": (tmp_path / "pictures").as_uri(),
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
    }

    def started(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "deploy.command", "person", *words]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)  # noqa: S603

    return started


async def typed(start: Start, *words: str, phone: str = ANNA.phone) -> Done:
    def run() -> Done:
        process = start(*words)
        out, errors = process.communicate(f"{phone}\n", timeout=60)
        assert "Traceback" not in errors
        return process.returncode, out, errors

    code, out, errors = await asyncio.to_thread(run)
    for personal in (ANNA.name, ANNA.phone, "17400909123", BERT.name):
        assert personal not in out + errors
    return code, out, errors


def steps(db: Database) -> list[tuple[str, str, str]]:
    chosen = select(PersonRequest.step, PersonRequest.asked_by, PersonRequest.staff).order_by(PersonRequest.id)
    with db.begin() as connection:
        return [tuple(row) for row in connection.execute(chosen)]


async def test_what_is_exported_is_for_its_owner_alone_and_on_record(
    start: Start, neighbours: Database, tmp_path: Path
):
    out = tmp_path / "anna.json"
    code, said, errors = await typed(start, "export", "--out", str(out), "--staff", "C001", "--asked-by", "agent")
    assert code == 0, errors
    assert "GR-" in said
    assert out.stat().st_mode & 0o077 == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["holdings"]["contacts"]["rows"][0]["phone"] == ANNA.phone
    assert steps(neighbours) == [(RequestStep.EXPORTED, Requester.AGENT, "C001")]
    code, _, errors = await typed(start, "export", "--out", str(out), "--staff", "C001")
    assert (code, "--overwrite" in errors) == (2, True)


async def test_the_same_as_a_spreadsheet_by_the_account_that_he_pays_for(start: Start, tmp_path: Path):
    out = tmp_path / "anna.xlsx"
    words = ("--out", str(out), "--staff", "C001", "--account", f"{CODE}/{ANNA.account}")
    code, _, errors = await typed(start, "export", *words, phone="")
    assert code == 0, errors
    sheets = CalamineWorkbook.from_path(str(out))
    assert sheets.sheet_names[:3] == ["名册", "住户", "单据"]
    heading, row = sheets.get_sheet_by_name("名册").to_python()
    assert dict(zip(heading, row, strict=True))["name"] == ANNA.said("contacts", "name")


@pytest.mark.parametrize(
    ("words", "phone", "code", "said"),
    [
        (("--staff", "C001"), "13900000000", 1, "nothing_held"),
        (("--staff", "X999"), ANNA.phone, 1, "unknown_staff"),
        (("--staff", "C001"), "", 2, "没有输入电话号码"),
        (("--staff", "C001", "--account", "YGHY/9-999-Y1"), "", 1, "unknown_payer"),
    ],
)
async def test_what_cannot_be_exported_is_refused_and_leaves_nothing(  # noqa: PLR0917
    start: Start, neighbours: Database, tmp_path: Path, words: tuple[str, ...], phone: str, code: int, said: str
):
    out = tmp_path / "nobody.json"
    ended, _, errors = await typed(start, "export", "--out", str(out), *words, phone=phone)
    assert ended == code
    assert said in errors
    assert not out.exists()
    assert steps(neighbours) == []


async def test_erasing_shows_first_and_asks_and_says_what_is_kept_and_until_when(start: Start, neighbours: Database):
    before = where_sealed(neighbours, ANNA)
    code, shown, errors = await typed(start, "erase", "--staff", "C001")
    assert code == 2
    assert "--yes" in errors
    assert "将删除" in shown
    assert "依法留存" in shown
    assert where_sealed(neighbours, ANNA) == before
    assert steps(neighbours) == []

    code, said, errors = await typed(start, "erase", "--staff", "C001", "--yes")
    assert code == 0, errors
    assert "GR-" in said
    assert "Temporal" in said
    assert where_sealed(neighbours, ANNA) <= kept_columns()

    code, _, errors = await typed(start, "erase", "--staff", "C001", "--yes")
    assert code == 1
    assert "nothing_to_erase" in errors
    assert "GR-" in errors


async def test_an_open_case_is_named_and_nothing_is_erased(start: Start, neighbours: Database):
    with neighbours.begin() as connection:
        connection.execute(update(Case).where(Case.number == ANNA.repair).values(closed_at=None))
    before = where_sealed(neighbours, ANNA)
    code, said, errors = await typed(start, "erase", "--staff", "C001", "--yes")
    assert code == 1
    assert "in_the_way" in errors
    assert ANNA.repair in said
    assert where_sealed(neighbours, ANNA) == before


async def test_an_erasure_that_is_killed_half_way_leaves_a_whole_record_and_goes_on_when_typed_again(
    start: Start, neighbours: Database, attachments: Attachments
):
    """Somebody holds a row that is erased late: it waits there, with most of its work done, and is killed."""
    picture = photograph(attachments, ANNA, "home")
    with neighbours.begin() as connection:
        connection.execute(update(Case).where(Case.number == ANNA.repair).values(attachments=[picture]))
    before = where_sealed(neighbours, ANNA)
    with neighbours.engine.connect() as holding:
        holding.execute(text("SELECT FROM arrears_reasons FOR UPDATE"))
        process = start("erase", "--staff", "C001", "--yes")
        assert process.stdin is not None
        process.stdin.write(f"{ANNA.phone}\n")
        process.stdin.close()
        await asyncio.to_thread(_until_it_waits, neighbours, process)
        process.send_signal(signal.SIGKILL)
        assert await asyncio.to_thread(process.wait, 30) == -signal.SIGKILL
        holding.rollback()
    await asyncio.to_thread(_until_nobody_waits, neighbours)
    assert where_sealed(neighbours, ANNA) == before, "all or nothing"
    assert [step for step, _, _ in steps(neighbours)] == [RequestStep.BEGUN]

    code, _, errors = await typed(start, "erase", "--staff", "S001", "--yes")

    assert code == 0, errors
    assert where_sealed(neighbours, ANNA) <= kept_columns()
    assert [step for step, _, _ in steps(neighbours)] == [RequestStep.BEGUN, RequestStep.ERASED]
    assert attachments.read(CODE, picture) is None


_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND datname = current_database()"
    " AND pid <> pg_backend_pid()"
)


def _until_it_waits(db: Database, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not _count(db, _WAITING):
        assert process.poll() is None, "it ended before it came so far"
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _until_nobody_waits(db: Database) -> None:
    deadline = time.monotonic() + 30
    while _count(db, _OTHERS):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _count(db: Database, query: object) -> int:
    with db.begin() as connection:
        return int(connection.scalar(query) or 0)  # type: ignore[call-overload]
