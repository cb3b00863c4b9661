"""``guanjia backup`` 备份: records, cases and attachments of a running centre, all of one instant.

Why one instant, and how it is found: ``docs/decisions/0027-a-backup-is-one-instant.md``.
"""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import quote

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, select, text
from sqlalchemy.exc import OperationalError

from activities.attachments.damage import DamagedAttachment
from activities.attachments.store import AttachmentStore
from activities.connections.keys import KeyRing
from activities.connections.on_disk import sync
from activities.connections.settings import Settings
from activities.records.attachment_tables import AttachmentRow
from activities.records.resealing import values_by_key
from deploy.one_machine.backup_manifest import ATTACHMENTS, DUMP, KEYS, MANIFEST, TEMPORAL, Manifest, StoredFile
from deploy.one_machine.before_start import require_space
from deploy.one_machine.embedded_postgres import run_tool
from deploy.one_machine.packed_attachments import pack
from deploy.one_machine.place import Place
from deploy.start_refused import StartRefusedError

_TRIES: Final = 500
"""One takes about two milliseconds; Temporal of a busy centre writes a hundred times a second."""
_EXPORT = text("SELECT pg_export_snapshot()")


@dataclass(frozen=True)
class Instant:
    """Both databases as they were at one moment: two open read transactions."""

    temporal: sqlite3.Connection
    records: Connection
    snapshot: str
    at: datetime


def take_backup(place: Place, settings: Settings, folder: Path, *, with_keys: bool) -> Manifest:
    """Write the backup into a new folder and return its manifest. The folder appears when it is complete.

    Attachments that cannot be opened do not keep the rest from being backed up: the manifest names them.

    Raises ``StartRefusedError`` if the folder exists or cannot be written, if the centre does not run, or if no common
    instant was found.
    """
    _require_new(folder)
    require_space(folder.parent)
    ring = KeyRing.load(place.keys_file)
    try:
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".unfinished", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        manifest = _write(place, settings, ring, unfinished, with_keys=with_keys)
        _require_new(folder)  # somebody may have made it meanwhile
        unfinished.rename(folder)
        sync(folder.parent)
    except OSError as error:
        raise _unwritable(folder, error) from error
    except sqlite3.Error as error:
        raise StartRefusedError(
            f"无法复制 Temporal 的数据文件 {place.temporal_file}:{error}", f"cannot copy {place.temporal_file}: {error}"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def attachments_folder(settings: Settings) -> Path | None:
    """Return the folder with the photographs and signatures, None where they are in a bucket."""
    return AttachmentStore(settings.attachment_store).folder


@contextlib.contextmanager
def one_instant(place: Place) -> Iterator[Instant]:
    """Open both databases at the same moment: between the two snapshots Temporal has written nothing.

    Raises ``StartRefusedError`` if the centre does not run, or never pauses.
    """
    engine = create_engine(place.environment["GUANJIA_DATABASE_URL"], poolclass=NullPool)
    with contextlib.ExitStack() as opened:
        watching, temporal = (opened.enter_context(_read_only(place.temporal_file)) for _ in range(2))
        try:
            records = opened.enter_context(engine.execution_options(isolation_level="REPEATABLE READ").connect())
        except OperationalError:
            raise StartRefusedError(
                f"{place.folder} 里没有管家在运行:备份在运行中进行,请先 guanjia run",
                f"no centre is running in {place.folder}: a backup is taken while it runs",
            ) from None
        for _ in range(_TRIES):
            before = _written(watching)
            temporal.execute("BEGIN")
            temporal.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # only a read takes the snapshot
            snapshot, now = str(records.scalar(_EXPORT)), datetime.now(UTC)
            if _written(watching) == before:
                yield Instant(temporal, records, snapshot, now)
                return
            temporal.execute("ROLLBACK")
            records.rollback()
    raise StartRefusedError(
        "Temporal 一直在写入,没有找到两个数据库的同一时刻:请稍后再试",
        "Temporal never paused between the two snapshots: try again later",
    )


def _read_only(file: Path) -> contextlib.closing[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, isolation_level=None, timeout=10)
    return contextlib.closing(connection)


def _written(watching: sqlite3.Connection) -> int:
    """Return a number that changes whenever another connection commits."""
    return int(watching.execute("PRAGMA data_version").fetchone()[0])


def _write(place: Place, settings: Settings, ring: KeyRing, folder: Path, *, with_keys: bool) -> Manifest:
    with one_instant(place) as instant:
        copy_temporal(instant.temporal, folder / TEMPORAL)
        instant.temporal.execute("ROLLBACK")  # while it is open, Temporal's write-ahead log only grows
        run_tool(
            "pg_dump", "-Fc", f"--snapshot={instant.snapshot}", f"--file={folder / DUMP}", on=place.postgres_folder
        )
        revision = MigrationContext.configure(instant.records).get_current_revision() or ""
        personal = set(values_by_key(instant.records))
        pictures = instant.records.scalars(select(AttachmentRow.id)).all()
    # after the records: bytes come before their row and never go, so every row finds its own
    images = attachments_folder(settings)
    damaged: tuple[DamagedAttachment, ...] = ()
    if images is not None and (pictures or images.is_dir()):
        used, damaged = pack(images, folder / ATTACHMENTS, ring.personal, pictures)
        personal |= used
    if with_keys:
        ring.write(folder / KEYS)  # as it was at the beginning, before anything was retired meanwhile
    manifest = Manifest(
        version=version("guanjia"),
        revision=revision,
        taken_at=instant.at,
        keys=_needed(ring, personal),
        files={path.name: StoredFile.of(path) for path in sorted(folder.iterdir())},
        damaged={each.id: each.damage for each in damaged},
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        sync(path)
    return manifest


def copy_temporal(source: sqlite3.Connection, file: Path) -> None:
    """Copy by SQLite's own backup, from the open snapshot; raises ``StartRefusedError`` if the copy is damaged.

    Indexes are made anew: now and then Temporal's file has a row that is missing from one, which no table lacks.
    """
    file.touch(0o600)
    with contextlib.closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        copy.execute("REINDEX")
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise StartRefusedError("Temporal 的数据文件已损坏", "Temporal's SQLite file is damaged")


def _needed(ring: KeyRing, personal: set[str]) -> dict[str, str]:
    """Fingerprints of the keys that open the data; of histories nobody can tell, so they need all there are."""
    there = ring.fingerprints
    others = {f"personal.{key_id}" for key_id in ring.personal.keys if key_id not in personal}
    return {name: there.get(name, "") for name in {*there, *(f"personal.{one}" for one in personal)} - others}


def _require_new(folder: Path) -> None:
    if os.path.lexists(folder):
        raise StartRefusedError(f"{folder} 已存在,备份不会覆盖", f"{folder} exists; a backup never overwrites")
    if not folder.parent.is_dir():
        raise StartRefusedError(f"没有文件夹 {folder.parent}", f"there is no folder {folder.parent}")


def _unwritable(folder: Path, error: OSError) -> StartRefusedError:
    return StartRefusedError(f"无法写入备份 {folder}:{error.strerror}", f"cannot write {folder}: {error.strerror}")
