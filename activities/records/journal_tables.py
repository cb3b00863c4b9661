"""The journal 日记账: double entry, append-only, summing to zero; and balances that may not fall below zero (§8 Money).

What the rules forbid is refused by PostgreSQL itself (``migrations/versions/0006``): an entry that does not sum to
zero or has no postings, a change or removal of a posted row, a deposit or prepayment below zero, a bill overpaid.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Row, Sealed, Serial


class JournalEntry(Row):
    """记账凭证. ``key`` makes posting it twice harmless; ``source`` is the payment, case or table that caused it.

    ``on_day`` is the business day it belongs to; ``reverses`` the entry that it undoes, a reversal wholly and any other
    kind in part. What undoes counts from the day of what it undoes (PAY-05).
    """

    __tablename__ = "journal_entries"
    id: Mapped[Serial]
    community: Mapped[Code] = mapped_column(ForeignKey("communities.code"))
    key: Mapped[Code]
    book: Mapped[Code]
    kind: Mapped[Code]
    on_day: Mapped[date]
    at: Mapped[datetime]
    actor_role: Mapped[Code]
    actor_code: Mapped[Code]
    approved_by: Mapped[list[str]] = mapped_column(server_default="{}")
    source: Mapped[Code] = mapped_column(server_default="")
    reason: Mapped[Sealed | None]
    reverses: Mapped[int | None] = mapped_column(ForeignKey("journal_entries.id"))
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        UniqueConstraint("community", "key"),
        UniqueConstraint("community", "id"),
        # an entry is undone once
        Index("uq_journal_entries_reversed", "reverses", unique=True, postgresql_where=text("kind = 'reversal'")),
        Index(None, "community", "on_day"),
        Index(None, "community", "source"),
    )


class Posting(Row):
    """分录: one side of an entry, debit positive and credit negative, CNY.

    ``account`` is the payer's, ``bill`` what it is for, "" where neither applies. For a receivable ``amount`` changes
    the bill's open principal; for late fee income its late fee paid.
    """

    __tablename__ = "postings"
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community: Mapped[Code]
    ledger_account: Mapped[Code]
    account: Mapped[Code] = mapped_column(server_default="")
    bill: Mapped[Code] = mapped_column(server_default="")
    item: Mapped[Code] = mapped_column(server_default="")
    amount: Mapped[Decimal]
    on_day: Mapped[date]
    __table_args__ = (
        ForeignKeyConstraint(["community", "entry"], ["journal_entries.community", "journal_entries.id"]),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(
            "ledger_account <> 'receivable' OR (bill <> '' AND account <> '')", name="receivable_of_a_bill"
        ),
        CheckConstraint(
            "ledger_account NOT IN ('prepayment', 'deposit') OR account <> ''", name="liability_to_an_account"
        ),
        Index(None, "community", "bill"),
        Index(None, "community", "account", "ledger_account"),
        Index(None, "community", "ledger_account", "on_day"),
    )


class Liability(Row):
    """What we owe an account 负债余额 (CNY ≥ 0): its prepayment 预存 or deposit 押金 in a book, kept by the trigger."""

    __tablename__ = "liabilities"
    community: Mapped[Code] = mapped_column(primary_key=True)
    account: Mapped[Code] = mapped_column(primary_key=True)
    book: Mapped[Code] = mapped_column(primary_key=True)
    ledger_account: Mapped[Code] = mapped_column(primary_key=True)
    balance: Mapped[Decimal]
    __table_args__ = (CheckConstraint("balance >= 0", name="balance"),)
