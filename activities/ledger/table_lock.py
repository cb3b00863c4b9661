"""The lock of a community's fee tables 应收明细表锁: steps of its cycles and changes of its units take turns.

A change, and a step that decides about a whole table, is alone; the chunks of a step share the lock among themselves.
So a change either is seen by the step, or sees what the step has made. Taken before any unit or account is locked.
"""

from typing import Final

from sqlalchemy import Connection, func, select

_LOCK: Final = 1011
"""First half of the advisory locks of fee tables; the second is the community."""


def lock_tables(connection: Connection, community: str) -> None:
    """Be alone with the community's tables until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(community))))


def share_tables(connection: Connection, community: str) -> None:
    """Hold the community's tables together with other chunks, so that no unit changes until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock_shared(_LOCK, func.hashtext(community))))
