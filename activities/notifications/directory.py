"""Directory 通讯录: a community's staff, posts and rota, from PostgreSQL or, for emergencies, from memory."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Result, select
from sqlalchemy.exc import SQLAlchemyError

from activities.connections.database import Database
from activities.notifications.stand_in import HeldPost, Rota
from activities.records.community_tables import Community, DutyShift, Post, Staff
from activities.records.reading import one_state
from activities.records.schema import Row
from activities.records.sealing import table_of
from workflows.rules.duty import Shift

_log = structlog.get_logger(__name__)

REFRESH_SECONDS: Final = 40.0
"""So that, with the time that reading takes, the snapshot is never older than a minute while PostgreSQL is up."""
_READ_SECONDS: Final = 20.0
_RECENT_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Member:
    """An active member of staff. All but the code stays sealed until somebody is told something."""

    code: str
    name: bytes = field(repr=False)
    phone: bytes | None = field(repr=False)
    mail: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Directory:
    """Whom a community can tell; ``members`` by code."""

    community: str
    name: str
    members: Mapping[str, Member]
    rota: Rota


def read_directory(db: Database, community: str) -> Directory:
    """Return the community's directory as it stands; an unknown community has one without members."""
    with one_state(db) as connection:
        found = _read(connection, community)
    return found.get(community) or Directory(community=community, name=community, members={}, rota=Rota())


class DirectorySnapshot:
    """The directories of all communities in memory, renewed while PostgreSQL is up and kept while it is down.

    Beside these, for emergencies, those that were read within the last second.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._directories: Mapping[str, Directory] = {}
        self._recent: dict[str, tuple[float, Directory]] = {}

    def recent(self, community: str) -> Directory:
        """Return the directory as it stands or stood a second ago: what is told at once shares one reading.

        Raises the database's error if it has to be read and cannot.
        """
        now = time.monotonic()
        read_at, directory = self._recent.get(community, (0.0, None))
        if directory is None or now - read_at > _RECENT_SECONDS:
            directory = read_directory(self._db, community)
            self._recent[community] = now, directory
        return directory

    def of(self, community: str) -> Directory | None:
        """Return the community's directory as last read; None if it was never read."""
        return self._directories.get(community)

    def refresh(self) -> None:
        """Read all directories; raises the database's error and keeps the old ones if it cannot."""
        self._directories = self._read_all()

    async def keep_fresh(self, seconds: float = REFRESH_SECONDS, read_seconds: float = _READ_SECONDS) -> None:
        """Refresh for as long as the task lives; a database that is down or does not answer is tried again."""
        while True:
            try:
                self._directories = await asyncio.wait_for(asyncio.to_thread(self._read_all), read_seconds)
            except (SQLAlchemyError, TimeoutError) as error:
                _log.warning("directory_not_refreshed", error=type(error).__name__)
            await asyncio.sleep(seconds)

    def _read_all(self) -> Mapping[str, Directory]:
        with one_state(self._db) as connection:
            return _read(connection)


def _read(connection: Connection, community: str | None = None) -> dict[str, Directory]:
    """Directories by community: all, or that of the one named."""
    members: dict[str, dict[str, Member]] = defaultdict(dict)
    posts: dict[str, list[HeldPost]] = defaultdict(list)
    shifts: dict[str, dict[str, tuple[Shift, ...]]] = defaultdict(dict)

    def every(row: type[Row], community_column: str = "community") -> Result[Any]:
        table = table_of(row)
        query = select(table)
        return connection.execute(
            query if community is None else query.where(table.columns[community_column] == community)
        )

    for person in every(Staff):
        if person.active:
            members[person.community][person.code] = Member(person.code, person.name, person.phone, person.mail)
    for post in every(Post):
        if post.staff in members[post.community]:
            posts[post.community].append(
                HeldPost(post.staff, post.role, post.since, area=post.area, deputy=post.deputy, until=post.until)
            )
    for duty in every(DutyShift):
        mine = shifts[duty.community]
        shift = Shift(duty.weekday, duty.starts, duty.ends, duty.since, duty.until)
        mine[duty.staff] = (*mine.get(duty.staff, ()), shift)
    return {
        row.code: Directory(
            community=row.code,
            name=row.name,
            members=members[row.code],
            rota=Rota(posts=tuple(posts[row.code]), shifts=shifts[row.code]),
        )
        for row in every(Community, "code")
    }
