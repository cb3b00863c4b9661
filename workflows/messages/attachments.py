"""Photographs, signatures and papers of a case 附件: messages carry references, the bytes are uploaded first."""

from workflows.messages.message import Message


class AttachmentRef(Message):
    """One stored file: its id, the SHA-256 of the stored bytes (hexadecimal), media type and size in bytes."""

    id: str
    sha256: str = ""
    type: str = ""
    size: int = 0
