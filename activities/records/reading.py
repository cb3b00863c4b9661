"""Reading several tables as they stood at one instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text

from activities.connections.database import Database

_ONE_STATE: Final = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


@contextmanager
def one_state(db: Database) -> Iterator[Connection]:
    """A read-only transaction whose queries all see the same state, whatever is written meanwhile."""
    with db.begin() as connection:
        connection.execute(_ONE_STATE)
        yield connection
