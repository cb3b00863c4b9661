"""PostgreSQL: one engine a process, one transaction at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from activities.connections.encryption import RetiredKeyError
from activities.connections.keys import KeyRing
from activities.connections.personal_data import PersonalDataCipher

_CONNECT_SECONDS: Final = 3
_POOL_WAIT_SECONDS: Final = 5
_REST_SECONDS: Final = 1.0
_RESTS_SINCE: Final = "rests_since"
_SESSION: Final = {
    "timezone": "UTC",
    # shorter than an activity's 30 s, so that an attempt given up on holds no lock when the next begins
    "statement_timeout": "12s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
_ALLOW: Final = text("SELECT set_config('statement_timeout', :limit, true)")
_RETIRED_KEY: Final = "retired_key"
"""How PostgreSQL names its refusal of what is sealed under a retired key (migration 0010)."""
_UNAVAILABLE: Final = ("08", "53", "57P")
"""SQLSTATE classes: connection lost, out of connections or disk, shutting down or starting up."""


@dataclass(frozen=True)
class Database:
    """The records: an engine, and the cipher of their personal columns."""

    engine: Engine
    personal: PersonalDataCipher

    @classmethod
    def connect(cls, url: str, keyring: KeyRing, *, pool_size: int = 5) -> Self:
        """Return a database that opens connections when they are first needed; it does not connect yet."""
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=_POOL_WAIT_SECONDS,
            # statements in logs and errors without their values: those may be personal data
            hide_parameters=True,
            connect_args={
                "connect_timeout": _CONNECT_SECONDS,
                # a host that vanishes counts as gone after some 15 s, while we send (milliseconds) and while we wait
                "tcp_user_timeout": 10_000,
                "keepalives_idle": 5,
                "keepalives_interval": 3,
                "keepalives_count": 3,
                "application_name": "guanjia",
                "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
            },
        )
        _mind_those_at_rest(engine)
        return cls(engine=engine, personal=PersonalDataCipher(keyring))

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, rolled back if it raises.

        Raises ``sqlalchemy.exc.OperationalError`` if PostgreSQL cannot be reached (:func:`is_unavailable`).
        """
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def _mind_those_at_rest(engine: Engine) -> None:
    """Replace a connection that died while nobody used it, before somebody does; one comes back as it was made.

    SQLAlchemy's own ``pool_pre_ping`` asks before every transaction, a sixth of the round trips of a record.
    """

    @event.listens_for(engine, "checkin")
    def back(dbapi_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()
        # SQLAlchemy leaves "read and write" behind a reading (``records/reading.py``): the server's word counts again
        if dbapi_connection is not None and dbapi_connection.readonly is not None:
            dbapi_connection.readonly = None

    @event.listens_for(engine, "checkout")
    def out(dbapi_connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        now = time.monotonic()
        if now - record.info.get(_RESTS_SINCE, now) < _REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(dbapi_connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def allow(connection: Connection, limit: timedelta) -> None:
    """Let each statement of the transaction take so long; the session's own limit is made for single cases."""
    connection.execute(_ALLOW, {"limit": f"{limit // timedelta(seconds=1)}s"})


def is_unavailable(error: BaseException) -> bool:
    """Whether PostgreSQL is out of reach just now, or takes nothing from this process; else the statement is wrong.

    It takes nothing that is sealed under a key that was retired: another process, or this one started anew, can do it.
    """
    if isinstance(error, PoolTimeoutError | RetiredKeyError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if getattr(getattr(error.orig, "diag", None), "constraint_name", None) == _RETIRED_KEY:
        return True
    state: str | None = getattr(error.orig, "pgcode", None)
    if state is None:  # the server never answered
        return isinstance(error, OperationalError | InterfaceError)
    return state.startswith(_UNAVAILABLE)
