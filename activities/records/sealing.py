"""Personal columns on their way in and out: which they are, the table says (``activities/records/schema.py``)."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table

from activities.connections.personal_data import PersonalDataCipher
from activities.records.schema import Row, SealedText


def table_of(row: type[Row]) -> Table:
    """Return the table that the class declares."""
    return cast("Table", row.__table__)


def seal_columns(personal: PersonalDataCipher, row: type[Row], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` by column name with the text of the sealed columns encrypted.

    Empty text is stored as NULL where the column allows it, so that the absence of a name shows without a key.
    """
    table = table_of(row)
    return {name: _seal(personal, table, name, value) for name, value in values.items()}


def open_columns(personal: PersonalDataCipher, row: type[Row], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored values by column name with the sealed columns as text; NULL is read as ``""``.

    Raises ``EncryptionError`` for a value that was sealed with a key this installation does not have, or
    that was changed or moved between columns.
    """
    table = table_of(row)
    return {name: _open(personal, table, name, value) for name, value in stored.items()}


def _seal(personal: PersonalDataCipher, table: Table, name: str, value: Any) -> Any:
    column = table.columns[name]
    if not isinstance(column.type, SealedText):
        return value
    return None if not value and column.nullable else personal.seal(value or "", f"{table.name}.{name}")


def _open(personal: PersonalDataCipher, table: Table, name: str, value: Any) -> Any:
    if not isinstance(table.columns[name].type, SealedText):
        return value
    return "" if value is None else personal.open(value, f"{table.name}.{name}")
