"""Tables of printed documents 打印单据表: which sheet was printed when, by whom, and as the how-manieth."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Digest, Row, Small


class PrintedDocument(Row):
    """One print 打印登记: numbered without a gap by community, form and local year; append-only.

    ``copy`` is 0 for the first print of that form of the case, then 1, 2, … for each reprint 补打. ``last_sequence``
    is the line of the record up to which the sheet tells; ``sha256`` is that of the PDF, which is not kept.
    """

    __tablename__ = "printed_documents"
    community: Mapped[Code] = mapped_column(primary_key=True)
    form: Mapped[Code] = mapped_column(primary_key=True)
    year: Mapped[Small] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case: Mapped[Code]
    copy: Mapped[int]
    printed_at: Mapped[datetime]
    printed_role: Mapped[Code]
    printed_by: Mapped[Code]
    last_sequence: Mapped[int]
    sha256: Mapped[Digest]
    __table_args__ = (
        ForeignKeyConstraint(["community", "case"], ["cases.community", "cases.number"]),
        UniqueConstraint("community", "case", "form", "copy"),
        CheckConstraint("serial >= 1", name="serial"),
        CheckConstraint("copy >= 0", name="copy"),
    )
