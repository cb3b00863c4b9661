"""The attachments of a backup 附件包: one tar file, each picture sealed as it lay in the folder."""

import io
import tarfile
from pathlib import Path

from activities.attachments.attachments import PREFIX, context_of
from activities.attachments.damage import Damage, DamagedAttachment, damage_in
from activities.connections.encryption import EncryptionKeys, TamperedError, key_id_of


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
