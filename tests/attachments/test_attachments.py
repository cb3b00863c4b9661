"""Stored sealed, once for a request, and read by the community only."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from activities.attachments.attachments import Attachments, Uploaded
from activities.attachments.damage import Damage
from activities.attachments.images import AttachmentRefusedError, Purpose
from activities.attachments.resealing import attachments_by_key, reseal_attachments
from activities.attachments.store import AttachmentStore
from activities.connections.database import Database, is_unavailable
from activities.connections.encryption import EncryptionKeys, RetiredKeyError
from activities.connections.keys import KeyRing
from activities.connections.personal_data import PersonalDataCipher
from activities.records.attachment_tables import AttachmentRow
from activities.records.resealing import retire_in_records
from tests.attachments.pictures import picture
from tests.rights import a_place_without_roots_rights
from workflows.messages.people import Actor, Role

DESK = Actor(role=Role.CS_ASSISTANT, code="K001")


@pytest.fixture
def attachments(communities: None, database: Database, keyring: KeyRing, tmp_path: Path) -> Attachments:
    return Attachments(database, AttachmentStore(tmp_path.joinpath("附件 库").as_uri()), keyring.personal)


def upload(attachments: Attachments, content: bytes = b"", key: str = "k1", community: str = "YGHY") -> Uploaded:
    now = datetime(2026, 5, 12, 10, tzinfo=UTC)
    return attachments.upload(community, DESK, content or picture(), Purpose.PHOTO, key_digest=key, now=now)


def stored_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_uploaded_is_read_back(attachments: Attachments) -> None:
    ref = upload(attachments).ref
    found = attachments.read("YGHY", ref.id)
    assert found is not None
    content, media_type = found
    assert (len(content), media_type) == (ref.size, "image/jpeg")


def test_at_rest_nobody_can_see_what_is_on_it(attachments: Attachments, tmp_path: Path) -> None:
    ref = upload(attachments).ref
    (file,) = stored_files(tmp_path)
    assert not file.read_bytes().startswith(b"\xff\xd8")
    assert b"JFIF" not in file.read_bytes()
    assert file.name == ref.id


def test_the_same_request_again_is_the_same_file_and_another_picture_under_its_key_is_refused(
    attachments: Attachments, tmp_path: Path
) -> None:
    first = upload(attachments)
    again = upload(attachments)
    assert (again.ref, again.created, first.created) == (first.ref, False, True)
    with pytest.raises(AttachmentRefusedError) as refused:
        upload(attachments, picture(size=(10, 10)))
    assert refused.value.code == "idempotency_key_reused"
    assert len(stored_files(tmp_path)) == 1


def test_a_picture_is_on_the_disk_before_its_name_and_its_name_before_its_row(
    attachments: Attachments, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's own fsync, watched: what was written out, which names were there, and whether the row was."""
    seen: list[tuple[str, set[str], int]] = []
    synced = os.fsync

    def watched(descriptor: int) -> None:
        synced(descriptor)
        with database.begin() as connection:
            rows = connection.scalar(select(func.count()).select_from(AttachmentRow)) or 0
        names = {path.name for path in stored_files(tmp_path)}
        seen.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, names, rows))

    monkeypatch.setattr(os, "fsync", watched)
    ref = upload(attachments).ref
    monkeypatch.undo()

    (above, nothing, _), (file, before, _), *folders = seen
    assert (above, nothing) == (tmp_path.name, set()), "in which the store itself has got its name"
    assert before == {file}
    assert file.startswith(f"{ref.id}#")
    assert [name for name, _, _ in folders] == [ref.id[3:5], "YGHY", "附件 库"]
    assert all(names == {ref.id} for _, names, _ in folders)
    assert all(rows == 0 for _, _, rows in seen)


def test_the_store_may_lie_where_we_may_pass_through_and_not_look_around() -> None:
    with a_place_without_roots_rights() as place:
        store = AttachmentStore((place / "attachments").as_uri())
        for _ in range(2):
            place.chmod(0o311)
            store.put("YGHY/AB/FJ-1", b"sealed")
        assert store.get("YGHY/AB/FJ-1") == b"sealed"
        store.delete("YGHY/AB/FJ-1")
        assert list(store.stored()) == []


def test_a_write_that_was_cut_short_is_no_picture(attachments: Attachments, tmp_path: Path) -> None:
    ref = upload(attachments).ref
    (file,) = stored_files(tmp_path)
    file.with_name(f"{ref.id}#123").write_bytes(b"half")
    store = AttachmentStore(tmp_path.joinpath("附件 库").as_uri())
    assert list(store.stored()) == [f"YGHY/{ref.id[3:5]}/{ref.id}"]


def test_another_community_has_neither_the_file_nor_its_id(attachments: Attachments) -> None:
    ref = upload(attachments).ref
    assert attachments.read("XXJD", ref.id) is None
    assert attachments.unknown("XXJD", {ref.id}) == {ref.id}
    assert attachments.unknown("YGHY", {ref.id}) == frozenset()
    assert upload(attachments, community="XXJD").ref.id != ref.id


def test_a_file_that_was_changed_or_exchanged_is_found_out(attachments: Attachments, tmp_path: Path) -> None:
    ref = upload(attachments).ref
    other = upload(attachments, picture(size=(10, 10)), key="k2").ref
    files = {path.name: path for path in stored_files(tmp_path)}
    files[ref.id].write_bytes(files[other.id].read_bytes())
    with pytest.raises(Exception, match="解密"):
        attachments.read("YGHY", ref.id)


def test_what_is_refused_leaves_neither_a_row_nor_a_file(attachments: Attachments, database: Database, tmp_path: Path):
    with pytest.raises(AttachmentRefusedError):
        upload(attachments, b"<svg/>")
    with database.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(AttachmentRow)) == 0
    assert stored_files(tmp_path) == []


@pytest.mark.parametrize("url", ["memory:///", "folder", "gs://bucket", ""])
def test_a_store_is_a_folder_or_a_bucket(url: str) -> None:
    with pytest.raises(ValueError, match="附件库应写成"):
        AttachmentStore(url)


def test_attachments_are_counted_by_key_and_sealed_anew_and_what_others_left_there_is_not_touched(
    attachments: Attachments, database: Database, keyring: KeyRing, tmp_path: Path
) -> None:
    first, second = (upload(attachments, picture(size=(n, n)), key=str(n)).ref for n in (40, 41))
    (tmp_path / "附件 库" / "foreign.txt").write_text("")
    store = AttachmentStore(tmp_path.joinpath("附件 库").as_uri())
    new = keyring.rotated(payload=False, personal=True, now=datetime.now(UTC)).personal
    restarted = Attachments(database, store, new)
    third = upload(restarted, picture(size=(42, 42)), key="42").ref
    assert attachments_by_key(store, new).by_key == {keyring.personal.current: 2, new.current: 1}
    before = {ref.id: restarted.read("YGHY", ref.id) for ref in (first, second, third)}

    assert [reseal_attachments(database, store, new).changed for _ in range(2)] == [2, 0]

    assert attachments_by_key(store, new).by_key == {new.current: 3}
    alone = Attachments(database, store, new.without(keyring.personal.current))
    assert {ref.id: alone.read("YGHY", ref.id) for ref in (first, second, third)} == before


def test_one_damaged_file_is_named_and_keeps_nothing_else_from_being_sealed_anew(
    attachments: Attachments, database: Database, keyring: KeyRing, tmp_path: Path
) -> None:
    refs = [upload(attachments, picture(size=(n, n)), key=str(n)).ref for n in range(40, 46)]
    whole, empty, truncated, exchanged, foreign, unreadable = (ref.id for ref in refs)
    files = {path.name: path for path in stored_files(tmp_path)}
    files[empty].write_bytes(b"")
    files[truncated].write_bytes(files[truncated].read_bytes()[:-1])
    files[exchanged].write_bytes(files[whole].read_bytes())
    files[foreign].write_bytes(EncryptionKeys({"lost": b"\1" * 32}, current="lost").encrypt(b"", ""))
    files[unreadable].unlink()
    files[unreadable].symlink_to(tmp_path.joinpath("a disk that went away"))
    store = AttachmentStore(tmp_path.joinpath("附件 库").as_uri())
    new = keyring.rotated(payload=False, personal=True, now=datetime.now(UTC)).personal

    done = reseal_attachments(database, store, new)

    damaged = {each.id: each.damage for each in done.damaged}
    assert damaged.pop(unreadable, Damage.UNREADABLE) is Damage.UNREADABLE, "the listing may leave it out"
    assert damaged == {
        empty: Damage.UNREADABLE,
        truncated: Damage.TAMPERED,
        exchanged: Damage.TAMPERED,
        foreign: Damage.UNKNOWN_KEY,
    }
    assert done.changed == 1
    left = attachments_by_key(store, new)
    assert left.ids[keyring.personal.current] == tuple(sorted((truncated, exchanged)))
    assert {each.id for each in left.damaged} >= {empty, foreign}


def test_nothing_is_stored_under_a_retired_key_and_the_upload_can_be_sent_again(
    attachments: Attachments, database: Database, keyring: KeyRing, tmp_path: Path
) -> None:
    new = keyring.rotated(payload=False, personal=True, now=datetime.now(UTC))
    restarted = Database(database.engine, PersonalDataCipher(new))
    retire_in_records(restarted, keyring.personal.current, lambda: 0)

    with pytest.raises(RetiredKeyError) as refused:
        upload(attachments)
    assert is_unavailable(refused.value)
    assert stored_files(tmp_path) == []

    store = AttachmentStore(tmp_path.joinpath("附件 库").as_uri())
    assert upload(Attachments(restarted, store, new.personal)).created
