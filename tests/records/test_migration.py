"""A migrated database is the one that the code declares, and no process runs on an older one."""

import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text

from activities.records.migration import (
    current_is_head,
    current_revision,
    declared_schema,
    required_revision,
    upgrade,
)
from tests.at_once import at_once

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
               is_nullable, column_default, udt_name
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
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
