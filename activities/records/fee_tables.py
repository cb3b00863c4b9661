"""Tables of who pays how much for a unit 收费资料, and of the quarter's 《应收管理费用明细表》 (S4 4.2.1; §9).

Amounts are CNY. ``since`` and ``until`` as everywhere. Rows are only added: a correction is a later row.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.community_tables import Area_m2
from activities.records.schema import Code, Row, Sealed, Serial

DailyRate = Numeric(8, 6)
Price = Numeric(10, 4)
_IN_BYTES = text('(unit COLLATE "C")')
"""The order in which chunks of units are cut and read, whatever the database's own collation is."""


def _of_a_unit() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["community", "unit"], ["units.community", "units.code"])


class FeeTerms(Row):
    """收费约定 of a unit from a day on (F4): area and price per m² and month; the later row of one day holds.

    ``late_fee_clause`` is whether the contract knows a late fee; ``late_fee_daily`` its rate, None for the policy's.
    """

    __tablename__ = "fee_terms"
    id: Mapped[Serial]
    community: Mapped[Code]
    unit: Mapped[Code]
    since: Mapped[date]
    area: Mapped[Decimal] = mapped_column(Area_m2)
    price: Mapped[Decimal] = mapped_column(Price)
    late_fee_clause: Mapped[bool]
    late_fee_daily: Mapped[Decimal | None] = mapped_column(DailyRate)
    key: Mapped[Code]
    entered_at: Mapped[datetime]
    entered_by: Mapped[Code]
    approved_by: Mapped[list[str]] = mapped_column(server_default="{}")
    reason: Mapped[Sealed | None]
    __table_args__ = (
        _of_a_unit(),
        UniqueConstraint("community", "key"),
        Index(None, "community", "unit", "since"),
        Index("ix_fee_terms_chunked", "community", _IN_BYTES, "since", "id"),
        CheckConstraint("area > 0 AND price >= 0", name="area_and_price"),
    )


class FeeAccount(Row):
    """缴费账户: one payer of one unit. He is liable from ``since`` until another account of the unit begins.

    ``household`` is whose debt it is, None for the developer and while nobody knows; ``named_by`` is the member of
    staff who said so where facts and roster did not. The account outlives his time: arrears stay with it.
    """

    __tablename__ = "fee_accounts"
    community: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    unit: Mapped[Code]
    payer: Mapped[Code]
    household: Mapped[int | None]
    since: Mapped[date]
    named_by: Mapped[Code] = mapped_column(server_default="")
    named_at: Mapped[datetime | None]
    __table_args__ = (
        _of_a_unit(),
        ForeignKeyConstraint(["community", "household"], ["households.community", "households.id"]),
        UniqueConstraint("community", "unit", "since", "code"),
        Index(None, "community", "household"),
        Index("ix_fee_accounts_chunked", "community", _IN_BYTES, "since", "code"),
    )


class UnitFact(Row):
    """房屋事实: what decides payer and factor from a day on (F2, F5, F7). ``cancels`` names the fact that it undoes.

    ``confirmed_by`` is who confirmed the evidence of an occupation; entering and confirming are two persons.
    """

    __tablename__ = "unit_facts"
    id: Mapped[Serial]
    community: Mapped[Code]
    unit: Mapped[Code]
    kind: Mapped[Code]
    day: Mapped[date]
    until: Mapped[date | None]
    account: Mapped[Code] = mapped_column(server_default="")
    cancels: Mapped[int | None]
    key: Mapped[Code]
    entered_at: Mapped[datetime]
    entered_role: Mapped[Code]
    entered_by: Mapped[Code]
    confirmed_by: Mapped[Code] = mapped_column(server_default="")
    evidence: Mapped[Sealed | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        _of_a_unit(),
        UniqueConstraint("community", "key"),
        Index(None, "community", "unit", "day"),
        Index("ix_unit_facts_chunked", "community", _IN_BYTES, "id"),
        CheckConstraint("confirmed_by = '' OR confirmed_by <> entered_by", name="two_persons"),
    )


class Adjustment(Row):
    """上期调整 (F7): recomputed minus billed of a period already billed. Positive ones wait for the next table.

    ``billed_in`` is the bill that took it up, "" while it waits; a negative one is credited to ``credits`` at once.
    """

    __tablename__ = "adjustments"
    id: Mapped[Serial]
    community: Mapped[Code]
    account: Mapped[Code]
    unit: Mapped[Code]
    period: Mapped[Code]
    amount: Mapped[Decimal]
    recomputed: Mapped[Decimal]
    billed: Mapped[Decimal]
    lines: Mapped[list[Any]] = mapped_column(JSONB())
    key: Mapped[Code]
    at: Mapped[datetime]
    entered_by: Mapped[Code]
    approved_by: Mapped[list[str]] = mapped_column(server_default="{}")
    billed_in: Mapped[Code] = mapped_column(server_default="")
    credits: Mapped[Code] = mapped_column(server_default="")
    __table_args__ = (
        ForeignKeyConstraint(["community", "account"], ["fee_accounts.community", "fee_accounts.code"]),
        UniqueConstraint("community", "key"),
        CheckConstraint("amount <> 0", name="amount"),
        Index(
            "ix_adjustments_waiting", "community", "account", postgresql_where=text("billed_in = '' AND credits = ''")
        ),
    )


class FeeTable(Row):
    """One version of a quarter's 《应收管理费用明细表》. ``state``: draft, under_review, rejected, approved."""

    __tablename__ = "fee_tables"
    community: Mapped[Code] = mapped_column(primary_key=True)
    quarter: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case: Mapped[Code]
    state: Mapped[Code]
    extracted_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by: Mapped[Code]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[Code] = mapped_column(server_default="")
    reason: Mapped[Sealed | None]
    __table_args__ = (
        # a cashier and the finance department are never one person for one table (§1.1)
        CheckConstraint("reviewed_by = '' OR reviewed_by <> made_by", name="four_eyes"),
        # one version of a quarter is approved, no more
        Index(
            "uq_fee_tables_approved", "community", "quarter", unique=True, postgresql_where=text("state = 'approved'")
        ),
    )


class FeeTableRow(Row):
    """One row of the table, as of the version in which it was last computed: CNY, in S4's columns (F13).

    ``state``: ready, dirty (a fact came after the extraction), rejected. ``lines`` are the month's lines in JSON.
    ``due_total`` = charge + adjustment + arrears + late_fee − prepaid; charge + adjustment make the bill.
    """

    __tablename__ = "fee_table_rows"
    community: Mapped[Code] = mapped_column(primary_key=True)
    quarter: Mapped[Code] = mapped_column(primary_key=True)
    account: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[Code]
    steward_area: Mapped[Code]
    area: Mapped[Decimal] = mapped_column(Area_m2)
    price: Mapped[Decimal] = mapped_column(Price)
    charge: Mapped[Decimal]
    adjustment: Mapped[Decimal]
    arrears: Mapped[Decimal]
    late_fee: Mapped[Decimal]
    prepaid: Mapped[Decimal]
    due_total: Mapped[Decimal]
    lines: Mapped[list[Any]] = mapped_column(JSONB())
    state: Mapped[Code] = mapped_column(server_default="ready")
    reason: Mapped[Sealed | None]
    __table_args__ = (
        CheckConstraint("due_total = charge + adjustment + arrears + late_fee - prepaid", name="due_total"),
        Index("ix_fee_table_rows_open", "community", "quarter", "state", postgresql_where=text("state <> 'ready'")),
        Index(None, "community", "quarter", "unit"),
    )
