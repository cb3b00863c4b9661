"""A centre is backed up while it works, lost, restored, and goes on with its cases as if nothing had been."""

import dataclasses
import hashlib
import json
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from activities.connections.keys import KeyRing
from tests.attachments.pictures import picture
from tests.deploy.centre import Centre, command_line, environment, folder_of_a_test, typed
from tests.deploy.test_one_machine import offered_to, reported
from tests.servers import ROOT

pytestmark = pytest.mark.timeout(300)


@dataclasses.dataclass(frozen=True)
class BackedUp:
    """What was backed up: where, its key file, a case with its technician as it was, and a photograph."""

    folder: Path
    keys: Path
    said: str
    with_keys: Path
    said_with_keys: str
    number: str
    technician: str
    record: dict[str, object]
    attachment: str
    content: bytes
    later: str
    revoked: str
    suppressed: Path

    def copy(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.folder, folder / "backup"))


@pytest.fixture(scope="module")
def backed_up() -> Iterator[BackedUp]:
    """A backup of a centre that was taking reports meanwhile, and has gone since with all that came later."""
    with folder_of_a_test("backup") as folder:
        centre = Centre(folder / "var")
        centre.folder.mkdir()
        try:
            centre.start()
            yield _backed_up(centre, folder)
        finally:
            centre.end()


def _backed_up(centre: Centre, folder: Path) -> BackedUp:
    number = reported(centre)
    technician = offered_to(centre, number)
    centre.act(number, "take", technician)
    centre.wait_for(lambda: centre.record(number).get("state") == "acknowledged")
    (folder / "photo.jpg").write_bytes(picture())
    attached = centre.type("attach", str(folder / "photo.jpg"), "--as", "desk")
    attachment = next(word for word in attached.split() if word.startswith("FJ-"))
    issue = ("tokens", "issue", "--caller", "wechat", "--role", "intake", "--community", "YGHY")
    token = centre.type(*issue).strip()
    over = threading.Event()

    def keep_reporting() -> None:
        while not over.is_set():
            reported(centre)

    busy = [threading.Thread(target=keep_reporting) for _ in range(2)]
    for each in busy:
        each.start()
    try:
        said = centre.type("backup", str(folder / "of-today"))
    finally:
        over.set()
        for each in busy:
            each.join(60)
    record = centre.record(number)
    said_with_keys = centre.type("backup", str(folder / "with-keys"), "--with-keys")
    later = reported(centre)
    centre.act(number, "arrive", technician)
    centre.type("tokens", "revoke", "--caller", "wechat")
    suppressed = Path(shutil.copy(centre.folder / "suppressed.jsonl", folder))
    keys = Path(shutil.copy(centre.folder / "keys.toml", folder / "keys-in-the-safe.toml"))
    content = centre.request("GET", f"attachments/{attachment}", "desk").content
    centre.kill_everything()
    shutil.rmtree(centre.folder)
    return BackedUp(
        folder=folder / "of-today",
        keys=keys,
        said=said,
        with_keys=folder / "with-keys",
        said_with_keys=said_with_keys,
        number=number,
        technician=technician,
        record=record,
        attachment=attachment,
        content=content,
        later=later,
        revoked=token,
        suppressed=suppressed,
    )


def let_in(centre: Centre, token: str) -> int:
    """What the API answers to whoever comes with that token."""
    url = f"http://127.0.0.1:{centre.ports['GUANJIA_API_PORT']}/v1/communities/YGHY/cases"
    return httpx2.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False).status_code


def lines(record: dict[str, object]) -> list[dict[str, object]]:
    found = record["lines"]
    assert isinstance(found, list)
    return found


def test_a_backup_is_private_holds_no_key_and_says_so(backed_up: BackedUp) -> None:
    assert stat.S_IMODE(backed_up.folder.stat().st_mode) == 0o700
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in backed_up.folder.iterdir()}
    assert files == dict.fromkeys(("manifest.json", "postgres.dump", "temporal.db", "attachments.tar"), 0o600)
    assert "密钥文件不在其中" in backed_up.said
    assert not list(backed_up.folder.parent.glob("*.unfinished")), "nothing is left beside it"
    manifest = json.loads((backed_up.folder / "manifest.json").read_bytes())
    assert datetime.fromisoformat(manifest["taken_at"]).tzinfo is not None
    whole = b"".join(path.read_bytes() for path in backed_up.folder.iterdir())
    for secret in KeyRing.load(backed_up.keys).payload.keys.values():
        assert secret not in whole
    assert "王测试".encode() not in whole


def test_the_copy_of_temporals_file_is_whole(backed_up: BackedUp) -> None:
    with sqlite3.connect(backed_up.folder / "temporal.db") as temporal:
        assert temporal.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (executions,) = temporal.execute("SELECT count(*) FROM current_executions").fetchone()
    assert executions >= 1


def test_a_restored_case_goes_on_to_its_end_with_all_that_was_recorded(backed_up: BackedUp) -> None:
    with folder_of_a_test("restored") as folder:
        centre = Centre(folder / "var")
        centre.folder.mkdir()
        shutil.copy(backed_up.suppressed, centre.folder)
        said = typed("restore", str(backed_up.folder), "--keys", str(backed_up.keys), **centre.variables)
        assert said.returncode == 0, said.stderr
        assert "guanjia run" in said.stdout
        assert "已再次吊销 1 个令牌" in said.stdout
        assert "person erase --listed" in said.stdout
        assert stat.S_IMODE((centre.folder / "keys.toml").stat().st_mode) == 0o600
        assert {path.name for path in centre.folder.iterdir()} == {
            *("lock", "keys.toml", "postgres", "temporal.db", "attachments", "suppressed.jsonl"),
        }
        number, technician = backed_up.number, backed_up.technician
        try:
            centre.start()
            assert lines(centre.record(number)) == lines(backed_up.record)
            assert let_in(centre, backed_up.revoked) == 401, "the backup knows nothing of its being revoked"
            assert centre.record(backed_up.later) == {}, "what came after the backup is not there"
            shown = centre.request("GET", f"attachments/{backed_up.attachment}", "desk")
            assert shown.content == backed_up.content
            centre.finish(number, technician)
            after = lines(centre.record(number))
            assert [line["sequence"] for line in after] == list(range(1, len(after) + 1))
            assert after[: len(lines(backed_up.record))] == lines(backed_up.record)
            assert "差异 0 处" in centre.type("records", "reconcile")
            assert "补写 0 行" in centre.type("records", "rebuild", "--open"), "no line was missing: it is one instant"
            again = typed("restore", str(backed_up.folder), **centre.variables)
            assert again.returncode == 2
            assert "已有数据" in again.stderr
        finally:
            centre.end()


def damaged(backup: Path) -> None:
    file = backup / "temporal.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def incomplete(backup: Path) -> None:
    (backup / "postgres.dump").unlink()


def undumpable(backup: Path) -> None:
    """The dump was damaged before its digest was taken: PostgreSQL finds it half way."""
    dump = backup / "postgres.dump"
    dump.write_bytes(dump.read_bytes()[:-20_000])
    manifest = json.loads((backup / "manifest.json").read_bytes())
    digest = {"size": dump.stat().st_size, "sha256": hashlib.sha256(dump.read_bytes()).hexdigest()}
    _changed(backup, files={**manifest["files"], "postgres.dump": digest})


def without_manifest(backup: Path) -> None:
    (backup / "manifest.json").unlink()


def of_a_newer_version(backup: Path) -> None:
    _changed(backup, version="99.0")


def of_a_newer_schema(backup: Path) -> None:
    _changed(backup, revision="9999")


def of_a_form_unknown(backup: Path) -> None:
    _changed(backup, format=2)


def with_a_foreign_name(backup: Path) -> None:
    _changed(backup, files={"../../keys.toml": {"size": 1, "sha256": "0"}})


def _changed(backup: Path, **changes: object) -> None:
    file = backup / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_bytes()), **changes}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damaged, "temporal.db 已损坏"),
        (incomplete, "postgres.dump 读不出来"),
        (without_manifest, "不是完整的备份"),
        (of_a_newer_version, "较新的版本 99.0"),
        (of_a_newer_schema, "数据结构 9999"),
        (of_a_form_unknown, "读不懂"),
        (with_a_foreign_name, "读不懂"),
    ],
)
def test_a_backup_that_is_not_what_it_was_is_refused_and_nothing_is_touched(backed_up, spoil, said) -> None:
    with folder_of_a_test("spoiled") as folder:
        backup = backed_up.copy(folder)
        spoil(backup)
        centre = Centre(folder / "var")
        refused = typed("restore", str(backup), "--keys", str(backed_up.keys), **centre.variables)
        assert refused.returncode == 2, refused.stderr
        assert said in refused.stderr.splitlines()[-1]
        assert "Traceback" not in refused.stderr
        assert not centre.folder.exists()


def test_a_restore_that_fails_half_way_leaves_no_data_and_can_be_repeated(backed_up: BackedUp) -> None:
    with folder_of_a_test("half-way") as folder:
        backup = backed_up.copy(folder)
        undumpable(backup)
        centre = Centre(folder / "var")
        refused = typed("restore", str(backup), "--keys", str(backed_up.keys), **centre.variables)
        assert refused.returncode == 2, refused.stderr
        assert "pg_restore 失败" in refused.stderr
        assert [path.name for path in centre.folder.iterdir()] == ["lock"]
        again = typed("restore", str(backed_up.folder), "--keys", str(backed_up.keys), **centre.variables)
        assert again.returncode == 0, again.stderr
        (centre.folder / "temporal.db").rename(centre.folder / "temporal.db.unfinished")
        interrupted = typed("run", **centre.variables)
        assert interrupted.returncode == 2
        assert "恢复没有做完" in interrupted.stderr.splitlines()[-1]


def pictures_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_the_folder_of_attachments_may_be_a_file_system_of_its_own(backed_up: BackedUp) -> None:
    """Mounted there, in a mount name space of the command's own; an empty file system has a folder lost+found."""
    with folder_of_a_test("mounted") as folder:
        centre = Centre(folder / "var")
        images = centre.folder / "attachments"
        images.mkdir(parents=True)
        mounted = (
            'mount -t tmpfs none "$0" && mkdir "$0/lost+found" || exit 77; "$@"; echo "ended $?"; find "$0" -type f'
        )
        words = ("restore", str(backed_up.folder), "--keys", str(backed_up.keys))
        command = ["unshare", "--mount", "sh", "-c", mounted, str(images), *command_line(*words)]
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            env=environment(centre.variables),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode == 77 or "unshare:" in done.stderr:
            pytest.skip("nothing can be mounted here")
        assert "ended 0" in done.stdout, done.stderr
        assert done.stdout.splitlines()[-1].endswith(f"/{backed_up.attachment}")
        assert (centre.folder / "temporal.db").is_file()


def test_the_folder_of_attachments_may_be_a_link_to_another_disk(backed_up: BackedUp) -> None:
    with folder_of_a_test("linked") as folder, tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        centre = Centre(folder / "var")
        centre.folder.mkdir()
        (centre.folder / "attachments").symlink_to(elsewhere)
        done = typed("restore", str(backed_up.folder), "--keys", str(backed_up.keys), **centre.variables)
        assert done.returncode == 0, done.stderr
        assert (centre.folder / "attachments").is_symlink()
        assert pictures_in(Path(elsewhere)) == {backed_up.attachment}
        assert not list(Path(elsewhere).glob(".*"))


def test_a_restore_that_fails_at_its_last_steps_takes_everything_away_again(backed_up: BackedUp) -> None:
    """Folders stand where the pictures should go: nothing of the records may be left as if it were whole."""
    with folder_of_a_test("last-steps") as folder:
        centre = Centre(folder / "var")
        in_the_way = centre.folder / "attachments" / "YGHY" / "in the way"
        in_the_way.mkdir(parents=True)
        words = ("restore", str(backed_up.folder), "--keys", str(backed_up.keys))
        refused = typed(*words, **centre.variables)
        assert refused.returncode == 2, refused.stderr
        assert "已全部撤回" in refused.stderr.splitlines()[-1]
        assert "attachments/YGHY" in refused.stderr
        assert {path.name for path in centre.folder.iterdir()} == {"lock", "attachments"}
        assert [path.name for path in (centre.folder / "attachments").iterdir()] == ["YGHY"]
        in_the_way.rmdir()
        again = typed(*words, **centre.variables)
        assert again.returncode == 0, again.stderr
        assert pictures_in(centre.folder / "attachments") == {backed_up.attachment}


def test_with_its_keys_a_backup_needs_nothing_else_and_warns(backed_up: BackedUp) -> None:
    assert "请锁好" in backed_up.said_with_keys
    with folder_of_a_test("with-keys") as folder:
        centre = Centre(folder / "var")
        restored = typed("restore", str(backed_up.with_keys), **centre.variables)
        assert restored.returncode == 0, restored.stderr
        for said in ("没有名单", "tokens revoke --listed", "person erase --listed", "tokens revoke --caller"):
            assert said in restored.stdout
        assert (centre.folder / "keys.toml").read_bytes() == backed_up.keys.read_bytes()
        assert stat.S_IMODE((centre.folder / "keys.toml").stat().st_mode) == 0o600


def test_keys_that_the_data_need_are_named_and_a_foreign_key_of_the_same_name_is_not_taken_for_them(backed_up) -> None:
    with folder_of_a_test("wrong-keys") as folder:
        centre = Centre(folder / "var")
        mine = KeyRing.load(backed_up.keys)
        lost = f"personal.{mine.personal.current}"
        other = folder / "other.toml"
        dataclasses.replace(mine, personal=KeyRing.generate().personal).write(other)
        refused = typed("restore", str(backed_up.folder), "--keys", str(other), **centre.variables)
        assert refused.returncode == 2
        assert f"{lost}。" in refused.stderr
        assert "payload" not in refused.stderr
        without = typed("restore", str(backed_up.folder), **centre.variables)
        assert "备份里没有密钥文件" in without.stderr
        assert not centre.folder.exists()
        newer = folder / "newer.toml"
        mine.rotated(payload=True, personal=True, now=datetime.now(UTC)).write(newer)
        assert typed("restore", str(backed_up.folder), "--keys", str(newer), **centre.variables).returncode == 0


def test_a_backup_never_overwrites_and_needs_a_centre_that_runs(backed_up: BackedUp) -> None:
    with folder_of_a_test("still") as folder:
        centre = Centre(folder / "var")
        nothing = typed("backup", str(folder / "new"), **centre.variables)
        assert (nothing.returncode, "没有单机版的数据" in nothing.stderr) == (2, True)
        restored = typed("restore", str(backed_up.folder), "--keys", str(backed_up.keys), **centre.variables)
        assert restored.returncode == 0, restored.stderr
        before = sorted(path.name for path in backed_up.folder.iterdir())
        taken = typed("backup", str(backed_up.folder), **centre.variables)
        assert (taken.returncode, "不会覆盖" in taken.stderr) == (2, True)
        assert sorted(path.name for path in backed_up.folder.iterdir()) == before
        still = typed("backup", str(folder / "new"), **centre.variables)
        assert (still.returncode, "没有管家在运行" in still.stderr) == (2, True)
        assert sorted(path.name for path in folder.iterdir()) == ["var"]


def test_records_of_another_server_are_not_this_commands_business(tmp_path: Path) -> None:
    foreign = "postgresql+psycopg2://guanjia@db.example.com/guanjia"
    for words in (("backup", str(tmp_path / "new")), ("restore", str(tmp_path))):
        refused = typed(*words, GUANJIA_DATABASE_URL=foreign, GUANJIA_HOME=str(tmp_path / "var"))
        assert refused.returncode == 2
        assert "pg_dump" in refused.stderr
