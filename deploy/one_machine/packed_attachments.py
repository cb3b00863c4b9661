"""The attachments of a backup 附件包: one tar file, each picture sealed as it lay in the folder."""

import contextlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from activities.attachments.attachments import PREFIX, context_of
from activities.attachments.damage import Damage, DamagedAttachment, damage_in
from activities.connections.encryption import EncryptionKeys, TamperedError, key_id_of

_UNFINISHED: Final = ".unfinished"
"""Where a restore unpacks: inside the folder, which may be a file system of its own: nothing is renamed into that."""

_LOST_AND_FOUND: Final = "lost+found"
"""What a file system of its own has at its top, closed to all but root: none of it is ours."""


def pack(
    images: Path, file: Path, keys: EncryptionKeys, on_record: Collection[str]
) -> tuple[frozenset[str], tuple[DamagedAttachment, ...]]:
    """Pack what lies in the folder; return which of the keys seal it, and what could not be opened with them.

    What is damaged but can be read is packed as it is: something of it may still be saved, and no other copy may be.
    Those ``on_record`` of which nothing was packed, and folders that cannot be looked into, are damaged too.
    """
    used: set[str] = set()
    damaged: list[DamagedAttachment] = []
    missing = set(on_record)

    def closed(folder: Path) -> None:
        damaged.append(DamagedAttachment(folder.name, Damage.UNREADABLE))

    with tarfile.open(file, "w") as packed:
        for path in _files(images, closed):
            if "#" in path.name:  # with # is what an upload has not finished
                continue
            try:
                if not path.is_file():
                    continue
                with path.open("rb") as image:
                    member = packed.gettarinfo(arcname=str(path.relative_to(images)), fileobj=image)
                    content = image.read()
            except OSError:
                damaged.append(DamagedAttachment(path.name, Damage.UNREADABLE))
                continue
            missing.discard(path.name)
            member.size = len(content)  # and not what it was when it was opened
            packed.addfile(member, io.BytesIO(content))
            if path.name.startswith(PREFIX):
                key = _key(content, path.name, keys)
                if isinstance(key, Damage):
                    damaged.append(DamagedAttachment(path.name, key))
                else:
                    used.add(key)
    damaged += (DamagedAttachment(attachment, Damage.UNREADABLE) for attachment in missing)
    return frozenset(used), tuple(damaged)


def _files(images: Path, closed: Callable[[Path], None]) -> Iterator[Path]:
    """Yield every file in the folder; ``closed`` is told of each folder that cannot be looked into."""
    for folder, folders, names in os.walk(images, onerror=lambda error: closed(Path(error.filename))):
        if Path(folder) == images:
            folders[:] = set(folders) - {_LOST_AND_FOUND}
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _key(content: bytes, attachment: str, keys: EncryptionKeys) -> str | Damage:
    """The key that opens it, or why none does: a key that is named in a damaged file is needed by nothing."""
    try:
        key_id = key_id_of(content)
    except TamperedError:
        return Damage.NOT_SEALED
    return damage_in(content, context_of(attachment), keys) or key_id


def hold_pictures(images: Path) -> bool:
    """Whether there are files in the folder, besides those of a restore that was killed; bare folders are nobody's.

    A folder that cannot be looked into is taken to hold some.
    """
    closed: list[Path] = []
    return any(
        path.is_file() for path in _files(images, closed.append) if path.relative_to(images).parts[0] != _UNFINISHED
    ) or bool(closed)


def unpack(file: Path, images: Path, undo: contextlib.ExitStack) -> None:
    """Unpack into a folder inside, for :func:`give_places`; ``undo`` takes it all away again. Raises ``OSError``."""
    if not images.exists():
        undo.callback(shutil.rmtree, images, ignore_errors=True)
    new = images / _UNFINISHED
    shutil.rmtree(new, ignore_errors=True)
    undo.callback(shutil.rmtree, new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    with tarfile.open(file) as opened:
        opened.extractall(new, filter="data")


def give_places(images: Path, undo: contextlib.ExitStack) -> None:
    """Move up what was unpacked; ``undo`` takes it away again. Raises ``OSError``."""
    new = images / _UNFINISHED
    for path in sorted(new.iterdir()):
        placed = images / path.name
        path.rename(placed)
        undo.callback(_remove, placed)
    new.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
