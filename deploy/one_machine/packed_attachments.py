"""The attachments of a backup 附件包: one tar file, each picture sealed as it lay in the folder."""

import contextlib
import io
import shutil
import tarfile
from pathlib import Path
from typing import Final

from activities.attachments.attachments import PREFIX, context_of
from activities.attachments.damage import Damage, DamagedAttachment, damage_in
from activities.connections.encryption import EncryptionKeys, TamperedError, key_id_of

_UNFINISHED: Final = ".unfinished"
"""Where a restore unpacks: inside the folder, which may be a file system of its own: nothing is renamed into that."""


def pack(images: Path, file: Path, keys: EncryptionKeys) -> tuple[frozenset[str], tuple[DamagedAttachment, ...]]:
    """Pack what lies in the folder; return which of the keys seal it, and what could not be opened with them.

    What is damaged but can be read is packed as it is: something of it may still be saved, and no other copy may be.
    """
    used: set[str] = set()
    damaged: list[DamagedAttachment] = []
    with tarfile.open(file, "w") as packed:
        for path in sorted(images.rglob("*")):
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
            member.size = len(content)  # and not what it was when it was opened
            packed.addfile(member, io.BytesIO(content))
            if path.name.startswith(PREFIX):
                key = _key(content, path.name, keys)
                if isinstance(key, Damage):
                    damaged.append(DamagedAttachment(path.name, key))
                else:
                    used.add(key)
    return frozenset(used), tuple(damaged)


def _key(content: bytes, attachment: str, keys: EncryptionKeys) -> str | Damage:
    """The key that opens it, or why none does: a key that is named in a damaged file is needed by nothing."""
    try:
        key_id = key_id_of(content)
    except TamperedError:
        return Damage.NOT_SEALED
    return damage_in(content, context_of(attachment), keys) or key_id


def hold_pictures(images: Path) -> bool:
    """Whether there are files in the folder, besides those of a restore that was killed; bare folders are nobody's."""
    return any(path.is_file() for path in images.rglob("*") if path.relative_to(images).parts[0] != _UNFINISHED)


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
