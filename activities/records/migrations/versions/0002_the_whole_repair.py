"""What repairs, special services and revisits fill in besides; posted prices; leave."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the new tables and columns; nothing is taken away."""
    op.create_table(
        "charges",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("confirmed", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("billed", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("billable", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("service_fee", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("agency", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("collected", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_charges_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_charges")),
    )
    op.create_index(op.f("ix_charges_community_booked_at"), "charges", ["community", "booked_at"], unique=False)
    op.create_table(
        "price_items",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("agency", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_price_items_unit_price")),
        sa.ForeignKeyConstraint(["community"], ["communities.code"], name=op.f("fk_price_items_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_items")),
        sa.UniqueConstraint("community", "code", "since", name=op.f("uq_price_items_community_code_since")),
    )
    op.create_table(
        "quotes",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("off_list", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_quotes_number")),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_quotes_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_quotes")),
    )
    op.create_table(
        "revisit_attempts",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_revisit_attempts_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_revisit_attempts")),
    )
    op.create_table(
        "revisit_matters",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("linked_case", sa.String(length=64), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_revisit_matters_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_revisit_matters")),
    )
    op.create_table(
        "revisit_records",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("visitor_role", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved", sa.String(length=64), nullable=False),
        sa.Column("satisfaction", sa.String(length=64), nullable=False),
        sa.Column("suggestions", sa.LargeBinary(), nullable=True),
        sa.Column("handled", sa.LargeBinary(), nullable=True),
        sa.Column("signed_as", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("second_signer", sa.String(length=64), nullable=False),
        sa.Column("refusal_reason", sa.LargeBinary(), nullable=True),
        sa.Column("next_date", sa.Date(), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_revisit_records_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", "round", name=op.f("pk_revisit_records")),
    )
    op.create_table(
        "revisit_tasks",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("original_kind", sa.String(length=64), nullable=False),
        sa.Column("original_round", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mandatory", sa.String(length=64), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("visitor_role", sa.String(length=64), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.Column("exempt_ground", sa.String(length=64), nullable=False),
        sa.Column("opinion", sa.LargeBinary(), nullable=True),
        sa.Column("opinion_by", sa.String(length=64), nullable=False),
        sa.Column("opinion_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_revisit_tasks_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_revisit_tasks")),
    )
    op.create_index(
        op.f("ix_revisit_tasks_community_original"), "revisit_tasks", ["community", "original"], unique=False
    )
    op.create_table(
        "service_records",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=True),
        sa.Column("appointment_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("performer", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("work_done", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.LargeBinary(), nullable=True),
        sa.Column("receipts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reworks", sa.Integer(), nullable=False),
        sa.Column("closed_as", sa.String(length=64), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("revisit", sa.String(length=64), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_service_records_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_service_records")),
    )
    op.create_table(
        "suspensions",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_suspensions_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_suspensions")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community", "staff"], ["staff.community", "staff.code"], name=op.f("fk_absences_community_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("community", "staff", "since", name=op.f("uq_absences_community_staff_since")),
    )
    op.add_column("cases", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_open", "cases", ["community", "assignee"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index(
        "ix_case_lines_completed",
        "case_lines",
        ["community", "at"],
        unique=False,
        postgresql_where=sa.text("event = 'completed'"),
    )
    op.add_column("cases", sa.Column("attachments", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("repair_records", sa.Column("inside", sa.Boolean(), nullable=True))
    op.add_column("repair_records", sa.Column("port", sa.String(length=64), server_default="", nullable=False))
    op.add_column("repair_records", sa.Column("in_warranty", sa.Boolean(), nullable=True))
    op.add_column("repair_records", sa.Column("warranty_until", sa.Date(), nullable=True))
    op.add_column("repair_records", sa.Column("backfilled", sa.Boolean(), server_default="false", nullable=False))
    op.add_column(
        "repair_records", sa.Column("second_technician", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column("repair_records", sa.Column("wrong_trades", sa.Integer(), server_default="0", nullable=False))
    op.add_column("repair_records", sa.Column("no_shows", sa.Integer(), server_default="0", nullable=False))
    op.add_column("repair_records", sa.Column("unanswered_calls", sa.Integer(), server_default="0", nullable=False))
    op.add_column("repair_records", sa.Column("same_faults", sa.Integer(), server_default="1", nullable=False))
    op.add_column("repair_records", sa.Column("hot_issue", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("repair_records", sa.Column("merged_into", sa.String(length=64), server_default="", nullable=False))
    op.add_column("repair_records", sa.Column("closed_as", sa.String(length=64), server_default="", nullable=False))
    op.add_column("repair_records", sa.Column("rating", sa.Integer(), nullable=True))
    op.add_column(
        "repair_records", sa.Column("verified_signature", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column("repair_records", sa.Column("revisit", sa.String(length=64), server_default="", nullable=False))
    op.add_column("repair_records", sa.Column("net_seconds", sa.Integer(), nullable=True))
    op.add_column("work_orders", sa.Column("photos", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("work_orders", sa.Column("signature", sa.String(length=64), server_default="", nullable=False))
