"""Both databases are seen at one moment, however busy they are."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from deploy.one_machine.backup import one_instant
from deploy.one_machine.place import Place
from tests.servers import PostgresServer


@pytest.fixture
def place(postgres: PostgresServer, tmp_path: Path) -> Iterator[Place]:
    """A place whose PostgreSQL is the tests', with one number in a table; Temporal's file holds another."""
    place = Place(tmp_path, *range(40001, 40005))
    place.postgres_folder.symlink_to(Path(str(make_url(postgres.url).query["host"])))
    with sqlite3.connect(place.temporal_file) as temporal:
        temporal.execute("PRAGMA journal_mode=WAL")
        temporal.execute("CREATE TABLE told AS SELECT 0 AS number")
    postgres.execute("CREATE TABLE told AS SELECT 0 AS number")
    yield place
    postgres.execute("DROP TABLE told")


def alternate(place: Place, over: threading.Event) -> None:
    """Write the next number to Temporal's file, then to PostgreSQL, and so on: at no moment are they more apart."""
    engine = create_engine(place.environment["GUANJIA_DATABASE_URL"])
    with sqlite3.connect(place.temporal_file, isolation_level=None) as temporal, engine.connect() as records:
        number = 0
        while not over.is_set():
            number += 1
            temporal.execute("UPDATE told SET number = ?", [number])
            records.execute(text("UPDATE told SET number = :number"), {"number": number})
            records.commit()
    engine.dispose()


def test_at_no_instant_is_one_database_further_than_the_other_could_be(place: Place) -> None:
    over = threading.Event()
    writing = threading.Thread(target=alternate, args=(place, over))
    writing.start()
    seen = []
    try:
        for _ in range(60):
            with one_instant(place) as instant:
                (ahead,) = instant.temporal.execute("SELECT number FROM told").fetchone()
                seen.append((ahead, instant.records.scalar(text("SELECT number FROM told"))))
    finally:
        over.set()
        writing.join(30)
    apart = {ahead - behind for ahead, behind in seen}
    assert apart <= {0, 1}
    assert seen[-1][0] > seen[0][0], "it was written meanwhile"
