"""The suppression list 抑制名单 outlives the records: what is on it is revoked again, and a half line says nothing."""

import errno
import fcntl
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from activities.connections.database import Database
from activities.records.intake_snapshot import load_snapshot
from activities.records.suppression_list import SuppressionList, SuppressionListError
from activities.records.tokens import (
    issue_token,
    list_revoked,
    revoke_listed,
    revoke_token,
    revoke_tokens_of,
    token_digest,
)
from tests.rights import a_place_without_roots_rights
from tests.servers import ROOT
from workflows.messages.people import Role


@pytest.fixture
def listed(tmp_path: Path) -> SuppressionList:
    return SuppressionList(tmp_path / "suppressed.jsonl")


def issued(db: Database, caller: str) -> str:
    return issue_token(db, caller=caller, role=Role.INTAKE, communities=["YGHY"])


def in_force(db: Database, *tokens: str) -> list[bool]:
    known = load_snapshot(db, datetime.now(UTC)).tokens
    return [token_digest(token).hex() in known for token in tokens]


def test_tokens_that_a_restore_brings_back_are_revoked_again_and_no_others(sample: Database, listed: SuppressionList):
    leaked, left, works = issued(sample, "wechat"), issued(sample, "left-1"), issued(sample, "works-1")
    assert revoke_token(sample, leaked)
    list_revoked(sample, listed)
    assert [revoke_tokens_of(sample, "left-1") for _ in range(2)] == [1, 0]
    for _ in range(2):
        list_revoked(sample, listed)
    assert [entry.caller for entry in listed.revoked()] == ["wechat", "left-1"], "once each"
    assert leaked not in listed.file.read_text(encoding="utf-8")
    with sample.begin() as connection:
        connection.execute(text("UPDATE api_tokens SET revoked_at = NULL"))  # what an older backup says of them

    with sample.begin() as connection:
        assert revoke_listed(connection, listed) == 2

    assert in_force(sample, leaked, left, works) == [False, False, True]


def test_a_token_is_revoked_even_where_the_list_cannot_be_written_and_repeating_it_lists_it(
    sample: Database, listed: SuppressionList
):
    token = issued(sample, "wechat")
    listed.file.mkdir()
    assert revoke_token(sample, token)
    with pytest.raises(SuppressionListError, match="GUANJIA_SUPPRESSION_LIST"):
        list_revoked(sample, listed)
    assert in_force(sample, token) == [False]
    listed.file.rmdir()
    list_revoked(sample, listed)
    assert [entry.token for entry in listed.revoked()] == [token_digest(token).hex()]


def test_a_line_that_a_power_cut_left_half_is_forgotten_and_a_damaged_one_is_named(listed: SuppressionList):
    listed.add_erasure("GR-1", b"\1" * 32, "person")
    with listed.file.open("ab") as file:
        file.write(b'{"what": "era')
    assert [entry.request for entry in listed.erased()] == ["GR-1"]
    listed.add_erasure("GR-2", b"\2" * 32, "agent")
    listed.add_erasure("GR-2", b"\2" * 32, "agent")
    assert [entry.request for entry in listed.erased()] == ["GR-1", "GR-2"]
    listed.file.write_bytes(b"{}\n" + listed.file.read_bytes())
    with pytest.raises(SuppressionListError, match="第 1 行"):
        listed.erased()


def test_a_last_line_without_its_end_counts_and_two_lists_put_together_name_everybody_once(listed: SuppressionList):
    listed.add_erasure("GR-1", b"\1" * 32, "person")
    listed.file.write_bytes(listed.file.read_bytes().rstrip(b"\n"))
    assert [entry.request for entry in listed.erased()] == ["GR-1"]
    listed.add_erasure("GR-2", b"\2" * 32, "agent")
    listed.file.write_bytes(listed.file.read_bytes() * 2)
    assert [entry.request for entry in listed.erased()] == ["GR-1", "GR-2"]


@pytest.mark.parametrize("room", [0, 20])
def test_a_full_disk_is_said_and_leaves_the_list_as_it_was(listed: SuppressionList, room: int):
    """The system's own limit of a file's size, as a full disk has one: it takes the beginning of what comes last."""
    listed.add_erasure("GR-1", b"\1" * 32, "person")
    before = listed.file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, limits[1]))
    try:
        for _ in range(2):
            with pytest.raises(SuppressionListError, match="无法读写"):
                listed.add_erasure("GR-2", b"\2" * 32, "agent")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert listed.file.read_bytes() == before
    listed.add_erasure("GR-2", b"\2" * 32, "agent")
    assert [entry.request for entry in listed.erased()] == ["GR-1", "GR-2"]


def test_what_did_not_reach_the_disk_is_not_taken_for_entered(listed: SuppressionList, monkeypatch: pytest.MonkeyPatch):
    """The system's own fsync, failing as that of a disk that is gone: a repeat must not find the entry in memory."""

    def gone(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    listed.add_erasure("GR-1", b"\1" * 32, "person")
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", gone)
        for request in ("GR-1", "GR-2", "GR-2"):
            with pytest.raises(SuppressionListError, match="无法读写"):
                listed.add_erasure(request, b"\2" * 32, "agent")
    assert [entry.request for entry in listed.erased()] == ["GR-1"]


def test_processes_that_enter_the_same_at_the_same_time_enter_it_once_and_each_its_own(listed: SuppressionList):
    """All of them wait for the lock that is held here, so that each has come as far as it comes without it."""
    program = (
        "import sys; from pathlib import Path; from activities.records.suppression_list import SuppressionList as L;"
        "l = L(Path(sys.argv[1])); print('ready', flush=True);"
        "l.add_revocations([(b'same', 'wechat'), (sys.argv[2].encode(), 'own')])"
    )
    with listed.file.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        writers = [
            subprocess.Popen([sys.executable, "-c", program, str(listed.file), name], cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603
            for name in ("a", "b", "c")
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
        while not all(_waits_for_a_lock(writer.pid) for writer in writers):
            assert all(writer.poll() is None for writer in writers)
    for writer in writers:
        writer.communicate(timeout=30)
        assert writer.returncode == 0
    assert len(listed.file.read_text(encoding="utf-8").splitlines()) == 4
    assert sorted(bytes.fromhex(entry.token) for entry in listed.revoked()) == [b"a", b"b", b"c", b"same"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_list_that_root_makes_belongs_to_whose_the_key_file_is(tmp_path: Path):
    keys = tmp_path / "keys.toml"
    keys.touch()
    os.chown(keys, 10001, 10002)
    listed = SuppressionList(tmp_path / "suppressed.jsonl", keys)
    listed.add_erasure("GR-1", b"\1" * 32, "person")
    made = listed.file.stat()
    assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (10001, 10002, 0o600)


def test_a_list_may_lie_in_a_folder_that_cannot_be_listed():
    with a_place_without_roots_rights() as place:
        listed = SuppressionList(place / "suppressed.jsonl")
        place.chmod(0o311)
        listed.add_erasure("GR-1", b"\1" * 32, "person")
        assert [entry.request for entry in listed.erased()] == ["GR-1"]


def _waits_for_a_lock(process: int) -> bool:
    """By the system's own table of locks, in which whoever waits stands with an arrow."""
    return any("->" in line and str(process) in line.split() for line in Path("/proc/locks").read_text().splitlines())
