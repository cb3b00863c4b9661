"""Photographs and signatures under another key 附件换密: told apart by key, sealed anew one by one."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import select

from activities.attachments.attachments import PREFIX, context_of, name_in
from activities.attachments.damage import Damage, DamagedAttachment, damage_in, read_or_damaged
from activities.attachments.store import AttachmentStore
from activities.connections.database import Database
from activities.connections.encryption import EncryptionKeys, TamperedError, key_id_of
from activities.records.attachment_tables import AttachmentRow

_LONGEST_ID: Final = 256
"""Bytes that tell the key: its length and its id."""


@dataclass(frozen=True)
class StoredAttachments:
    """What lies in the store: ids by the key that seals them, and those of which no key of ours can be told."""

    ids: Mapping[str, tuple[str, ...]]
    damaged: tuple[DamagedAttachment, ...]

    @property
    def by_key(self) -> Counter[str]:
        """How many each key seals."""
        return Counter({key_id: len(ids) for key_id, ids in self.ids.items()})


@dataclass(frozen=True)
class ResealedAttachments:
    """How many are now under the current key, and those that could not be opened and were left as they are."""

    changed: int
    damaged: tuple[DamagedAttachment, ...]


def attachments_by_key(store: AttachmentStore, keys: EncryptionKeys) -> StoredAttachments:
    """Return what is stored under each key; reads the beginning of every file. Raises ``AttachmentStoreError``."""
    ids: dict[str, list[str]] = {}
    damaged: list[DamagedAttachment] = []
    for place in _attachments(store):
        key_id = _key_id(store, place)
        if isinstance(key_id, Damage):
            damaged.append(DamagedAttachment(name_in(place), key_id))
            continue
        ids.setdefault(key_id, []).append(name_in(place))
        if key_id not in keys.keys:
            damaged.append(DamagedAttachment(name_in(place), Damage.UNKNOWN_KEY))
    return StoredAttachments({key_id: tuple(sorted(those)) for key_id, those in ids.items()}, tuple(damaged))


def reseal_attachments(db: Database, store: AttachmentStore, keys: EncryptionKeys) -> ResealedAttachments:
    """Seal what is under an older key under the current one; harmless to repeat. Raises ``AttachmentStoreError``.

    What is stored under one name is always the same image, so a simultaneous upload loses nothing. What is erased
    meanwhile stays erased. Raises also the database's error.
    """
    changed = 0
    damaged: list[DamagedAttachment] = []
    for place in _attachments(store):
        key_id = _key_id(store, place)
        if key_id == keys.current:
            continue
        damage = key_id if isinstance(key_id, Damage) else _reseal(db, store, place, keys)
        if damage is None:
            changed += 1
        else:
            damaged.append(DamagedAttachment(name_in(place), damage))
    return ResealedAttachments(changed, tuple(damaged))


def _reseal(db: Database, store: AttachmentStore, place: str, keys: EncryptionKeys) -> Damage | None:
    """Seal one anew; why that cannot be, else None."""
    was_on_record = _is_on_record(db, name_in(place))
    content, context = read_or_damaged(store, partial(store.get, place)), context_of(name_in(place))
    if isinstance(content, Damage):
        return content
    damage = damage_in(content, context, keys)
    if damage is None:
        store.put(place, keys.reseal(content, context))
        if was_on_record and not _is_on_record(db, name_in(place)):  # the erasure had looked before it was put
            store.delete(place)
    return damage


def _is_on_record(db: Database, attachment: str) -> bool:
    with db.begin() as connection:
        return connection.scalar(select(AttachmentRow.id).where(AttachmentRow.id == attachment)) is not None


def _attachments(store: AttachmentStore) -> Iterator[str]:
    """Yield where attachments lie; what others have put beside them is not ours to open."""
    return (place for place in store.stored() if name_in(place).startswith(PREFIX))


def _key_id(store: AttachmentStore, place: str) -> str | Damage:
    beginning = read_or_damaged(store, partial(store.beginning, place, _LONGEST_ID))
    if isinstance(beginning, Damage):
        return beginning
    try:
        return key_id_of(beginning)
    except TamperedError:
        return Damage.NOT_SEALED
