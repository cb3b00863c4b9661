"""Copying Temporal's SQLite file: what its indexes lack is there again, what its tables lack is said."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.one_machine.backup import copy_temporal
from deploy.start_refused import StartRefusedError


@pytest.fixture
def source(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file with a thousand rows and an index of them."""
    with closing(sqlite3.connect(tmp_path / "source.db", isolation_level=None)) as opened:
        opened.execute("CREATE TABLE executions (number, due)")
        opened.execute("CREATE INDEX by_due ON executions (due)")
        opened.executemany("INSERT INTO executions VALUES (?, ?)", [(n, f"due {n}") for n in range(1000)])
        yield opened


def test_an_index_that_lacks_rows_is_whole_in_the_copy(source: sqlite3.Connection, tmp_path: Path):
    source.execute("PRAGMA writable_schema = ON")
    index = "UPDATE sqlite_schema SET sql = 'CREATE INDEX by_due ON executions (number)' WHERE name = 'by_due'"
    source.execute(index)  # what it holds is of another column from now on
    with (
        closing(sqlite3.connect(tmp_path / "source.db")) as again,
        closing(sqlite3.connect(tmp_path / "copy.db")) as copy,
    ):
        assert again.execute("PRAGMA integrity_check").fetchone() != ("ok",)
        copy_temporal(again, tmp_path / "copy.db")
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM executions INDEXED BY by_due WHERE number >= 0").fetchone() == (1000,)


def test_a_damaged_table_ends_the_backup(source: sqlite3.Connection, tmp_path: Path):
    source.execute("PRAGMA writable_schema = ON")
    source.execute("UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'executions'")
    with closing(sqlite3.connect(tmp_path / "source.db")) as again, pytest.raises((StartRefusedError, sqlite3.Error)):
        copy_temporal(again, tmp_path / "copy.db")
