"""Which keys personal columns are sealed under, sealing them anew 换密, and retiring a key 停用."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Table, and_, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from activities.connections.database import Database, allow
from activities.records.key_tables import RetiredKey
from activities.records.migration import declared_schema
from activities.records.schema import SealedText
from activities.records.sealing import table_of

BATCH: Final = 200
"""Values sealed anew in one transaction, so that nobody waits long for a row."""
_PASSES: Final = 5
"""How often what was locked by others is tried again, before the rest is left to another run."""
_PAUSE_SECONDS: Final = 1.0
_PATIENCE: Final = timedelta(minutes=10)
"""For what reads whole tables."""
_TAKE_RETIRED_KEYS = text("LOCK TABLE retired_keys IN ACCESS EXCLUSIVE MODE")


class KeyStillUsedError(Exception):
    """A key cannot be retired: so many values are sealed under it."""

    def __init__(self, key_id: str, values: int) -> None:
        super().__init__(f"仍有 {values} 处用密钥 {key_id} 加密,或无法核实:请先重启全部进程,再运行 guanjia keys reseal")
        self.values = values


class SealedColumn(NamedTuple):
    """One column of personal data."""

    table: Table
    column: Column[Any]

    @property
    def context(self) -> str:
        """What its values are bound to."""
        return f"{self.table.name}.{self.column.name}"


@dataclass(frozen=True)
class Resealed:
    """``changed`` values are now under the current key; ``left`` still are not, being locked or written meanwhile."""

    changed: int
    left: int


def sealed_columns() -> Iterator[SealedColumn]:
    """Yield every column of personal data."""
    for table in declared_schema().sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText):
                yield SealedColumn(table, column)


def values_by_key(connection: Connection) -> Counter[str]:
    """Count the sealed values under each key. Reads every table with personal data."""
    allow(connection, _PATIENCE)
    counted: Counter[str] = Counter()
    for table, column in sealed_columns():
        key_id = func.sealed_under(column)
        found = select(key_id, func.count()).select_from(table).where(column.is_not(None)).group_by(key_id)
        counted.update({row[0]: row[1] for row in connection.execute(found)})
    return counted


def reseal(db: Database, *, batch: int = BATCH) -> Resealed:
    """Seal whatever is under an older key under the current one, in small transactions; harmless to repeat.

    A run that is interrupted loses at most its last batch, and the next one goes on. Rows that somebody else is
    writing are not waited for, so that no transaction ever meets this one in a deadlock; they are tried again.
    Raises ``EncryptionError`` for a value whose key is missing.
    """
    changed = 0
    for _ in range(_PASSES):
        changed += sum(_reseal_column(db, sealed, batch) for sealed in sealed_columns())
        with db.begin() as connection:
            left = sum(n for key_id, n in values_by_key(connection).items() if key_id != db.personal.key_id)
        if not left:
            return Resealed(changed, 0)
        time.sleep(_PAUSE_SECONDS)
    return Resealed(changed, left)


def retire_in_records(db: Database, key_id: str, elsewhere: Callable[[], int]) -> None:
    """Refuse from now on whatever would be sealed under the key; raises ``KeyStillUsedError`` if anything is.

    ``elsewhere`` counts what is, or may be, sealed under it outside the tables. First the key is forbidden, then
    everything is counted again: a process that still has it cannot come in between. Harmless to repeat.
    """
    _require_unused(db, key_id, elsewhere)
    with db.begin() as connection:
        # waits for every transaction that has written a sealed value, and lets none begin until this one ends
        connection.execute(_TAKE_RETIRED_KEYS)
        connection.execute(insert(RetiredKey).values(id=key_id).on_conflict_do_nothing())
    try:
        _require_unused(db, key_id, elsewhere)
    except KeyStillUsedError:
        _readmit(db, key_id)
        raise


def _readmit(db: Database, key_id: str) -> None:
    with db.begin() as connection:
        connection.execute(delete(table_of(RetiredKey)).where(RetiredKey.id == key_id))


def is_retired(connection: Connection, key_id: str) -> bool:
    """Whether nothing may be sealed under the key; until the transaction ends, nobody else can retire it."""
    return connection.scalar(select(RetiredKey.id).where(RetiredKey.id == key_id)) is not None


def _require_unused(db: Database, key_id: str, elsewhere: Callable[[], int]) -> None:
    with db.begin() as connection:
        values = values_by_key(connection)[key_id]
    values += elsewhere()
    if values:
        raise KeyStillUsedError(key_id, values)


def _reseal_column(db: Database, sealed: SealedColumn, batch: int) -> int:
    changed, after = 0, None
    while True:
        with db.begin() as connection:
            rows = _next_rows(connection, sealed, db.personal.key_id, after, batch)
            if not rows:
                return changed
            changed += sum(_reseal_value(connection, db, sealed, row) for row in rows)
        after = rows[-1][:-1]


def _next_rows(
    connection: Connection, sealed: SealedColumn, current: str, after: Sequence[Any] | None, batch: int
) -> Sequence[Sequence[Any]]:
    """Return primary key and value of the next rows under older keys; they are ours until the transaction ends."""
    allow(connection, _PATIENCE)
    table, column = sealed
    key = tuple(table.primary_key)
    older = column.is_not(None) & (func.sealed_under(column) != current)
    further = older if after is None else older & (tuple_(*key) > tuple_(*after))
    # not FOR UPDATE: the row's key stays, so whoever refers to it need not wait
    query = select(*key, column).where(further).order_by(*key).limit(batch)
    return connection.execute(query.with_for_update(skip_locked=True, key_share=True)).all()


def _reseal_value(connection: Connection, db: Database, sealed: SealedColumn, row: Sequence[Any]) -> int:
    table, column = sealed
    *key, old = row
    here = and_(*(part == value for part, value in zip(table.primary_key, key, strict=True)))
    new = db.personal.reseal(old, sealed.context)
    # what somebody has written since is newer, and stays
    return connection.execute(update(table).where(here, column == old).values({column.name: new})).rowcount
