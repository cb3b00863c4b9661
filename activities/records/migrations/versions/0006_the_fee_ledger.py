"""The fee ledger: accounts, terms, tables, bills, journal, payments, receipts, notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
    op.create_table(
        "arrears_reasons",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrears_reasons")),
    )
    op.create_index(
        op.f("ix_arrears_reasons_community_account"), "arrears_reasons", ["community", "account"], unique=False
    )
    op.create_table(
        "fee_prints",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_role", sa.String(length=64), nullable=False),
        sa.Column("printed_by", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("copy >= 0", name=op.f("ck_fee_prints_copy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_prints")),
        sa.UniqueConstraint(
            "community", "form", "subject", "copy", name=op.f("uq_fee_prints_community_form_subject_copy")
        ),
    )
    op.create_table(
        "fee_reports",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("community", "kind", "period", name=op.f("pk_fee_reports")),
    )
    op.create_table(
        "fee_table_rows",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("quarter", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("steward_area", sa.String(length=64), nullable=False),
        sa.Column("area", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=4), nullable=False),
        sa.Column("charge", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("adjustment", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("arrears", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("late_fee", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("prepaid", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("due_total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=64), server_default="ready", nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "due_total = charge + adjustment + arrears + late_fee - prepaid", name=op.f("ck_fee_table_rows_due_total")
        ),
        sa.PrimaryKeyConstraint("community", "quarter", "account", "version", name=op.f("pk_fee_table_rows")),
    )
    op.create_index(
        op.f("ix_fee_table_rows_community_quarter_unit"),
        "fee_table_rows",
        ["community", "quarter", "unit"],
        unique=False,
    )
    op.create_index(
        "ix_fee_table_rows_open",
        "fee_table_rows",
        ["community", "quarter", "state"],
        unique=False,
        postgresql_where=sa.text("state <> 'ready'"),
    )
    op.create_table(
        "fee_tables",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("quarter", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("extracted_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("reviewed_by = '' OR reviewed_by <> made_by", name=op.f("ck_fee_tables_four_eyes")),
        sa.PrimaryKeyConstraint("community", "quarter", "version", name=op.f("pk_fee_tables")),
    )
    op.create_index(
        "uq_fee_tables_approved",
        "fee_tables",
        ["community", "quarter"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_table(
        "liabilities",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=64), nullable=False),
        sa.Column("ledger_account", sa.String(length=64), nullable=False),
        sa.Column("balance", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_liabilities_balance")),
        sa.PrimaryKeyConstraint("community", "account", "book", "ledger_account", name=op.f("pk_liabilities")),
    )
    op.create_table(
        "number_series",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("community", "series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "receipt_books",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first <= next AND next <= last + 1", name=op.f("ck_receipt_books_next")),
        sa.PrimaryKeyConstraint("community", "code", name=op.f("pk_receipt_books")),
    )
    op.create_table(
        "seal_register",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("copies", sa.SmallInteger(), nullable=False),
        sa.Column("notice", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("approved_role", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("copies >= 1", name=op.f("ck_seal_register_copies")),
        sa.PrimaryKeyConstraint("community", "number", name=op.f("pk_seal_register")),
        sa.UniqueConstraint("community", "notice", name=op.f("uq_seal_register_community_notice")),
    )
    op.create_table(
        "service_gatherings",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service_fee", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("agency", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("collected", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("bill", sa.String(length=64), server_default="", nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gathered_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("community", "case", name=op.f("pk_service_gatherings")),
    )
    op.create_index(
        op.f("ix_service_gatherings_community_month"), "service_gatherings", ["community", "month"], unique=False
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_role", sa.String(length=64), nullable=False),
        sa.Column("actor_code", sa.String(length=64), nullable=False),
        sa.Column("approved_by", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("source", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["communities.code"], name=op.f("fk_journal_entries_community_communities")
        ),
        sa.ForeignKeyConstraint(
            ["reverses"], ["journal_entries.id"], name=op.f("fk_journal_entries_reverses_journal_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint("community", "id", name=op.f("uq_journal_entries_community_id")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_journal_entries_community_key")),
    )
    op.create_index(
        op.f("ix_journal_entries_community_on_day"), "journal_entries", ["community", "on_day"], unique=False
    )
    op.create_index(
        "uq_journal_entries_reversed",
        "journal_entries",
        ["reverses"],
        unique=True,
        postgresql_where=sa.text("kind = 'reversal'"),
    )
    op.create_index(
        op.f("ix_journal_entries_community_source"), "journal_entries", ["community", "source"], unique=False
    )
    op.create_table(
        "cash_days",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("slip", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cash", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("destination", sa.String(length=64), nullable=False),
        sa.Column("bank_reference", sa.String(length=64), server_default="", nullable=False),
        sa.Column("banked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("received_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("cash >= 0", name=op.f("ck_cash_days_cash")),
        sa.CheckConstraint("received_by <> closed_by", name=op.f("ck_cash_days_two_persons")),
        sa.ForeignKeyConstraint(["entry"], ["journal_entries.id"], name=op.f("fk_cash_days_entry_journal_entries")),
        sa.PrimaryKeyConstraint("community", "slip", name=op.f("pk_cash_days")),
    )
    op.create_index(op.f("ix_cash_days_community_day"), "cash_days", ["community", "day"], unique=False)
    op.create_index(
        "ix_cash_days_unbanked",
        "cash_days",
        ["community", "day"],
        unique=False,
        postgresql_where=sa.text("banked_at IS NULL AND cash > 0"),
    )
    op.create_table(
        "parking_days",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("attendant", sa.String(length=64), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("due", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("received", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("free_passes", sa.Integer(), nullable=False),
        sa.Column("shortage", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("checked_by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("checked_by <> attendant", name=op.f("ck_parking_days_two_persons")),
        sa.CheckConstraint("shortage = due - received", name=op.f("ck_parking_days_shortage")),
        sa.ForeignKeyConstraint(["entry"], ["journal_entries.id"], name=op.f("fk_parking_days_entry_journal_entries")),
        sa.PrimaryKeyConstraint("community", "day", "attendant", name=op.f("pk_parking_days")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_parking_days_community_key")),
    )
    op.create_table(
        "postings",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("ledger_account", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), server_default="", nullable=False),
        sa.Column("bill", sa.String(length=64), server_default="", nullable=False),
        sa.Column("item", sa.String(length=64), server_default="", nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "ledger_account <> 'receivable' OR (bill <> '' AND account <> '')",
            name=op.f("ck_postings_receivable_of_a_bill"),
        ),
        sa.CheckConstraint(
            "ledger_account NOT IN ('prepayment', 'deposit') OR account <> ''",
            name=op.f("ck_postings_liability_to_an_account"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_postings_amount")),
        sa.ForeignKeyConstraint(
            ["community", "entry"],
            ["journal_entries.community", "journal_entries.id"],
            name=op.f("fk_postings_community_journal_entries"),
        ),
        sa.PrimaryKeyConstraint("entry", "line", name=op.f("pk_postings")),
    )
    op.create_index(
        op.f("ix_postings_community_account_ledger_account"),
        "postings",
        ["community", "account", "ledger_account"],
        unique=False,
    )
    op.create_index(op.f("ix_postings_community_bill"), "postings", ["community", "bill"], unique=False)
    op.create_index(
        op.f("ix_postings_community_ledger_account_on_day"),
        "postings",
        ["community", "ledger_account", "on_day"],
        unique=False,
    )
    op.create_table(
        "money_requests",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_role", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_money_requests_amount")),
        sa.CheckConstraint("asked_by <> ''", name=op.f("ck_money_requests_asked_by_a_person")),
        sa.PrimaryKeyConstraint("community", "number", name=op.f("pk_money_requests")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_money_requests_community_key")),
    )
    op.create_index(
        "ix_money_requests_waiting",
        "money_requests",
        ["community", "number"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "money_signatures",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("post", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("staff <> '' AND staff <> asked_by", name=op.f("ck_money_signatures_another_person")),
        sa.ForeignKeyConstraint(
            ["community", "request"],
            ["money_requests.community", "money_requests.number"],
            name=op.f("fk_money_signatures_community_money_requests"),
        ),
        sa.PrimaryKeyConstraint("community", "request", "post", name=op.f("pk_money_signatures")),
        sa.UniqueConstraint("community", "request", "staff", name=op.f("uq_money_signatures_community_request_staff")),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slip", sa.String(length=64), server_default="", nullable=False),
        sa.CheckConstraint("slip = '' OR closed_at IS NOT NULL", name=op.f("ck_shifts_slip")),
        sa.ForeignKeyConstraint(
            ["community", "staff"], ["staff.community", "staff.code"], name=op.f("fk_shifts_community_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_community_day"), "shifts", ["community", "day"], unique=False)
    op.create_index(
        "uq_shifts_open", "shifts", ["community", "staff"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "fee_terms",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("area", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=4), nullable=False),
        sa.Column("late_fee_clause", sa.Boolean(), nullable=False),
        sa.Column("late_fee_daily", sa.Numeric(precision=8, scale=6), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("approved_by", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("area > 0 AND price >= 0", name=op.f("ck_fee_terms_area_and_price")),
        sa.ForeignKeyConstraint(
            ["community", "unit"], ["units.community", "units.code"], name=op.f("fk_fee_terms_community_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_terms")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_fee_terms_community_key")),
    )
    op.create_index(
        op.f("ix_fee_terms_community_unit_since"), "fee_terms", ["community", "unit", "since"], unique=False
    )
    op.create_table(
        "payments",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), server_default="", nullable=False),
        sa.Column("transaction", sa.String(length=64), server_default="", nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("designated", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("cashier", sa.String(length=64), server_default="", nullable=False),
        sa.Column("shift", sa.BigInteger(), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversal", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["entry"], ["journal_entries.id"], name=op.f("fk_payments_entry_journal_entries")),
        sa.ForeignKeyConstraint(
            ["reversal"], ["journal_entries.id"], name=op.f("fk_payments_reversal_journal_entries")
        ),
        sa.ForeignKeyConstraint(["shift"], ["shifts.id"], name=op.f("fk_payments_shift_shifts")),
        sa.PrimaryKeyConstraint("community", "number", name=op.f("pk_payments")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_payments_community_key")),
    )
    op.create_index(op.f("ix_payments_community_account"), "payments", ["community", "account"], unique=False)
    op.create_index(op.f("ix_payments_community_on_day"), "payments", ["community", "on_day"], unique=False)
    op.create_index(
        "uq_payments_transaction",
        "payments",
        ["community", "provider", "transaction"],
        unique=True,
        postgresql_where=sa.text("transaction <> ''"),
    )
    op.create_table(
        "shift_counts",
        sa.Column("shift", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("booked", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("counted", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("variance", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("counted_by", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("approved_by <> counted_by", name=op.f("ck_shift_counts_two_persons")),
        sa.CheckConstraint("variance = counted - booked", name=op.f("ck_shift_counts_variance")),
        sa.ForeignKeyConstraint(["entry"], ["journal_entries.id"], name=op.f("fk_shift_counts_entry_journal_entries")),
        sa.ForeignKeyConstraint(["shift"], ["shifts.id"], name=op.f("fk_shift_counts_shift_shifts")),
        sa.PrimaryKeyConstraint("shift", "method", name=op.f("pk_shift_counts")),
    )
    op.create_table(
        "unit_facts",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("account", sa.String(length=64), server_default="", nullable=False),
        sa.Column("cancels", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_role", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("confirmed_by = '' OR confirmed_by <> entered_by", name=op.f("ck_unit_facts_two_persons")),
        sa.ForeignKeyConstraint(
            ["community", "unit"], ["units.community", "units.code"], name=op.f("fk_unit_facts_community_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_facts")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_unit_facts_community_key")),
    )
    op.create_index(op.f("ix_unit_facts_community_unit_day"), "unit_facts", ["community", "unit", "day"], unique=False)
    op.create_table(
        "fee_accounts",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("household", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "household"],
            ["households.community", "households.id"],
            name=op.f("fk_fee_accounts_community_households"),
        ),
        sa.ForeignKeyConstraint(
            ["community", "unit"], ["units.community", "units.code"], name=op.f("fk_fee_accounts_community_units")
        ),
        sa.PrimaryKeyConstraint("community", "code", name=op.f("pk_fee_accounts")),
        sa.UniqueConstraint(
            "community", "unit", "since", "code", name=op.f("uq_fee_accounts_community_unit_since_code")
        ),
    )
    op.create_index(
        op.f("ix_fee_accounts_community_household"), "fee_accounts", ["community", "household"], unique=False
    )
    op.create_table(
        "receipts",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.String(length=64), nullable=False),
        sa.Column("payment", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("approved_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("red_of", sa.Integer(), nullable=True),
        sa.Column("lost_copy_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("voided_by = '' OR approved_by <> voided_by", name=op.f("ck_receipts_two_persons")),
        sa.ForeignKeyConstraint(
            ["community", "book"],
            ["receipt_books.community", "receipt_books.code"],
            name=op.f("fk_receipts_community_receipt_books"),
        ),
        sa.ForeignKeyConstraint(
            ["community", "payment"],
            ["payments.community", "payments.number"],
            name=op.f("fk_receipts_community_payments"),
        ),
        sa.PrimaryKeyConstraint("community", "number", name=op.f("pk_receipts")),
    )
    op.create_index(
        "uq_receipts_payment",
        "receipts",
        ["community", "payment"],
        unique=True,
        postgresql_where=sa.text("state = 'issued'"),
    )
    op.create_table(
        "adjustments",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("recomputed", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("billed", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("approved_by", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("billed_in", sa.String(length=64), server_default="", nullable=False),
        sa.Column("credits", sa.String(length=64), server_default="", nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_adjustments_amount")),
        sa.ForeignKeyConstraint(
            ["community", "account"],
            ["fee_accounts.community", "fee_accounts.code"],
            name=op.f("fk_adjustments_community_fee_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_adjustments_community_key")),
    )
    op.create_index(
        "ix_adjustments_waiting",
        "adjustments",
        ["community", "account"],
        unique=False,
        postgresql_where=sa.text("billed_in = '' AND credits = ''"),
    )
    op.create_table(
        "arrears_openings",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community", "account"],
            ["fee_accounts.community", "fee_accounts.code"],
            name=op.f("fk_arrears_openings_community_fee_accounts"),
        ),
        sa.PrimaryKeyConstraint("community", "account", "ordinal", name=op.f("pk_arrears_openings")),
        sa.UniqueConstraint("community", "case", name=op.f("uq_arrears_openings_community_case")),
    )
    op.create_index(
        "uq_arrears_open",
        "arrears_openings",
        ["community", "account"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "bills",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("steward_area", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("principal", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("open_principal", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("late_fee_paid", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("late_fee_waived", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("disputed", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("late_fee_clause", sa.Boolean(), nullable=False),
        sa.Column("late_fee_daily", sa.Numeric(precision=8, scale=6), nullable=True),
        sa.CheckConstraint("disputed >= 0", name=op.f("ck_bills_disputed")),
        sa.CheckConstraint("late_fee_paid >= 0 AND late_fee_waived >= 0", name=op.f("ck_bills_late_fee")),
        sa.CheckConstraint("open_principal BETWEEN 0 AND principal", name=op.f("ck_bills_open_principal")),
        sa.CheckConstraint("principal > 0", name=op.f("ck_bills_principal")),
        sa.ForeignKeyConstraint(
            ["community", "account"],
            ["fee_accounts.community", "fee_accounts.code"],
            name=op.f("fk_bills_community_fee_accounts"),
        ),
        sa.PrimaryKeyConstraint("community", "number", name=op.f("pk_bills")),
    )
    op.create_index(op.f("ix_bills_community_account"), "bills", ["community", "account"], unique=False)
    op.create_index(op.f("ix_bills_community_period_item"), "bills", ["community", "period", "item"], unique=False)
    op.create_index(
        "ix_bills_open", "bills", ["community", "due_on"], unique=False, postgresql_where=sa.text("open_principal > 0")
    )
    op.create_table(
        "fee_notices",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("steward_area", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("principal", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("late_fee", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("seal", sa.String(length=64), server_default="", nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("delivered_how", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "account"],
            ["fee_accounts.community", "fee_accounts.code"],
            name=op.f("fk_fee_notices_community_fee_accounts"),
        ),
        sa.PrimaryKeyConstraint("community", "number", name=op.f("pk_fee_notices")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_fee_notices_community_key")),
    )
    op.create_index(op.f("ix_fee_notices_community_account"), "fee_notices", ["community", "account"], unique=False)
    op.create_index(op.f("ix_fee_notices_community_case"), "fee_notices", ["community", "case"], unique=False)
    op.create_index(
        "ix_fee_notices_unsent",
        "fee_notices",
        ["community", "steward_area"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "charge_lines",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("bill", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("monthly", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("factor", sa.Numeric(precision=8, scale=6), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "bill"], ["bills.community", "bills.number"], name=op.f("fk_charge_lines_community_bills")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_lines")),
    )
    op.create_index(
        op.f("ix_charge_lines_community_account_period"),
        "charge_lines",
        ["community", "account", "period"],
        unique=False,
    )
    op.create_index(op.f("ix_charge_lines_community_bill"), "charge_lines", ["community", "bill"], unique=False)
    op.create_table(
        "late_fee_waivers",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("bill", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waived_role", sa.String(length=64), nullable=False),
        sa.Column("waived_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_late_fee_waivers_amount")),
        sa.ForeignKeyConstraint(
            ["community", "bill"], ["bills.community", "bills.number"], name=op.f("fk_late_fee_waivers_community_bills")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_fee_waivers")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_late_fee_waivers_community_key")),
    )
