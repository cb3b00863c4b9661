"""Tables of taking money 收款: payments, receipts, shifts, the day's closing, parking, services (§9.5–9.10)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Row, Sealed, Serial


class Payment(Row):
    """收款. One row for each key; a provider's transaction is posted once. ``succeeded_at`` is the moment that counts.

    ``account`` is "" for direct income without a payer. ``designated`` are the bills that the payer named (§9.5).
    """

    __tablename__ = "payments"
    community: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[Code] = mapped_column(primary_key=True)
    key: Mapped[Code]
    body_digest: Mapped[Code]
    account: Mapped[Code]
    amount: Mapped[Decimal]
    method: Mapped[Code]
    provider: Mapped[Code] = mapped_column(server_default="")
    transaction: Mapped[Code] = mapped_column(server_default="")
    succeeded_at: Mapped[datetime]
    on_day: Mapped[date]
    designated: Mapped[list[str]] = mapped_column(server_default="{}")
    cashier: Mapped[Code] = mapped_column(server_default="")
    shift: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    entry: Mapped[int] = mapped_column(ForeignKey("journal_entries.id"))
    reversed_at: Mapped[datetime | None]
    reversal: Mapped[int | None] = mapped_column(ForeignKey("journal_entries.id"))
    __table_args__ = (
        UniqueConstraint("community", "key"),
        Index(
            "uq_payments_transaction",
            "community", "provider", "transaction", unique=True, postgresql_where=text("transaction <> ''"),
        ),
        Index(None, "community", "account"),
        Index(None, "community", "on_day"),
        CheckConstraint("amount > 0", name="amount"),
    )  # fmt: skip


class ReceiptBook(Row):
    """收据本: consecutive numbers from ``first`` to ``last``; ``next`` is locked while one is taken."""

    __tablename__ = "receipt_books"
    community: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    first: Mapped[int]
    last: Mapped[int]
    next: Mapped[int]
    holder: Mapped[Code]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("first <= next AND next <= last + 1", name="next"),)


class Receipt(Row):
    """收据: a number is used once and never again. ``state`` is a ``ReceiptState``.

    ``voided_by`` asks for the cancellation, ``approved_by`` grants it. ``red_of`` is what this one reverses.
    """

    __tablename__ = "receipts"
    community: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    book: Mapped[Code]
    payment: Mapped[Code]
    amount: Mapped[Decimal]
    state: Mapped[Code]
    issued_at: Mapped[datetime]
    issued_by: Mapped[Code]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[Code] = mapped_column(server_default="")
    approved_by: Mapped[Code] = mapped_column(server_default="")
    reason: Mapped[Sealed | None]
    red_of: Mapped[int | None]
    lost_copy_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "book"], ["receipt_books.community", "receipt_books.code"]),
        ForeignKeyConstraint(["community", "payment"], ["payments.community", "payments.number"]),
        CheckConstraint("voided_by = '' OR approved_by <> voided_by", name="two_persons"),
        Index("uq_receipts_payment", "community", "payment", unique=True, postgresql_where=text("state = 'issued'")),
    )


class Shift(Row):
    """当班: one cashier's turn at the desk; one at most is open for a person. ``slip`` is its 《缴款单》."""

    __tablename__ = "shifts"
    id: Mapped[Serial]
    community: Mapped[Code]
    staff: Mapped[Code]
    day: Mapped[date]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    slip: Mapped[Code] = mapped_column(server_default="")
    __table_args__ = (
        ForeignKeyConstraint(["community", "staff"], ["staff.community", "staff.code"]),
        CheckConstraint("slip = '' OR closed_at IS NOT NULL", name="slip"),
        Index("uq_shifts_open", "community", "staff", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index(None, "community", "day"),
    )


class ShiftCount(Row):
    """当班过账: what the system holds and what was counted, by method (§9.11). A difference has its slip 长款/短款.

    While the shift is open, a count with a difference waits for somebody else's approval.
    """

    __tablename__ = "shift_counts"
    shift: Mapped[int] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    method: Mapped[Code] = mapped_column(primary_key=True)
    community: Mapped[Code]
    booked: Mapped[Decimal]
    counted: Mapped[Decimal]
    variance: Mapped[Decimal]
    counted_by: Mapped[Code]
    approved_by: Mapped[Code] = mapped_column(server_default="")
    entry: Mapped[int | None] = mapped_column(ForeignKey("journal_entries.id"))
    reason: Mapped[Sealed | None]
    __table_args__ = (
        CheckConstraint("variance = counted - booked", name="variance"),
        CheckConstraint("approved_by <> counted_by", name="two_persons"),
    )


class CashDay(Row):
    """日结 with its 《缴款单》 JK-: the cash of the day's shifts, and where it went (``CashDestination``; §9.7).

    A day has one slip, or a further one for what is taken after the first went to the bank. ``received_by`` is who of
    finance took the money over.
    """

    __tablename__ = "cash_days"
    community: Mapped[Code] = mapped_column(primary_key=True)
    slip: Mapped[Code] = mapped_column(primary_key=True)
    day: Mapped[date]
    cash: Mapped[Decimal]
    totals: Mapped[dict[str, Any]]
    destination: Mapped[Code]
    bank_reference: Mapped[Code] = mapped_column(server_default="")
    banked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime]
    closed_by: Mapped[Code]
    received_by: Mapped[Code] = mapped_column(server_default="")
    entry: Mapped[int | None] = mapped_column(ForeignKey("journal_entries.id"))
    __table_args__ = (
        CheckConstraint("received_by <> closed_by", name="two_persons"),
        CheckConstraint("cash >= 0", name="cash"),
        Index(None, "community", "day"),
        Index("ix_cash_days_unbanked", "community", "day", postgresql_where=text("banked_at IS NULL AND cash > 0")),
    )


class ParkingDay(Row):
    """停车场交账 (S4 4.6): what one attendant hands in for a day. ``shortage`` = due − received, on the shift.

    ``checked_by`` is the cashier who counted it, "" while it waits for that. What the attendant ``declared`` stays as
    it was said; there is none where the cashier entered the day alone.
    """

    __tablename__ = "parking_days"
    community: Mapped[Code] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    attendant: Mapped[Code] = mapped_column(primary_key=True)
    tickets: Mapped[int]
    due: Mapped[Decimal]
    received: Mapped[Decimal]
    free_passes: Mapped[int]
    shortage: Mapped[Decimal]
    declared_tickets: Mapped[int | None]
    declared_due: Mapped[Decimal | None]
    declared_received: Mapped[Decimal | None]
    declared_free_passes: Mapped[int | None]
    checked_by: Mapped[Code]
    at: Mapped[datetime]
    key: Mapped[Code]
    entry: Mapped[int | None] = mapped_column(ForeignKey("journal_entries.id"))
    __table_args__ = (
        CheckConstraint("shortage = due - received", name="shortage"),
        CheckConstraint("checked_by <> attendant", name="two_persons"),
        CheckConstraint(
            "num_nulls(declared_tickets, declared_due, declared_received, declared_free_passes) IN (0, 4)",
            name="declared",
        ),
        UniqueConstraint("community", "key"),
    )


class ServiceGathering(Row):
    """有偿服务费汇总 of a month (S4 4.3.1): one line a paid job accepted before the cut-off; gathered once."""

    __tablename__ = "service_gatherings"
    community: Mapped[Code] = mapped_column(primary_key=True)
    case: Mapped[Code] = mapped_column(primary_key=True)
    month: Mapped[Code]
    kind: Mapped[Code]
    unit: Mapped[Code]
    booked_at: Mapped[datetime]
    service_fee: Mapped[Decimal]
    agency: Mapped[Decimal]
    collected: Mapped[Decimal]
    bill: Mapped[Code] = mapped_column(server_default="")
    gathered_at: Mapped[datetime]
    gathered_by: Mapped[Code]
    __table_args__ = (Index(None, "community", "month"),)


class MoneyRequest(Row):
    """款项申请单 (§1.1, §9.3–9.5). ``body`` is of ``workflows/messages/money_requests.py``; ``needs`` are the posts.

    ``state`` is a ``MoneyRequestState``; ``done`` once, in the transaction of the last signature.
    """

    __tablename__ = "money_requests"
    community: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[Code] = mapped_column(primary_key=True)
    key: Mapped[Code]
    body_digest: Mapped[Code]
    kind: Mapped[Code]
    subject: Mapped[Code]
    amount: Mapped[Decimal]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB())
    needs: Mapped[list[str]]
    state: Mapped[Code]
    asked_at: Mapped[datetime]
    asked_role: Mapped[Code]
    asked_by: Mapped[Code]
    ended_at: Mapped[datetime | None]
    reason: Mapped[Sealed | None]
    __table_args__ = (
        UniqueConstraint("community", "key"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("asked_by <> ''", name="asked_by_a_person"),
        Index("ix_money_requests_waiting", "community", "number", postgresql_where=text("state = 'waiting'")),
    )


class MoneySignature(Row):
    """签批: one post's word on a request; each by another person, none by who asked. Append-only."""

    __tablename__ = "money_signatures"
    community: Mapped[Code] = mapped_column(primary_key=True)
    request: Mapped[Code] = mapped_column(primary_key=True)
    post: Mapped[Code] = mapped_column(primary_key=True)
    role: Mapped[Code]
    staff: Mapped[Code]
    asked_by: Mapped[Code]
    approved: Mapped[bool]
    at: Mapped[datetime]
    note: Mapped[Sealed | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "request"], ["money_requests.community", "money_requests.number"]),
        UniqueConstraint("community", "request", "staff"),
        CheckConstraint("staff <> '' AND staff <> asked_by", name="another_person"),
    )


class ArrearsReason(Row):
    """欠费原因 of an account for the report (§9.11), as of a day; the latest holds. ``note`` is free text."""

    __tablename__ = "arrears_reasons"
    id: Mapped[Serial]
    community: Mapped[Code]
    account: Mapped[Code]
    reason: Mapped[Code]
    note: Mapped[Sealed | None]
    at: Mapped[datetime]
    entered_by: Mapped[Code]
    __table_args__ = (Index(None, "community", "account"),)


class FeeReport(Row):
    """A report as it was sent 费用报表: frozen; later changes go into the next as 调整 (§9.10, §18)."""

    __tablename__ = "fee_reports"
    community: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code] = mapped_column(primary_key=True)
    period: Mapped[Code] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB())
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    sent_by: Mapped[Code]
