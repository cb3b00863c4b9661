"""A new key of personal data: what is old is sealed anew, nothing is lost, and what is retired seals nothing more."""

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database, is_unavailable
from activities.connections.encryption import EncryptionKeys, UnknownKeyError
from activities.connections.keys import KeyRing
from activities.connections.personal_data import PersonalDataCipher
from activities.records import resealing
from activities.records.case_queries import get_case
from activities.records.case_records import CaseRecords
from activities.records.case_tables import Case
from activities.records.resealing import (
    KeyStillUsedError,
    Resealed,
    is_retired,
    reseal,
    retire_in_records,
    sealed_columns,
    values_by_key,
)
from activities.records.sealing import open_columns, seal_columns
from tests.records import repairs


def rotated(keyring: KeyRing, day: int = 1) -> KeyRing:
    return keyring.rotated(payload=False, personal=True, now=datetime(2099, 1, day, tzinfo=UTC))


def under(database: Database, keyring: KeyRing) -> Database:
    """The same records for a process that has read this key file."""
    return Database(database.engine, PersonalDataCipher(keyring))


def counts(database: Database) -> dict[str, int]:
    with database.begin() as connection:
        return dict(values_by_key(connection))


def a_repair(database: Database, number: str | None = None) -> str:
    number = number or repairs.new_number()
    for make in (repairs.first_batch, repairs.dispatched_batch, repairs.completed_batch):
        CaseRecords(database).write_case(make(number))
    return number


def story(database: Database, number: str) -> str:
    record = get_case(database, "YGHY", number)
    assert record is not None
    return record.model_dump_json(exclude={"as_of"})


def nothing_elsewhere() -> int:
    return 0


@pytest.fixture
def new(keyring: KeyRing) -> KeyRing:
    return rotated(keyring)


def test_after_a_rotation_old_and_new_rows_are_read_and_sealing_anew_leaves_none_under_the_old_key(
    database: Database, keyring: KeyRing, new: KeyRing
) -> None:
    old_key = keyring.personal.current
    before = a_repair(database)
    told = story(database, before)
    restarted = under(database, new)
    after = a_repair(restarted)
    assert story(restarted, before) == told
    mixed = counts(database)
    assert mixed[old_key] == mixed[new.personal.current] > 5

    done = reseal(restarted)

    assert done == Resealed(changed=mixed[old_key], left=0)
    assert counts(database) == {new.personal.current: sum(mixed.values())}
    assert story(restarted, before) == told
    assert get_case(restarted, "YGHY", after) is not None
    without = new.without(old_key, payload=False)
    assert story(under(database, without), before) == told, "the old key is not needed any more"
    assert reseal(restarted) == Resealed(changed=0, left=0)


def test_an_interrupted_run_keeps_what_it_did_and_the_next_goes_on(
    database: Database, keyring: KeyRing, new: KeyRing
) -> None:
    """The key of one value in the middle is missing, so the run ends there; with it, the next one finishes."""
    *numbers, last = sorted(repairs.new_number() for _ in range(5))  # values are sealed anew in this order
    for number in numbers:
        a_repair(database, number)
    stranger, newest = rotated(keyring, day=2), rotated(keyring, day=3)
    CaseRecords(under(database, stranger)).write_case(repairs.first_batch(last))
    before, newest_key = counts(database), newest.personal.current

    with pytest.raises(UnknownKeyError, match=stranger.personal.current):
        reseal(under(database, newest), batch=2)

    half = counts(database)
    assert 0 < half[newest_key] < before[keyring.personal.current]
    keys = EncryptionKeys({**stranger.personal.keys, **newest.personal.keys}, current=newest_key)
    rest = reseal(under(database, dataclasses.replace(newest, personal=keys)), batch=2)
    assert rest == Resealed(changed=sum(before.values()) - half[newest_key], left=0)
    assert set(counts(database)) == {newest_key}


def test_what_is_written_meanwhile_is_kept_and_a_row_in_work_is_not_waited_for(
    database: Database, new: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, free = a_repair(database), a_repair(database)
    restarted = under(database, new)
    monkeypatch.setattr(resealing, "_PAUSE_SECONDS", 0.05)
    in_work, written = threading.Event(), threading.Event()

    def write() -> None:
        words = seal_columns(restarted.personal, Case, {"description": "改为:阳台漏水"})
        with database.begin() as connection:
            connection.execute(update(Case).where(Case.number == busy).values(words))
            in_work.set()
            assert written.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    assert in_work.wait(30)
    with _set_when(written, database, new.personal.current, free):
        done = reseal(restarted)
    writer.join(30)

    assert done.left == 0
    with database.begin() as connection:
        row = connection.execute(select(Case.description).where(Case.number == busy)).one()
    assert open_columns(restarted.personal, Case, row._mapping)["description"] == "改为:阳台漏水"


@contextmanager
def _set_when(event: threading.Event, database: Database, key: str, number: str) -> Iterator[None]:
    """Let the other transaction end once the free row has been sealed anew, seen from outside."""

    def watch() -> None:
        query = text("SELECT sealed_under(description) FROM cases WHERE number = :number")
        while not event.is_set():
            with database.begin() as connection:
                if connection.scalar(query, {"number": number}) == key:
                    event.set()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        event.set()
        watching.join(30)


def test_a_row_that_stays_in_work_is_left_and_said(
    database: Database, new: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = a_repair(database)
    monkeypatch.setattr(resealing, "_PAUSE_SECONDS", 0.0)
    with database.begin() as connection:
        connection.execute(text("SELECT 1 FROM cases WHERE number = :number FOR UPDATE"), {"number": number})
        done = reseal(under(database, new))
    assert done.left == 4, "name, telephone, mail and description of the locked case"
    assert reseal(under(database, new)) == Resealed(changed=4, left=0)


def test_a_key_that_still_seals_something_is_not_retired(database: Database, keyring: KeyRing, new: KeyRing) -> None:
    number = a_repair(database)
    old_key = keyring.personal.current
    with pytest.raises(KeyStillUsedError, match=old_key) as refused:
        retire_in_records(under(database, new), old_key, nothing_elsewhere)
    assert refused.value.values == counts(database)[old_key]
    with database.begin() as connection:
        assert not is_retired(connection, old_key)
    CaseRecords(database).write_case(repairs.first_batch(repairs.new_number()))
    assert story(database, number)


def test_what_is_sealed_elsewhere_keeps_a_key_too(database: Database, keyring: KeyRing, new: KeyRing) -> None:
    with pytest.raises(KeyStillUsedError):
        retire_in_records(under(database, new), keyring.personal.current, lambda: 1)


def test_what_is_found_only_after_the_key_was_forbidden_allows_it_again(
    database: Database, keyring: KeyRing, new: KeyRing
) -> None:
    found = iter([0, 1])
    with pytest.raises(KeyStillUsedError):
        retire_in_records(under(database, new), keyring.personal.current, lambda: next(found))
    a_repair(database)


def test_a_process_that_was_not_restarted_can_write_nothing_under_a_retired_key_and_its_work_is_not_lost(
    database: Database, keyring: KeyRing, new: KeyRing
) -> None:
    number = repairs.new_number()
    restarted = under(database, new)
    CaseRecords(database).write_case(repairs.first_batch(number))
    reseal(restarted)
    for _ in range(2):
        retire_in_records(restarted, keyring.personal.current, nothing_elsewhere)

    with pytest.raises(IntegrityError, match="retired key") as refused:
        CaseRecords(database).write_case(repairs.dispatched_batch(number))
    assert is_unavailable(refused.value), "whoever asked is told to ask again, and another process takes it"
    assert set(counts(database)) == {new.personal.current}

    CaseRecords(restarted).write_case(repairs.dispatched_batch(number))
    assert "dispatched" in story(restarted, number)


def test_retiring_waits_for_whoever_has_just_written_under_the_key(
    database: Database, keyring: KeyRing, new: KeyRing
) -> None:
    """The writer's row is not committed when it is counted first; it is when the key has been forbidden."""
    restarted = under(database, new)
    number = repairs.new_number()
    CaseRecords(restarted).write_case(repairs.first_batch(number))
    refusals: list[KeyStillUsedError] = []

    def retire() -> None:
        try:
            retire_in_records(restarted, keyring.personal.current, nothing_elsewhere)
        except KeyStillUsedError as refused:
            refusals.append(refused)

    with database.begin() as connection:
        words = seal_columns(database.personal, Case, {"description": "改为:阳台漏水"})
        connection.execute(update(Case).where(Case.number == number).values(words))
        retiring = threading.Thread(target=retire)
        retiring.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE relation = 'retired_keys'::regclass AND NOT granted")
        while not connection.scalar(waiting):
            assert retiring.is_alive()
    retiring.join(30)
    assert [refused.values for refused in refusals] == [1]
    with database.begin() as connection:
        assert not is_retired(connection, keyring.personal.current)


def test_postgresql_looks_at_every_sealed_column_for_retired_keys(database: Database) -> None:
    """A column that is added later needs the trigger ``known_keys`` of migration 0010 too."""
    query = text("SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger WHERE tgname = 'known_keys'")
    with database.begin() as connection:
        looked_at = {
            f"{table}.{column}"
            for table, columns in connection.execute(query)
            for column in str(columns).split("\\000")
            if column
        }
    assert looked_at == {sealed.context for sealed in sealed_columns()}
