"""《打印登记》 of fee papers: who printed which paper when; the first is the original, every other one 补打."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from activities.documents.fee_forms import FeeForm
from activities.records.bill_tables import FeePrint
from activities.records.sealing import table_of
from workflows.messages.people import Role

_MOST = 1000


class PrintEntry(BaseModel):
    """A print: ``copy`` 0 is the original, then 1, 2, …; ``batch`` is that of a print of many notices."""

    model_config = ConfigDict(frozen=True)

    copy_number: int
    batch: int | None
    printed_at: datetime
    printed_role: Role
    printed_by: str
    sha256: str


def prints_of(connection: Connection, community: str, form: FeeForm, subject: str) -> tuple[PrintEntry, ...]:
    """Return the prints of a paper, the first one first; at most a thousand."""
    rows = connection.execute(
        select(table_of(FeePrint))
        .where(FeePrint.community == community, FeePrint.form == form, FeePrint.subject == subject)
        .order_by(FeePrint.copy)
        .limit(_MOST)
    )
    return tuple(
        PrintEntry(
            copy_number=row.copy,
            batch=row.batch,
            printed_at=row.printed_at,
            printed_role=Role(row.printed_role),
            printed_by=row.printed_by,
            sha256=bytes(row.sha256).hex(),
        )
        for row in rows
    )
