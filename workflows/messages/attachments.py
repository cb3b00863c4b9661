"""Photographs, signatures and papers of a case 附件: messages carry references, the bytes are uploaded first."""

from workflows.messages.message import Message


class AttachmentRef(Message):
    """One stored file: its id, the SHA-256 of the stored bytes (hexadecimal), media type and size in bytes."""

    id: str
    sha256: str = ""
    type: str = ""
    size: int = 0


def picture_facts(
    *, signature: str = "", photos: tuple[str, ...] = (), receipts: tuple[str, ...] = ()
) -> dict[str, str]:
    """What a line says of the pictures that came with it: their ids. A form keeps the last one only, a line its own."""
    named = {"signature": signature, "photos": "、".join(photos), "receipts": "、".join(receipts)}
    return {key: ids for key, ids in named.items() if ids}
