"""Tables of what happened: cases with their lines and forms, notifications, refusals, late messages.

Every row that a workflow writes carries the case number, which is the workflow ID, and a key that makes
writing it twice harmless. The foreign keys name the community too, so that no row can join another
community's case. Instants are business time, but those
that the database sets itself (``recorded_at``, ``updated_at``, the ``at`` of refusals and late messages).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Digest, Row, Sealed, Serial


def _of_a_case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["community", "case"], ["cases.community", "cases.number"])


class Case(Row):
    """The header of a case 单据抬头. ``last_sequence`` is the line up to which the row has come."""

    __tablename__ = "cases"
    number: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code]
    kind: Mapped[Code]
    unit: Mapped[Code]
    unit_verified: Mapped[bool]
    area: Mapped[Code]
    channel: Mapped[Code]
    identity: Mapped[Code]
    reporter_name: Mapped[Sealed | None]
    reporter_phone: Mapped[Sealed | None]
    reporter_phone_index: Mapped[Digest | None]
    reporter_mail: Mapped[Sealed | None]
    description: Mapped[Sealed]
    policy_version: Mapped[int]
    linked: Mapped[list[str]]
    received_at: Mapped[datetime]
    entered_at: Mapped[datetime | None]
    attachments: Mapped[list[str]] = mapped_column(server_default="{}")
    accepted_at: Mapped[datetime | None]
    accepted_role: Mapped[Code]
    accepted_by: Mapped[Code]
    state: Mapped[Code]
    state_label: Mapped[Code]
    level: Mapped[Code]
    level_label: Mapped[Code]
    assignee: Mapped[Code]
    due_at: Mapped[datetime | None]
    breached: Mapped[bool]
    closed_at: Mapped[datetime | None]
    last_sequence: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        UniqueConstraint("community", "number"),
        Index(None, "community", "received_at", "number"),
        Index(None, "community", "state"),
        Index(None, "community", "assignee"),
        Index(None, "community", "due_at"),
        Index(None, "community", "unit"),
        Index(None, "community", "reporter_phone_index"),
        # the open cases of a community: its history is long, the open part is short
        Index("ix_cases_open", "community", "assignee", postgresql_where=text("closed_at IS NULL")),
    )


class CaseLine(Row):
    """One event line 记录行; append-only, numbered from 1 within the case."""

    __tablename__ = "case_lines"
    case: Mapped[Code] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    community: Mapped[Code]
    at: Mapped[datetime]
    event: Mapped[Code]
    label: Mapped[str]
    actor_role: Mapped[Code]
    actor_code: Mapped[Code]
    state_before: Mapped[Code]
    state: Mapped[Code]
    reason: Mapped[Sealed | None]
    facts: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        _of_a_case(),
        CheckConstraint("sequence >= 1", name="sequence"),
        # what was completed in a month 工时统计
        Index("ix_case_lines_completed", "community", "at", postgresql_where=text("event = 'completed'")),
    )


class RepairRecordRow(Row):
    """《报修记录》: the columns that only a repair has."""

    __tablename__ = "repair_records"
    case: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code]
    place: Mapped[Sealed | None]
    trade: Mapped[Code]
    repair_class: Mapped[Code]
    hazard: Mapped[Code]
    appointment_at: Mapped[datetime | None]
    paid: Mapped[bool]
    completed_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    verified_how: Mapped[Code]
    reopened: Mapped[int]
    inside: Mapped[bool | None]
    port: Mapped[Code] = mapped_column(server_default="")
    in_warranty: Mapped[bool | None]
    warranty_until: Mapped[date | None]
    backfilled: Mapped[bool] = mapped_column(server_default="false")
    second_technician: Mapped[Code] = mapped_column(server_default="")
    wrong_trades: Mapped[int] = mapped_column(server_default="0")
    no_shows: Mapped[int] = mapped_column(server_default="0")
    unanswered_calls: Mapped[int] = mapped_column(server_default="0")
    same_faults: Mapped[int] = mapped_column(server_default="1")
    hot_issue: Mapped[bool] = mapped_column(server_default="false")
    merged_into: Mapped[Code] = mapped_column(server_default="")
    closed_as: Mapped[Code] = mapped_column(server_default="")
    rating: Mapped[int | None]
    verified_signature: Mapped[Code] = mapped_column(server_default="")
    revisit: Mapped[Code] = mapped_column(server_default="")
    net_seconds: Mapped[int | None]
    last_sequence: Mapped[int]
    __table_args__ = (_of_a_case(),)


class WorkOrderRow(Row):
    """《维修派工单》: one offer of a repair to one technician. ``offer_next`` inserts it, the recorder completes it.

    A rework by the same technician is not offered: the recorder inserts its order, with nobody ``considered``. No
    foreign key: the offer may be made before the recorder has come to write the case.
    """

    __tablename__ = "work_orders"
    case: Mapped[Code] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    community: Mapped[Code]
    technician: Mapped[Code]
    trade: Mapped[Code]
    considered: Mapped[int] = mapped_column(server_default="0")
    offered_at: Mapped[datetime]
    outcome: Mapped[Code]
    answered_at: Mapped[datetime | None]
    reason: Mapped[Sealed | None]
    arrived_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    work_done: Mapped[Sealed | None]
    materials: Mapped[Sealed | None]
    work_minutes: Mapped[int | None]
    photos: Mapped[list[str]] = mapped_column(server_default="{}")
    signature: Mapped[Code] = mapped_column(server_default="")
    last_sequence: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (
        CheckConstraint("attempt >= 1", name="attempt"),
        # the open jobs of a community; the history of its technicians is long, the open part is short
        Index(
            "ix_work_orders_open", "community", "technician", postgresql_where=text("outcome IN ('offered', 'taken')")
        ),
        Index(None, "community", "technician", "offered_at"),
    )


class Notification(Row):
    """One thing told to one recipient by one channel; the unique key is what makes it at most once.

    ``provider_word`` is sealed because a mail server's refusal repeats the address it refuses.
    """

    __tablename__ = "notifications"
    id: Mapped[Serial]
    case: Mapped[Code]
    event: Mapped[Code]
    occurrence: Mapped[int]
    recipient: Mapped[Code]
    channel: Mapped[Code]
    community: Mapped[Code]
    status: Mapped[Code]
    attempts: Mapped[int]
    staff: Mapped[Code] = mapped_column(server_default="")
    subject: Mapped[Sealed]
    body: Mapped[Sealed]
    provider_id: Mapped[str] = mapped_column(server_default="")
    provider_word: Mapped[Sealed | None]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        UniqueConstraint("case", "event", "occurrence", "recipient", "channel"),
        Index(None, "community", "staff", "read_at"),
        Index(None, "provider_id"),
    )


class Refusal(Row):
    """A request that was refused 拒绝审计: a rejected update leaves no trace in the history, so it is kept here."""

    __tablename__ = "refusals"
    id: Mapped[Serial]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    community: Mapped[Code]
    case: Mapped[Code]
    caller: Mapped[Code]
    actor_role: Mapped[Code]
    actor_code: Mapped[Code]
    action: Mapped[Code]
    code: Mapped[Code]
    message_id: Mapped[Code]


class LateMessage(Row):
    """A message to a case whose workflow no longer runs, mostly a closed one. The key makes a repeat harmless."""

    __tablename__ = "late_messages"
    case: Mapped[Code] = mapped_column(primary_key=True)
    message_id: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_role: Mapped[Code]
    actor_code: Mapped[Code]
    intent: Mapped[Code]
    text: Mapped[Sealed | None]
    sender_phone: Mapped[Sealed | None]
    __table_args__ = (_of_a_case(),)
