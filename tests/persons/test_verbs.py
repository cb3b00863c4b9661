"""``guanjia person`` as it is typed: no number as an argument, a file for its owner alone, and a kill survived."""

import asyncio
import json
import os
import re
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
from activities.records.suppression_list import SuppressionList
from tests.persons.planting import ANNA, BERT, CODE, NOON, Neighbour, kept_columns, photograph, settle_in, where_sealed
from tests.servers import ROOT, PostgresServer

Start = Callable[..., subprocess.Popen[str]]
Done = tuple[int, str, str]


@pytest.fixture
def start(neighbours: Database, client: Client, keyring: KeyRing, tmp_path: Path) -> Start:
    """Starts ``guanjia person`` with these words on this community."""
    keyring.write(tmp_path / "keys.toml")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GUANJIA_", "TEMPORAL_"))}
    environment |= {
        "GUANJIA_DATABASE_URL": address_of(neighbours),
        "GUANJIA_KEYS_FILE": str(tmp_path / "keys.toml"),
        "GUANJIA_ATTACHMENTS_URL": (tmp_path / "pictures").as_uri(),
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
    }

    def started(*words: str, **variables: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "deploy.command", "person", *words]
        everything = environment | variables
        return subprocess.Popen(command, cwd=ROOT, env=everything, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)  # noqa: S603

    return started


def address_of(db: Database) -> str:
    return db.engine.url.render_as_string(hide_password=False)


async def typed(start: Start, *words: str, phone: str = ANNA.phone, **variables: str) -> Done:
    def run() -> Done:
        process = start(*words, **variables)
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


async def test_what_could_not_be_written_is_not_on_record_as_handed_out(start: Start, neighbours: Database):
    code, _, errors = await typed(start, "export", "--out", "/proc/anna.json", "--staff", "C001")
    assert (code, "无法写入 /proc/anna.json" in errors) == (2, True)
    assert steps(neighbours) == []


async def test_what_could_not_be_entered_is_not_handed_out(start: Start, neighbours: Database, tmp_path: Path):
    with neighbours.begin() as connection:
        connection.execute(text("ALTER TABLE person_requests ADD CHECK (step <> 'exported')"))
    (tmp_path / "anna.json").write_bytes(b"of yesterday")
    process = start("export", "--out", str(tmp_path / "anna.json"), "--staff", "C001", "--overwrite")
    _, errors = await asyncio.to_thread(process.communicate, f"{ANNA.phone}\n", 60)
    assert process.returncode == 1, errors
    assert set(os.listdir(tmp_path)) == {"keys.toml", "anna.json"}  # noqa: PTH208 - a test may wait for its folder
    assert (tmp_path / "anna.json").read_bytes() == b"of yesterday"
    assert ANNA.name not in errors


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


async def test_what_a_restore_brings_back_is_erased_again_from_the_list_under_its_number(
    start: Start, neighbours: Database, postgres: PostgresServer, keyring: KeyRing, tmp_path: Path
):
    """A copy of the database is made, then she is erased; the copy takes the database's place."""
    neighbours.engine.dispose()
    with postgres.new_database(str(neighbours.engine.url.database)) as copy:
        code, said, errors = await typed(start, "erase", "--staff", "C001", "--yes", "--asked-by", "agent")
        assert code == 0, errors
        number = re.search(r"GR-[0-9A-F]{12}", said)
        assert number
        assert (tmp_path / "suppressed.jsonl").stat().st_mode & 0o077 == 0
        written = (tmp_path / "suppressed.jsonl").read_text(encoding="utf-8")
        assert not [word for word in (ANNA.name, "17400909123", ANNA.repair) if word in written]
        restored = Database.connect(copy, keyring)
        assert ("contacts", "name") in where_sealed(restored, ANNA)

        words = ("erase", "--listed", "--staff", "C001", "--yes")
        code, said, errors = await typed(start, *words, phone="", GUANJIA_DATABASE_URL=copy)

        assert code == 0, errors
        assert "已重新删除 1 次" in said
        assert where_sealed(restored, ANNA) <= kept_columns()
        with restored.begin() as connection:
            entered = connection.execute(select(PersonRequest.request, PersonRequest.step, PersonRequest.asked_by))
            assert entered.all() == [(number[0], step, "agent") for step in (RequestStep.BEGUN, RequestStep.ERASED)]
        code, said, _ = await typed(start, *words, phone="", GUANJIA_DATABASE_URL=copy)
        assert (code, "其中 0 次这里还没有" in said) == (0, True)
        restored.close()


async def test_a_listed_erasure_that_something_is_in_the_way_of_is_named_and_stays_to_be_done(
    start: Start, neighbours: Database, postgres: PostgresServer, keyring: KeyRing
):
    with neighbours.begin() as connection:
        connection.execute(update(Case).where(Case.number == ANNA.repair).values(closed_at=None))
    neighbours.engine.dispose()
    with postgres.new_database(str(neighbours.engine.url.database)) as copy:
        with neighbours.begin() as connection:
            connection.execute(update(Case).where(Case.number == ANNA.repair).values(closed_at=NOON))
        for who in (ANNA, BERT):
            assert (await typed(start, "erase", "--staff", "C001", "--yes", phone=who.phone))[0] == 0
        restored = Database.connect(copy, keyring)

        words = ("erase", "--listed", "--staff", "C001", "--yes")
        code, said, errors = await typed(start, *words, phone="", GUANJIA_DATABASE_URL=copy)

        assert code == 1
        assert "in_the_way" in errors
        assert "已重新删除 1 次,1 次有障碍" in said
        assert ("contacts", "name") in where_sealed(restored, ANNA)
        assert where_sealed(restored, BERT) <= kept_columns()
        restored.close()


async def test_who_comes_back_after_the_list_was_gone_through_is_a_new_customer(
    start: Start, neighbours: Database, tmp_path: Path
):
    newcomer = Neighbour("赵归来", "+8617400900777", "2-202")
    index = neighbours.personal.phone_index(newcomer.phone)
    SuppressionList(tmp_path / "suppressed.jsonl").add_erasure("GR-0123456789AB", index, Requester.PERSON)
    words = ("erase", "--listed", "--staff", "C001", "--yes")
    code, _, errors = await typed(start, *words, phone="")
    assert code == 0, errors
    with neighbours.begin() as connection:
        (done,) = connection.execute(select(PersonRequest.request, PersonRequest.step)).all()
    assert tuple(done) == ("GR-0123456789AB", RequestStep.ERASED)
    settle_in(neighbours, newcomer)
    held = where_sealed(neighbours, newcomer)
    assert ("contacts", "name") in held

    code, said, errors = await typed(start, *words, phone="")

    assert (code, "其中 0 次这里还没有" in said) == (0, True), errors
    assert where_sealed(neighbours, newcomer) == held


async def test_an_erasure_that_could_not_be_listed_does_not_begin_to_delete(
    start: Start, neighbours: Database, tmp_path: Path
):
    (tmp_path / "suppressed.jsonl").mkdir()
    before = where_sealed(neighbours, ANNA)
    code, _, errors = await typed(start, "erase", "--staff", "C001", "--yes")
    assert (code, "GUANJIA_SUPPRESSION_LIST" in errors) == (2, True)
    assert where_sealed(neighbours, ANNA) == before
    (tmp_path / "suppressed.jsonl").rmdir()
    code, _, errors = await typed(start, "erase", "--listed", "--staff", "C001")
    assert (code, "没有名单" in errors) == (2, True)


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
