"""Handing out what is held about a person 查阅、复制与转移 (PIPL art. 45): one document, readable by machines.

Every value is as it is on record, times with their zone, amounts as text with their places. It is personal data from
end to end: who writes it down sees to it that nobody else can read the file.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, select

from activities.connections.database import Database
from activities.connections.personal_data import PersonalDataCipher
from activities.persons.finding import Found, find_person
from activities.persons.holdings import HOLDINGS, Holding, told_to_the_person
from activities.records.case_tables import CaseLine, Notification
from activities.records.reading import one_state
from activities.records.sealing import open_columns, table_of

FORMAT: Final = "guanjia-person/1"
"""Name of the document's form; another number is another form."""
ANOTHERS_WORDS: Final = "(他人的话,不提供)"
"""What stands where the reason of a line is what another person said."""

Document = dict[str, Any]


def export_person(db: Database, phone_index: bytes, now: datetime) -> tuple[Found, Document]:
    """Return what is held about the person as it stood at one instant, and the document for him.

    The document has ``format``, ``made_at`` and ``holdings``: for each table its Chinese ``title`` and its ``rows``
    by column. Raises ``EncryptionError`` for a value sealed with a key that is not here.
    """
    with one_state(db) as connection:
        found = find_person(connection, db.personal, phone_index)
        holdings = {
            holding.table.__tablename__: {"title": holding.title, "rows": rows}
            for holding in HOLDINGS
            if (rows := _rows(connection, db.personal, holding, found))
        }
    return found, {"format": FORMAT, "made_at": now.isoformat(timespec="seconds"), "holdings": holdings}


def rows_held(document: Document) -> Mapping[str, int]:
    """Return how many rows of each table the document has."""
    return {table: len(part["rows"]) for table, part in document["holdings"].items()}


def as_json(document: Document) -> bytes:
    """Return the document as it is handed out to a machine."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _rows(connection: Connection, personal: PersonalDataCipher, holding: Holding, found: Found) -> list[Document]:
    table = table_of(holding.table)
    which = told_to_the_person(found) if holding.table is Notification else holding.rows(found)
    columns = [table.c[name] for name in holding.columns]
    stored = connection.execute(select(*columns).where(which).order_by(*table.primary_key.columns)).mappings()
    rows = [
        {name: _plain(value) for name, value in open_columns(personal, holding.table, dict(row)).items()}
        for row in stored
    ]
    if holding.table is CaseLine:
        for row in rows:
            if (row["case"], row["sequence"]) in found.of_others:
                row["reason"] = ANOTHERS_WORDS
    for row in rows:
        if "lines" in row:  # the only sealed column that holds more than one text
            row["lines"] = json.loads(row["lines"])
    return rows


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    match value:
        case Decimal():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return value
