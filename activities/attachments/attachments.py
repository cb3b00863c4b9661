"""Attachments 附件: uploaded once under a key, read back by whoever may read the records.

First the bytes, then the row: a row never names what is not there. Bytes without a row, left by a fault between the
two, are harmless; the same upload sent again finds its place and completes it.
"""

import base64
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from activities.attachments.images import AttachmentRefusedError, CheckedImage, Purpose, checked_image
from activities.attachments.store import AttachmentStore
from activities.connections.database import Database
from activities.connections.encryption import EncryptionKeys, RetiredKeyError
from activities.records.attachment_tables import AttachmentRow
from activities.records.resealing import is_retired
from workflows.messages.attachments import AttachmentRef
from workflows.messages.people import Actor

PREFIX: Final = "FJ-"
"""How every attachment's id begins."""
_ID_BYTES: Final = 16


@dataclass(frozen=True)
class Uploaded:
    """The stored file; ``created`` is False where the same upload had come before."""

    ref: AttachmentRef
    created: bool


class Attachments:
    """Photographs and signatures of all communities; each sees its own."""

    def __init__(self, db: Database, store: AttachmentStore, keys: EncryptionKeys) -> None:
        """``keys`` seal the bytes at rest: a photograph shows homes and faces."""
        self._db = db
        self._store = store
        self._keys = keys

    def upload(
        self, community: str, actor: Actor, content: bytes, purpose: Purpose, *, key_digest: str, now: datetime
    ) -> Uploaded:
        """Check, draw anew, seal and store; ``key_digest`` names the request, so that a repeat is the same file.

        Raises :class:`AttachmentRefusedError` (also ``idempotency_key_reused`` for another image under the same key),
        ``RetiredKeyError``, the database's error when it is out of reach, and the store's.
        """
        image = checked_image(content, purpose)
        attachment = _id_of(community, key_digest)
        sha256 = hashlib.sha256(image.content).hexdigest()
        with self._db.begin() as connection:
            stored = _row(connection, community, attachment)
        if stored is None:
            with self._db.begin() as connection:
                # looked at in the row's transaction: whoever retires the key waits for this one, then counts its bytes
                if is_retired(connection, self._keys.current):
                    raise RetiredKeyError(f"密钥 {self._keys.current} 已停用:请重启本进程")
                self._store.put(_key(community, attachment), self._keys.encrypt(image.content, context_of(attachment)))
                connection.execute(
                    insert(AttachmentRow)
                    .values(**_columns(attachment, community, actor, image, purpose, sha256, now))
                    .on_conflict_do_nothing()
                )
                stored = _row(connection, community, attachment)
            created = True
        else:
            created = False
        if stored is None or stored.sha256 != sha256:
            raise AttachmentRefusedError(
                "idempotency_key_reused", "该 Idempotency-Key 已用于另一张图片:新的图片请换新的键"
            )
        return Uploaded(stored, created)

    def read(self, community: str, attachment: str) -> tuple[bytes, str] | None:
        """Return the image and its media type; None for one that the community does not have.

        Raises ``AttachmentRefusedError`` (``attachment_damaged``) when the bytes are not those that were stored.
        """
        with self._db.begin() as connection:
            stored = _row(connection, community, attachment)
        if stored is None:
            return None
        content = self._keys.decrypt(self._store.get(_key(community, attachment)), context_of(attachment))
        if hashlib.sha256(content).hexdigest() != stored.sha256:
            raise AttachmentRefusedError("attachment_damaged", "存储的图片已损坏:请从备份恢复")
        return content, stored.type

    def delete_contents(self, ids: Collection[str]) -> Callable[[], None]:
        """Delete the bytes of these images, for good; harmless to repeat. The rows stay until the caller deletes them.

        Then the caller calls what is returned, which deletes the bytes once more: they may have been under way to be
        sealed anew. Whoever seals anew later than that finds no row (``resealing.py``).

        The one exception to keeping everything: a person asked to be erased (``activities/persons/erasing.py``).
        """
        with self._db.begin() as connection:
            stored = connection.execute(
                select(AttachmentRow.community, AttachmentRow.id).where(AttachmentRow.id.in_(ids))
            ).all()
        places = [_key(community, attachment) for community, attachment in stored]

        def delete_bytes() -> None:
            for place in places:
                self._store.delete(place)

        delete_bytes()
        return delete_bytes

    def unknown(self, community: str, ids: Collection[str]) -> frozenset[str]:
        """Return which of the ids the community does not have."""
        if not ids:
            return frozenset()
        with self._db.begin() as connection:
            known = connection.scalars(
                select(AttachmentRow.id).where(AttachmentRow.community == community, AttachmentRow.id.in_(ids))
            ).all()
        return frozenset(ids) - frozenset(known)


def is_elsewhere(connection: Connection, store: AttachmentStore, besides: Collection[str] = ()) -> bool:
    """Whether the store has none of the attachments on record: then it is not the one that the services write to.

    ``besides`` are not looked for: whoever deletes may have been here before. Raises ``AttachmentStoreError``.
    """
    known = set(connection.scalars(select(AttachmentRow.id))).difference(besides)
    return bool(known) and not any(name_in(place) in known for place in store.stored())


def name_in(place: str) -> str:
    """The id of the attachment that lies in that place of the store."""
    return place.rsplit("/", 1)[-1]


def context_of(attachment: str) -> str:
    """What an attachment's bytes are bound to."""
    return f"attachment {attachment}"


def _id_of(community: str, key_digest: str) -> str:
    """FJ- and 26 letters and digits that follow from the request."""
    digest = hashlib.sha256(f"{community}\n{key_digest}".encode()).digest()[:_ID_BYTES]
    return f"{PREFIX}{base64.b32encode(digest).decode().rstrip('=')}"


def _key(community: str, attachment: str) -> str:
    """Where the bytes lie: nothing that names anybody."""
    return f"{community}/{attachment[3:5]}/{attachment}"


def _columns(  # noqa: PLR0917 - the columns of the row
    attachment: str, community: str, actor: Actor, image: CheckedImage, purpose: Purpose, sha256: str, now: datetime
) -> dict[str, object]:
    return {
        "id": attachment,
        "community": community,
        "purpose": purpose,
        "type": image.type,
        "size": len(image.content),
        "sha256": sha256,
        "width": image.width,
        "height": image.height,
        "created_at": now,
        "created_role": actor.role,
        "created_by": actor.code,
    }


def _row(connection: Connection, community: str, attachment: str) -> AttachmentRef | None:
    found = connection.execute(
        select(AttachmentRow.id, AttachmentRow.sha256, AttachmentRow.type, AttachmentRow.size).where(
            AttachmentRow.id == attachment, AttachmentRow.community == community
        )
    ).one_or_none()
    return None if found is None else AttachmentRef(id=found.id, sha256=found.sha256, type=found.type, size=found.size)
