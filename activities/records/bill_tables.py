"""Tables of bills and charge lines 账单与应收明细, and of the notices that demand them 缴费/催款通知单 (S4 4.2.1; §9).

A posted line never changes: a correction is a new line. The journal's triggers keep what is open of a bill.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.fee_tables import DailyRate
from activities.records.schema import Code, Digest, Row, Sealed, Serial, Small

Factor = Numeric(8, 6)


class Bill(Row):
    """账单 of one account. ``number`` is ``<account>/<period>`` with a suffix where there are several.

    ``principal`` is what was billed; ``open_principal`` what is left of it, kept by the trigger on postings and never
    below zero. ``late_fee_paid`` likewise; ``late_fee_waived`` by a recorded waiver. ``disputed`` is what a written
    dispute has put aside (§9.6). ``due_on`` moves only when we send late (F10); ``sent_on`` is the day of sending.
    ``listed_on`` is when it came onto a dunning list.
    """

    __tablename__ = "bills"
    community: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[Code] = mapped_column(primary_key=True)
    account: Mapped[Code]
    unit: Mapped[Code]
    steward_area: Mapped[Code]
    kind: Mapped[Code]
    item: Mapped[Code]
    period: Mapped[Code]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    sent_on: Mapped[date | None]
    listed_on: Mapped[date | None]
    settled_on: Mapped[date | None]
    principal: Mapped[Decimal]
    open_principal: Mapped[Decimal] = mapped_column(server_default="0")
    late_fee_paid: Mapped[Decimal] = mapped_column(server_default="0")
    late_fee_waived: Mapped[Decimal] = mapped_column(server_default="0")
    disputed: Mapped[Decimal] = mapped_column(server_default="0")
    late_fee_clause: Mapped[bool]
    late_fee_daily: Mapped[Decimal | None] = mapped_column(DailyRate)
    __table_args__ = (
        ForeignKeyConstraint(["community", "account"], ["fee_accounts.community", "fee_accounts.code"]),
        CheckConstraint("principal > 0", name="principal"),
        CheckConstraint("open_principal BETWEEN 0 AND principal", name="open_principal"),
        CheckConstraint("late_fee_paid >= 0 AND late_fee_waived >= 0", name="late_fee"),
        CheckConstraint("disputed >= 0", name="disputed"),
        Index(None, "community", "account"),
        Index(None, "community", "period", "item"),
        Index("ix_bills_open", "community", "due_on", postgresql_where=text("open_principal > 0")),
    )


class ChargeLineRow(Row):
    """应收明细: one calendar month, one factor, one payer (F3), or an adjustment. Append-only."""

    __tablename__ = "charge_lines"
    id: Mapped[Serial]
    community: Mapped[Code]
    bill: Mapped[Code]
    account: Mapped[Code]
    period: Mapped[Code]
    kind: Mapped[Code]
    month: Mapped[date]
    first_day: Mapped[date]
    last_day: Mapped[date]
    monthly: Mapped[Decimal]
    factor: Mapped[Decimal] = mapped_column(Factor)
    days: Mapped[Small]
    amount: Mapped[Decimal]
    __table_args__ = (
        ForeignKeyConstraint(["community", "bill"], ["bills.community", "bills.number"]),
        Index(None, "community", "bill"),
        Index(None, "community", "account", "period"),
    )


class LateFeeWaiver(Row):
    """滞纳金减免 (§9.3): the supervisor up to the policy's limit, the site manager above. Append-only."""

    __tablename__ = "late_fee_waivers"
    id: Mapped[Serial]
    community: Mapped[Code]
    bill: Mapped[Code]
    amount: Mapped[Decimal]
    key: Mapped[Code]
    at: Mapped[datetime]
    waived_role: Mapped[Code]
    waived_by: Mapped[Code]
    reason: Mapped[Sealed | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "bill"], ["bills.community", "bills.number"]),
        UniqueConstraint("community", "key"),
        CheckConstraint("amount > 0", name="amount"),
    )


class NumberSeries(Row):
    """号段: the last number given of a series and local year. Locked while the next is taken, so none is skipped."""

    __tablename__ = "number_series"
    community: Mapped[Code] = mapped_column(primary_key=True)
    series: Mapped[Code] = mapped_column(primary_key=True)
    year: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class FeeNotice(Row):
    """缴费通知单, 首次/第二次/最后催款通知单: one sheet to one account, numbered without a gap (S4 4.2.1.4, .8–.10).

    ``kind``: bill, first, second, final (the highest stage on the sheet). ``lines`` list bill, stage, principal and
    late fee to ``issued_on`` in JSON. ``key`` makes issuing it twice harmless. ``seal`` is its 《用印登记》 number, ""
    while not released; ``case`` is the arrears case, or the cycle.
    """

    __tablename__ = "fee_notices"
    community: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[Code] = mapped_column(primary_key=True)
    key: Mapped[Code]
    case: Mapped[Code]
    kind: Mapped[Code]
    account: Mapped[Code]
    unit: Mapped[Code]
    steward_area: Mapped[Code]
    issued_on: Mapped[date]
    principal: Mapped[Decimal]
    late_fee: Mapped[Decimal]
    total: Mapped[Decimal]
    lines: Mapped[list[Any]] = mapped_column(JSONB())
    written_by: Mapped[Code] = mapped_column(server_default="")
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[Code] = mapped_column(server_default="")
    seal: Mapped[Code] = mapped_column(server_default="")
    delivered_on: Mapped[date | None]
    delivered_how: Mapped[Code] = mapped_column(server_default="")
    __table_args__ = (
        ForeignKeyConstraint(["community", "account"], ["fee_accounts.community", "fee_accounts.code"]),
        UniqueConstraint("community", "key"),
        Index(None, "community", "case"),
        Index(None, "community", "account"),
        Index("ix_fee_notices_unsent", "community", "steward_area", postgresql_where=text("sent_at IS NULL")),
    )


class SealUse(Row):
    """《用印登记》: the company's seal on a dunning notice (S4 4.2.1.8). A number is used once."""

    __tablename__ = "seal_register"
    community: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[Code] = mapped_column(primary_key=True)
    copies: Mapped[Small]
    notice: Mapped[Code]
    approved_by: Mapped[Code]
    approved_role: Mapped[Code]
    at: Mapped[datetime]
    __table_args__ = (CheckConstraint("copies >= 1", name="copies"), UniqueConstraint("community", "notice"))


class ArrearsOpening(Row):
    """催缴案 of an account: at most one is open at a time; ``ordinal`` counts them, and the number follows from it."""

    __tablename__ = "arrears_openings"
    community: Mapped[Code] = mapped_column(primary_key=True)
    account: Mapped[Code] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case: Mapped[Code]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "account"], ["fee_accounts.community", "fee_accounts.code"]),
        UniqueConstraint("community", "case"),
        Index("uq_arrears_open", "community", "account", unique=True, postgresql_where=text("closed_at IS NULL")),
    )


class FeePrint(Row):
    """打印登记 of a fee document: numbered by its own series; ``copy`` 0 for the first print, then 1, 2, … 补打."""

    __tablename__ = "fee_prints"
    id: Mapped[Serial]
    community: Mapped[Code]
    form: Mapped[Code]
    subject: Mapped[Code]
    copy: Mapped[int]
    batch: Mapped[int | None] = mapped_column(BigInteger())
    printed_at: Mapped[datetime]
    printed_role: Mapped[Code]
    printed_by: Mapped[Code]
    sha256: Mapped[Digest]
    __table_args__ = (
        UniqueConstraint("community", "form", "subject", "copy"),
        CheckConstraint("copy >= 0", name="copy"),
    )
