"""The one thing that may change in a posted row: the bytes of its sealed columns, and nothing beside them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database

POSTED = {
    "journal_entries": ("reason", "kind = 'other'"),
    "late_fee_waivers": ("reason", "amount = amount + 1"),
    "unit_facts": ("evidence", "day = day + 1"),
    "money_signatures": ("note", "approved = NOT approved"),
    "money_requests": ("reason", "state = 'waiting'"),
}


def change(db: Database, statement: str) -> int:
    with db.begin() as connection:
        return connection.execute(text(statement)).rowcount


@pytest.mark.parametrize("table", POSTED)
def test_the_sealed_words_of_a_posted_row_may_be_sealed_anew(neighbours: Database, table: str):
    sealed, _ = POSTED[table]
    assert change(neighbours, f"UPDATE {table} SET {sealed} = {sealed} || 'x'::bytea") >= 2  # noqa: S608 - ours


@pytest.mark.parametrize("table", POSTED)
def test_nothing_else_of_it_may_change_not_even_along_with_them(neighbours: Database, table: str):
    sealed, other = POSTED[table]
    for statement in (f"SET {other}", f"SET {sealed} = '\\x00', {other}"):
        with pytest.raises(IntegrityError, match="append-only"):
            change(neighbours, f"UPDATE {table} {statement}")


@pytest.mark.parametrize("table", POSTED)
def test_words_are_neither_taken_away_nor_put_where_there_were_none(neighbours: Database, table: str):
    sealed, _ = POSTED[table]
    with pytest.raises(IntegrityError, match="neither emptied nor filled in"):
        change(neighbours, f"UPDATE {table} SET {sealed} = NULL")  # noqa: S608 - ours


@pytest.mark.parametrize("table", [*POSTED, "person_requests"])
def test_no_posted_row_is_deleted(neighbours: Database, table: str):
    with pytest.raises(IntegrityError):
        change(neighbours, f"DELETE FROM {table}")  # noqa: S608 - ours


def test_what_was_asked_for_is_never_changed(neighbours: Database):
    with pytest.raises(IntegrityError, match="append-only"):
        change(neighbours, "UPDATE person_requests SET staff = 'X'")


def test_a_table_without_sealed_columns_takes_no_change_at_all(neighbours: Database):
    for statement in ("UPDATE postings SET on_day = on_day", "UPDATE charge_lines SET days = days"):
        with pytest.raises(IntegrityError, match="append-only"):
            change(neighbours, statement)
