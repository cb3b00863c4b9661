"""Statements over a whole community's rows 整批语句: planned for many rows, whatever PostgreSQL has counted so far.

A quarter's rows are used seconds after they were written, when PostgreSQL has no statistics of them yet. It then takes
them for few and loops over one table for each row of the other: seconds become hours. Measured with 100,000 rows that
had not been analyzed: an approval of 0.3 s was not over after ten minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text


@contextmanager
def for_many_rows(connection: Connection) -> Iterator[None]:
    """Have what is executed in the block hashed or merged rather than looped over."""
    connection.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    connection.execute(text("SET LOCAL enable_nestloop = on"))
