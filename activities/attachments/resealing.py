"""Photographs and signatures under another key 附件换密: counted by key, sealed anew one by one."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from activities.attachments.attachments import PREFIX, context_of, name_in
from activities.attachments.store import AttachmentStore
from activities.connections.encryption import EncryptionKeys, key_id_of

_LONGEST_ID: Final = 256
"""Bytes that tell the key: its length and its id."""


def attachments_by_key(store: AttachmentStore) -> Counter[str]:
    """Count what is stored under each key; reads the beginning of every file. Raises ``AttachmentStoreError``."""
    return Counter(_key_id(store, place) for place in _attachments(store))


def reseal_attachments(store: AttachmentStore, keys: EncryptionKeys) -> int:
    """Seal what is under an older key under the current one; return how many. Harmless to repeat.

    What is stored under one name is always the same image, so a simultaneous upload loses nothing. Raises
    ``EncryptionError`` for a file whose key is missing, and ``AttachmentStoreError``.
    """
    changed = 0
    for place in _attachments(store):
        if _key_id(store, place) != keys.current:
            store.put(place, keys.reseal(store.get(place), context_of(name_in(place))))
            changed += 1
    return changed


def _attachments(store: AttachmentStore) -> Iterator[str]:
    """Yield where attachments lie; what others have put beside them is not ours to open."""
    return (place for place in store.stored() if name_in(place).startswith(PREFIX))


def _key_id(store: AttachmentStore, place: str) -> str:
    return key_id_of(store.beginning(place, _LONGEST_ID))
