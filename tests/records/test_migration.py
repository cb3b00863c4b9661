"""A migrated database is the one that the code declares, and no process runs on an older one."""

import subprocess
import sys

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, text

from activities.connections.database import Database
from activities.connections.personal_data import PersonalDataCipher
from activities.records.case_queries import get_case
from activities.records.case_records import CaseRecords
from activities.records.case_tables import Case, RepairRecordRow
from activities.records.migration import (
    SCRIPTS,
    current_is_head,
    current_revision,
    declared_schema,
    required_revision,
    upgrade,
)
from activities.records.sealing import seal_columns
from tests.at_once import at_once
from tests.records import repairs
from workflows.messages.records import RepairRecord

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
               is_nullable, column_default, udt_name
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't'
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


@pytest.fixture
def new_engine(postgres):
    """Makes engines on empty databases of their own."""
    databases, engines = [], []

    def make():
        database = postgres.new_database()
        databases.append(database)
        engines.append(create_engine(database.__enter__()))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()
    for database in databases:
        database.__exit__(None, None, None)


def _url(engine):
    return engine.url.render_as_string(hide_password=False)


def _catalogue(engine, part):
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text(CATALOGUE[part])) if row[0] != "alembic_version"}


def _upgrade_to(engine, revision):
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _say_revision(engine, revision):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@pytest.mark.parametrize("part", CATALOGUE)
def test_the_migrated_schema_is_the_declared_schema(new_engine, part):
    migrated, declared = new_engine(), new_engine()
    upgrade(_url(migrated))
    declared_schema().create_all(declared)

    assert _catalogue(migrated, part) == _catalogue(declared, part)
    assert len(_catalogue(migrated, part)) > 20


def test_an_empty_database_is_too_old_until_it_is_migrated(new_engine):
    engine = new_engine()
    assert current_revision(engine) is None
    assert not current_is_head(engine)

    upgrade(_url(engine))

    assert current_revision(engine) == required_revision()
    assert current_is_head(engine)


def test_migrating_twice_changes_nothing(new_engine):
    engine = new_engine()
    upgrade(_url(engine))
    once = _catalogue(engine, "columns")

    upgrade(_url(engine))

    assert _catalogue(engine, "columns") == once


def test_a_case_of_the_first_release_is_read_as_it_was_after_migrating(new_engine, keyring):
    engine = new_engine()
    _upgrade_to(engine, "0001")
    database = Database(engine, PersonalDataCipher(keyring))
    number = repairs.new_number()
    first = repairs.first_batch(number)
    reported, header = first.opening, first.header
    case = {
        **{name: getattr(reported, name) for name in ("unit", "unit_verified", "area", "channel", "description")},
        **{name: getattr(reported, name) for name in ("policy_version", "received_at")},
        **header.model_dump(exclude={"accepted_by"}),
        "identity": "owner",
        "linked": [],
        "accepted_role": "",
        "accepted_by": "",
    }
    record = {"case": number, "community": "YGHY", "place": "厨房", "trade": "plumbing", "repair_class": "general"}
    record |= {"hazard": "", "paid": False, "verified_how": "", "reopened": 0, "last_sequence": 2}
    with engine.begin() as connection:
        for row, values in ((Case, case), (RepairRecordRow, record)):
            connection.execute(insert(row.__table__).values(seal_columns(database.personal, row, values)))

    upgrade(_url(engine))

    view = get_case(database, "YGHY", number)
    assert view.forms == (RepairRecord(place="厨房", trade="plumbing", repair_class="general"),)
    CaseRecords(database).write_case(repairs.dispatched_batch(number))
    assert get_case(database, "YGHY", number).state == "dispatched"


def test_two_processes_that_migrate_at_once_wait_for_each_other(new_engine):
    engine = new_engine()
    migrate = [
        sys.executable,
        "-c",
        "import sys; from activities.records.migration import upgrade; upgrade(sys.argv[1])",
    ]

    at_once(3, lambda _: subprocess.run([*migrate, _url(engine)], check=True, timeout=60))  # noqa: S603 - our own code

    assert current_is_head(engine)


def test_an_older_build_runs_on_a_newer_schema_and_leaves_it_alone(new_engine):
    engine = new_engine()
    upgrade(_url(engine))
    _say_revision(engine, "9999")

    upgrade(_url(engine))

    assert current_is_head(engine)
    assert current_revision(engine) == "9999"


def test_a_schema_older_than_the_build_needs_is_refused(new_engine):
    engine = new_engine()
    upgrade(_url(engine))
    _say_revision(engine, "0000")

    assert not current_is_head(engine)
