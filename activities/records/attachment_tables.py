"""Tables of attachments 附件表: what is stored where; the bytes are in the store, sealed."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Row


class AttachmentRow(Row):
    """One stored image. ``sha256`` is of its bytes before sealing, as hexadecimal digits."""

    __tablename__ = "attachments"
    id: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code] = mapped_column(ForeignKey("communities.code"))
    purpose: Mapped[Code]
    type: Mapped[Code]
    size: Mapped[int]
    sha256: Mapped[Code]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]
    created_role: Mapped[Code]
    created_by: Mapped[Code]
