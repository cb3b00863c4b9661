"""Keeping the intake snapshot 受理快照 young: at most 60 s while PostgreSQL answers, the last one while it does not."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from activities.connections.database import Database, is_unavailable
from activities.records.intake_snapshot import IntakeSnapshot, load_snapshot
from starters.intake_api.problems import ProblemError

_log = structlog.get_logger(__name__)
REFRESH_SECONDS: Final = 20.0
_LOAD_SECONDS: Final = 20.0
USABLE_FOR: Final = timedelta(hours=24)
"""How long intake goes on without PostgreSQL."""


class SnapshotKeeper:
    """One for each API process; ``keep_young`` runs as long as the process does."""

    def __init__(
        self,
        db: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        load_seconds: float = _LOAD_SECONDS,
    ) -> None:
        """``load_seconds`` is how long PostgreSQL may take before it counts as not answering."""
        self._db = db
        self._now = now
        self._load_seconds = load_seconds
        self._snapshot: IntakeSnapshot | None = None
        self._refreshing = asyncio.Lock()
        self.database_reachable = False

    @property
    def age(self) -> timedelta | None:
        """How old the snapshot is; None before the first one."""
        return None if self._snapshot is None else self._now() - self._snapshot.taken_at

    def current(self) -> IntakeSnapshot:
        """Return the snapshot; raises ``ProblemError``: ``not_ready``, ``snapshot_expired``."""
        if self._snapshot is None:
            raise ProblemError("not_ready")
        if self._now() - self._snapshot.taken_at > USABLE_FOR:
            raise ProblemError("snapshot_expired")
        return self._snapshot

    async def refresh(self) -> bool:
        """Load a new snapshot; False, and the last one stays, if PostgreSQL does not answer."""
        async with self._refreshing:
            began = time.monotonic()
            try:
                loading = asyncio.to_thread(load_snapshot, self._db, self._now())
                snapshot = await asyncio.wait_for(loading, self._load_seconds)
            except Exception as error:
                self._note_failure(error)
                return False
            if not self.database_reachable:
                _log.info("intake_snapshot_loaded", milliseconds=round((time.monotonic() - began) * 1000))
            self._snapshot, self.database_reachable = snapshot, True
            return True

    async def keep_young(self) -> None:
        """Refresh for as long as the process runs."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    def _note_failure(self, error: Exception) -> None:
        """Say once that the snapshot grows old; anything but an absent database is a fault that somebody must mend."""
        unavailable = isinstance(error, TimeoutError) or is_unavailable(error)
        if self.database_reachable or self._snapshot is None or not unavailable:
            level = _log.warning if unavailable else _log.error
            level("intake_snapshot_not_refreshed", cause=type(error).__name__)
        self.database_reachable = False
