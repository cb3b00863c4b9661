"""``guanjia restore`` 恢复: a backup becomes a centre's data. Checked whole first, put in place last."""

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine

from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.records.suppression_list import SuppressionList
from activities.records.tokens import revoke_listed
from deploy.one_machine.asked_to_end import not_to_be_ended
from deploy.one_machine.backup import attachments_folder
from deploy.one_machine.backup_manifest import ATTACHMENTS, DUMP, KEYS, TEMPORAL, Manifest, checked_manifest
from deploy.one_machine.before_start import open_folder, require_space, sole_centre
from deploy.one_machine.embedded_postgres import database_url, run_tool, served_for_once, unfinished
from deploy.one_machine.packed_attachments import give_places, hold_pictures, unpack
from deploy.one_machine.place import Place
from deploy.start_refused import StartRefusedError


@dataclass(frozen=True)
class Restored:
    """What was restored, and how many tokens of the suppression list were revoked again; None without a list."""

    manifest: Manifest
    revoked: int | None


def restore_backup(place: Place, settings: Settings, backup: Path, keys: Path | None = None) -> Restored:
    """Put the backup's data where the place has none; ``keys`` is the key file to use.

    Tokens that the place's suppression list names are revoked before anything can be started with them.

    Raises ``StartRefusedError``, ``KeyFileError`` or ``SuppressionListError``, before anything is touched, where there
    are data already, where the backup is damaged or of a newer program, or where a key is missing.
    """
    _require_no_data(place, settings)
    manifest = checked_manifest(backup)
    manifest.require_not_newer()
    key_file = _key_file(place, backup, manifest, keys)
    _require_keys(manifest, KeyRing.load(key_file), key_file)
    images = _room_for_attachments(settings, manifest)
    suppressed = SuppressionList.of(settings)
    suppressed.revoked()  # a list that cannot be read is said before anything is touched
    require_space(place.folder)
    open_folder(place.folder)
    with sole_centre(place.lock_file):
        _require_no_data(place, settings)
        revoked = _put_in_place(place, backup, images, key_file, suppressed)
    return Restored(manifest, revoked if suppressed.exists else None)


def _require_no_data(place: Place, settings: Settings) -> None:
    images = attachments_folder(settings)
    if place.holds_data or (images is not None and images.is_dir() and hold_pictures(images)):
        raise StartRefusedError(
            f"{place.folder} 里已有数据,恢复不会覆盖:请先移走它们(名单 {settings.suppression_file} 留在原处),"
            "或用 GUANJIA_HOME 换一个文件夹",
            f"{place.folder} holds data; a restore never overwrites: move them away, but for "
            f"{settings.suppression_file.name}, or set GUANJIA_HOME",
        )


def _key_file(place: Place, backup: Path, manifest: Manifest, keys: Path | None) -> Path:
    if keys is not None:
        if place.keys_file.exists():
            raise StartRefusedError(
                f"已有密钥文件 {place.keys_file},不会覆盖:请去掉 --keys,或先移走它",
                f"{place.keys_file} exists and is not overwritten: leave out --keys, or move it away",
            )
        return keys
    if place.keys_file.exists() or KEYS not in manifest.files:
        if not place.keys_file.exists():
            raise StartRefusedError(
                f"备份里没有密钥文件:请把保险柜里的那份放到 {place.keys_file}(权限 0600),或用 --keys 指出",
                f"the backup holds no key file: install yours as {place.keys_file}, or name it with --keys",
            )
        return place.keys_file
    return backup / KEYS


def _require_keys(manifest: Manifest, ring: KeyRing, key_file: Path) -> None:
    missing = manifest.missing_keys(ring)
    if missing:
        names = "、".join(missing)
        raise StartRefusedError(
            f"密钥文件 {key_file} 缺少这份备份需要的密钥(或同名而不同):{names}。请用备份当时的密钥文件",
            f"{key_file} lacks keys that the backup needs: {', '.join(missing)}",
        )


def _room_for_attachments(settings: Settings, manifest: Manifest) -> Path | None:
    """Return the folder that takes the attachments, None for a backup without."""
    if ATTACHMENTS not in manifest.files:
        return None
    images = attachments_folder(settings)
    if images is None:
        raise StartRefusedError(
            "备份含附件,而 GUANJIA_ATTACHMENTS_URL 指向存储桶:请先去掉这项设置,恢复后再迁移",
            "the backup holds attachments, but GUANJIA_ATTACHMENTS_URL names a bucket: unset it for the restore",
        )
    return images


def _put_in_place(place: Place, backup: Path, images: Path | None, key_file: Path, suppressed: SuppressionList) -> int:
    """Make everything ready under other names, then give them theirs; before the last has its own, nothing starts.

    Whatever fails, everything is taken away again, and the restore can be repeated. Returns how many tokens were
    revoked again.
    """
    place.restoring_file.unlink(missing_ok=True)
    try:
        with contextlib.ExitStack() as undo:
            revoked = _make_ready(place, backup, images, suppressed, undo)
            with not_to_be_ended():  # between a name given and its undoing there is a moment
                _give_names(place, images, key_file, undo)
                undo.pop_all()
    except OSError as error:
        where = error.filename2 or error.filename or place.folder
        raise StartRefusedError(
            f"恢复没有做完,已全部撤回:无法写入 {where}({error.strerror})",
            f"nothing was restored: cannot write to {where}: {error.strerror}",
        ) from error
    return revoked


def _give_names(place: Place, images: Path | None, key_file: Path, undo: contextlib.ExitStack) -> None:
    """Give everything its name; that of Temporal's file is the last, and makes a centre of it."""
    if key_file != place.keys_file:
        _copy(key_file, place.keys_file)
        undo.callback(place.keys_file.unlink)
    if images is not None:
        give_places(images, undo)
    undo.callback(shutil.rmtree, place.postgres_folder, ignore_errors=True)
    unfinished(place.postgres_folder).rename(place.postgres_folder)
    for leftover in place.temporal_leftovers:
        leftover.unlink(missing_ok=True)
    os.sync()  # the last name says that all the others are there, after a power cut too
    place.restoring_file.rename(place.temporal_file)


def _make_ready(
    place: Place, backup: Path, images: Path | None, suppressed: SuppressionList, undo: contextlib.ExitStack
) -> int:
    """Everything under other names; returns how many tokens were revoked again."""
    _copy(backup / TEMPORAL, place.restoring_file)
    undo.callback(place.restoring_file.unlink)
    new_records = unfinished(place.postgres_folder)
    undo.callback(shutil.rmtree, new_records, ignore_errors=True)
    with served_for_once(new_records) as socket:
        dump = str(backup / DUMP)
        run_tool("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", dump, on=socket)
        engine = create_engine(database_url(socket), poolclass=NullPool)
        with engine.begin() as connection:
            revoked = revoke_listed(connection, suppressed)
    if images is not None:
        unpack(backup / ATTACHMENTS, images, undo)
    return revoked


def _copy(source: Path, target: Path) -> None:
    """Copy to a new file that only its owner can read, and have it outlive a power cut; half a copy is taken away."""
    with source.open("rb") as old, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        try:
            shutil.copyfileobj(old, new, 1024 * 1024)
            new.flush()
            os.fsync(new.fileno())
        except BaseException:
            target.unlink()
            raise
