"""Changing the key file: in one step, private, for its owner, one change at a time."""

import os
from datetime import UTC, datetime

import pytest

from activities.connections.encryption import UnknownKeyError
from activities.connections.keys import KeyFileError, KeyRing
from activities.connections.personal_data import PersonalDataCipher

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "keys.toml"
    KeyRing.create(file)
    return file


def rotate(path, *, payload=True, personal=True):
    return KeyRing.change(path, lambda old: old.rotated(payload=payload, personal=personal, now=NOW))


def test_a_new_key_is_current_and_the_old_one_stays_to_open_what_it_sealed(path):
    old = KeyRing.load(path)
    sealed = PersonalDataCipher(old).seal("王小明", "staff.name")

    new = rotate(path)

    assert KeyRing.load(path) == new
    for before, after in ((old.payload, new.payload), (old.personal, new.personal)):
        assert after.current not in before.keys
        assert {**after.keys, **before.keys} == after.keys
    assert (new.index_key, new.case_number_key) == (old.index_key, old.case_number_key)
    assert PersonalDataCipher(new).open(sealed, "staff.name") == "王小明"


def test_only_what_was_asked_for_is_rotated(path):
    old = KeyRing.load(path)

    new = rotate(path, payload=False)

    assert new.payload == old.payload
    assert new.personal != old.personal


def test_rotating_twice_at_the_same_instant_makes_two_keys(path):
    ids = [rotate(path).personal.current for _ in range(3)]

    assert len(set(ids)) == 3
    assert len(KeyRing.load(path).personal.keys) == 4


def test_the_file_stays_its_owners_and_nothing_is_left_beside_it(path):
    if os.geteuid() == 0:  # root may rotate what a service reads
        os.chown(path, 65534, 65534)
    owner = (path.stat().st_uid, path.stat().st_gid)

    rotate(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert (path.stat().st_uid, path.stat().st_gid) == owner
    assert list(path.parent.iterdir()) == [path]


def test_a_second_change_at_the_same_time_is_refused_and_changes_nothing(path):
    def meanwhile(old):
        with pytest.raises(KeyFileError, match="另一个命令"):
            rotate(path)
        return old.rotated(payload=True, personal=False, now=NOW)

    KeyRing.change(path, meanwhile)

    assert len(KeyRing.load(path).payload.keys) == 2
    assert len(KeyRing.load(path).personal.keys) == 1


def test_a_change_that_fails_leaves_the_file_as_it_was(path):
    before = path.read_bytes()
    current = KeyRing.load(path).personal.current

    with pytest.raises(ValueError, match="正在使用"):
        KeyRing.change(path, lambda old: old.without(current, payload=False))

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_key_that_is_retired_is_gone_from_the_file_and_opens_nothing(path):
    old = KeyRing.load(path)
    sealed = PersonalDataCipher(old).seal("王小明", "staff.name")
    rotate(path)

    new = KeyRing.change(path, lambda ring: ring.without(old.personal.current, payload=False))

    assert old.personal.current not in new.personal.keys
    assert old.payload.current in new.payload.keys
    with pytest.raises(UnknownKeyError):
        PersonalDataCipher(KeyRing.load(path)).open(sealed, "staff.name")


def test_a_fingerprint_tells_keys_apart_and_shows_none(path):
    ring, other = KeyRing.load(path), KeyRing.generate()

    assert ring.fingerprints.keys() == other.fingerprints.keys(), "made on the same day, they have the same names"
    assert not set(ring.fingerprints.values()) & set(other.fingerprints.values())
    assert ring.fingerprints == KeyRing.load(path).fingerprints
    written = path.read_text()
    assert not any(fingerprint in written for fingerprint in ring.fingerprints.values())
