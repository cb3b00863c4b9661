"""Reading several tables as they stood at one instant."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from activities.connections.database import Database


@contextmanager
def one_state(db: Database) -> Iterator[Connection]:
    """A read-only transaction whose queries all see the same state, whatever is written meanwhile."""
    with db.engine.connect() as connection:
        # of the transaction that BEGIN opens, so no statement more; the pool takes it back afterwards
        reading = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with reading.begin():
            yield reading
