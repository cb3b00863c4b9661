"""Tables of the forms of paid work, special services and revisits 单据表, one for each message of the same fields.

Every row carries the case number and the header's ``last_sequence``, so that an older batch changes nothing. Free
text, and what a quote lists, is sealed: nobody knows what people write into it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Row, Sealed


def _of_a_case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["community", "case"], ["cases.community", "cases.number"])


def _who() -> Any:
    """Role and code of an actor; NULL for nobody."""
    return mapped_column(JSONB(none_as_null=True))


class QuoteRow(Row):
    """报价: one quote of a case; ``lines`` is sealed JSON."""

    __tablename__ = "quotes"
    case: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community: Mapped[Code]
    lines: Mapped[Sealed]
    total: Mapped[Decimal]
    off_list: Mapped[bool]
    status: Mapped[Code]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[dict[str, Any]]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[dict[str, Any] | None] = _who()
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[dict[str, Any] | None] = _who()
    reason: Mapped[Sealed | None]
    signature: Mapped[Code]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(), CheckConstraint("number >= 1", name="number"))


class ChargeRow(Row):
    """应收: what the customer owes for a case, in CNY."""

    __tablename__ = "charges"
    case: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code]
    confirmed: Mapped[Decimal]
    billed: Mapped[Decimal]
    billable: Mapped[Decimal]
    service_fee: Mapped[Decimal]
    agency: Mapped[Decimal]
    collected: Mapped[Decimal]
    receipt: Mapped[Code]
    disputed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[dict[str, Any] | None] = _who()
    booked_at: Mapped[datetime | None]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(), Index(None, "community", "booked_at"))


class SuspensionRow(Row):
    """挂起: one suspension of a repair."""

    __tablename__ = "suspensions"
    case: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community: Mapped[Code]
    ground: Mapped[Code]
    reason: Mapped[Sealed | None]
    promised_on: Mapped[date]
    suspended_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(),)


class ServiceRecordRow(Row):
    """《特约服务单》: the columns that only a special service has."""

    __tablename__ = "service_records"
    case: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code]
    category: Mapped[Code]
    item: Mapped[Sealed | None]
    appointment_at: Mapped[datetime | None]
    performer: Mapped[Code]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    work_done: Mapped[Sealed | None]
    signed_at: Mapped[datetime | None]
    signature: Mapped[Code]
    signed_by: Mapped[Sealed | None]
    receipts: Mapped[list[str]]
    reworks: Mapped[int]
    closed_as: Mapped[Code]
    rating: Mapped[int | None]
    revisit: Mapped[Code]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(),)


class RevisitTaskRow(Row):
    """回访任务: of which matter, by which rule, until when, by whom."""

    __tablename__ = "revisit_tasks"
    case: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code]
    original: Mapped[Code]
    original_kind: Mapped[Code]
    original_round: Mapped[int]
    rule: Mapped[Code]
    position: Mapped[int]
    mandatory: Mapped[Code]
    completed_at: Mapped[datetime]
    window_ends_at: Mapped[datetime]
    visitor: Mapped[Code]
    visitor_role: Mapped[Code]
    rounds: Mapped[int]
    result: Mapped[Code]
    exempt_ground: Mapped[Code]
    opinion: Mapped[Sealed | None]
    opinion_by: Mapped[Code]
    opinion_at: Mapped[datetime | None]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(), Index(None, "community", "original"))


class RevisitRecordRow(Row):
    """《回访记录表》: one round of a revisit."""

    __tablename__ = "revisit_records"
    case: Mapped[Code] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community: Mapped[Code]
    visitor: Mapped[Code]
    visitor_role: Mapped[Code]
    method: Mapped[Code]
    at: Mapped[datetime]
    solved: Mapped[Code]
    satisfaction: Mapped[Code]
    suggestions: Mapped[Sealed | None]
    handled: Mapped[Sealed | None]
    signed_as: Mapped[Code]
    signature: Mapped[Code]
    second_signer: Mapped[Code]
    refusal_reason: Mapped[Sealed | None]
    next_date: Mapped[date | None]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(),)


class RevisitAttemptRow(Row):
    """联系记录: one attempt to reach the customer."""

    __tablename__ = "revisit_attempts"
    case: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community: Mapped[Code]
    at: Mapped[datetime]
    channel: Mapped[Code]
    visitor: Mapped[Code]
    note: Mapped[Sealed | None]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(),)


class RevisitMatterRow(Row):
    """回访新意见: a matter raised in a revisit, answered or linked to the case that was opened for it."""

    __tablename__ = "revisit_matters"
    case: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community: Mapped[Code]
    round: Mapped[int]
    kind: Mapped[Code]
    text: Mapped[Sealed | None]
    raised_at: Mapped[datetime]
    appointed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[Sealed | None]
    linked_case: Mapped[Code]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(),)
