"""Stored attachments that cannot be opened 损坏的附件: each is named, with what is wrong, and the rest go on."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

from activities.attachments.store import AttachmentStore, AttachmentStoreError
from activities.connections.encryption import EncryptionKeys, TamperedError, UnknownKeyError

_Read = TypeVar("_Read")


class Damage(Enum):
    """What is wrong with a file of the store; no text, so that none is taken for a key's id."""

    UNREADABLE = "unreadable"
    NOT_SEALED = "not_sealed"
    UNKNOWN_KEY = "unknown_key"
    TAMPERED = "tampered"

    @property
    def label(self) -> str:
        """What a person reads after the id."""
        return _LABELS[self]


_LABELS: Final[dict[Damage, str]] = {
    Damage.UNREADABLE: "读不出来(空文件、磁盘或权限)",
    Damage.NOT_SEALED: "不完整,或不是本系统加密的内容",
    Damage.UNKNOWN_KEY: "密钥文件中没有它的密钥",
    Damage.TAMPERED: "内容被改动或不完整,解不开",
}


@dataclass(frozen=True)
class DamagedAttachment:
    """One of them by its id ``FJ-…``."""

    id: str
    damage: Damage


def damage_in(content: bytes, context: str, keys: EncryptionKeys) -> Damage | None:
    """Return why what was sealed cannot be opened with these keys; None for what can."""
    try:
        keys.decrypt(content, context)
    except UnknownKeyError:
        return Damage.UNKNOWN_KEY
    except TamperedError:
        return Damage.TAMPERED
    return None


def read_or_damaged(store: AttachmentStore, read: Callable[[], _Read]) -> _Read | Damage:
    """Return what was read, or that this one file cannot be.

    A bucket does not lose single files to a disk: what it answers to one, it answers to all. So there, and only there,
    ``AttachmentStoreError`` is raised.
    """
    try:
        return read()
    except FileNotFoundError:  # listed just now: a disk that went away looks like that too
        return Damage.UNREADABLE
    except AttachmentStoreError:
        if store.folder is None:
            raise
        return Damage.UNREADABLE
