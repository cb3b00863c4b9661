"""Personal columns on their way in and out: which they are, the table says (``activities/records/schema.py``)."""

from collections.abc import Mapping
from functools import cache
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
    Raises ``KeyError`` for what is no column: a statement would leave it out without a word.
    """
    _require_columns(row, values)
    sealed = {
        name: None if not values[name] and nullable else personal.seal(values[name] or "", context)
        for name, (context, nullable) in _sealed_columns(row).items()
        if name in values
    }
    return {**values, **sealed}


def open_columns(personal: PersonalDataCipher, row: type[Row], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored values by column name with the sealed columns as text; NULL is read as ``""``.

    Raises ``EncryptionError`` for a value that was sealed with a key this installation does not have, or
    that was changed or moved between columns, ``KeyError`` for what is no column and might be sealed.
    """
    _require_columns(row, stored)
    opened = {
        name: "" if stored[name] is None else personal.open(stored[name], context)
        for name, (context, _) in _sealed_columns(row).items()
        if name in stored
    }
    return {**stored, **opened}


def _require_columns(row: type[Row], values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - _column_names(row):
        raise KeyError(f"{table_of(row).name}: {sorted(unknown)}")


@cache
def _column_names(row: type[Row]) -> frozenset[str]:
    return frozenset(table_of(row).columns.keys())


@cache
def _sealed_columns(row: type[Row]) -> Mapping[str, tuple[str, bool]]:
    """The context of each sealed column, and whether it may be NULL."""
    table = table_of(row)
    return {
        column.name: (f"{table.name}.{column.name}", bool(column.nullable))
        for column in table.columns
        if isinstance(column.type, SealedText)
    }
