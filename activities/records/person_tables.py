"""Table of what persons asked for concerning their data 个人信息请求: exports and erasures (PIPL art. 44-47)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Digest, Row, Serial


class PersonRequest(Row):
    """One step of one request, of all communities; append-only.

    ``step`` is a ``RequestStep``, ``asked_by`` a ``Requester``, ``staff`` who carried it out. ``person`` is the keyed
    index of the telephone number and nothing else of the person: by it a request that was cut short goes on, and one
    that comes twice is recognised. ``counts`` are rows by table; ``hindrances`` are numbers of cases, bills and
    requests and codes of accounts.
    """

    __tablename__ = "person_requests"
    id: Mapped[Serial]
    request: Mapped[Code]
    step: Mapped[Code]
    person: Mapped[Digest]
    asked_by: Mapped[Code]
    staff: Mapped[Code]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB(), server_default="{}")
    hindrances: Mapped[list[str]] = mapped_column(server_default="{}")
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        UniqueConstraint("request", "step"),
        CheckConstraint("staff <> ''", name="staff"),
        Index(None, "person"),
    )
