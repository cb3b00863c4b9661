"""Communities, cases and what belongs to them: the first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), server_default="", nullable=False),
        sa.Column("communities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_tokens")),
    )
    op.create_table(
        "calendar_overrides",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_overrides")),
    )
    op.create_table(
        "cases",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("unit_verified", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("reporter_name", sa.LargeBinary(), nullable=True),
        sa.Column("reporter_phone", sa.LargeBinary(), nullable=True),
        sa.Column("reporter_phone_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reporter_mail", sa.LargeBinary(), nullable=True),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("linked", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_role", sa.String(length=64), nullable=False),
        sa.Column("accepted_by", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("state_label", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("level_label", sa.String(length=64), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sa.UniqueConstraint("community", "number", name=op.f("uq_cases_community_number")),
    )
    op.create_index(op.f("ix_cases_community_assignee"), "cases", ["community", "assignee"], unique=False)
    op.create_index(op.f("ix_cases_community_due_at"), "cases", ["community", "due_at"], unique=False)
    op.create_index(
        op.f("ix_cases_community_received_at_number"), "cases", ["community", "received_at", "number"], unique=False
    )
    op.create_index(
        op.f("ix_cases_community_reporter_phone_index"), "cases", ["community", "reporter_phone_index"], unique=False
    )
    op.create_index(op.f("ix_cases_community_state"), "cases", ["community", "state"], unique=False)
    op.create_index(op.f("ix_cases_community_unit"), "cases", ["community", "unit"], unique=False)
    op.create_table(
        "communities",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("preset", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_communities")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(length=64), server_default="", nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("provider_id", sa.Text(), server_default="", nullable=False),
        sa.Column("provider_word", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "case",
            "event",
            "occurrence",
            "recipient",
            "channel",
            name=op.f("uq_notifications_case_event_occurrence_recipient_channel"),
        ),
    )
    op.create_index(
        op.f("ix_notifications_community_staff_read_at"),
        "notifications",
        ["community", "staff", "read_at"],
        unique=False,
    )
    op.create_index(op.f("ix_notifications_provider_id"), "notifications", ["provider_id"], unique=False)
    op.create_table(
        "refusals",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("actor_role", sa.String(length=64), nullable=False),
        sa.Column("actor_code", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
    )
    op.create_table(
        "work_orders",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("technician", sa.String(length=64), nullable=False),
        sa.Column("trade", sa.String(length=64), nullable=False),
        sa.Column("considered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("work_done", sa.LargeBinary(), nullable=True),
        sa.Column("materials", sa.LargeBinary(), nullable=True),
        sa.Column("work_minutes", sa.Integer(), nullable=True),
        sa.Column("last_sequence", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_work_orders_attempt")),
        sa.PrimaryKeyConstraint("case", "attempt", name=op.f("pk_work_orders")),
    )
    op.create_index(
        op.f("ix_work_orders_community_technician_offered_at"),
        "work_orders",
        ["community", "technician", "offered_at"],
        unique=False,
    )
    op.create_index(
        "ix_work_orders_open",
        "work_orders",
        ["community", "technician"],
        unique=False,
        postgresql_where=sa.text("outcome IN ('offered', 'taken')"),
    )
    op.create_table(
        "areas",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.code"], name=op.f("fk_areas_community_communities")),
        sa.PrimaryKeyConstraint("community", "code", name=op.f("pk_areas")),
    )
    op.create_table(
        "case_lines",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.String(length=64), nullable=False),
        sa.Column("actor_code", sa.String(length=64), nullable=False),
        sa.Column("state_before", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_case_lines_sequence")),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_case_lines_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", "sequence", name=op.f("pk_case_lines")),
    )
    op.create_table(
        "late_messages",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_role", sa.String(length=64), nullable=False),
        sa.Column("actor_code", sa.String(length=64), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("sender_phone", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_late_messages_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", "message_id", name=op.f("pk_late_messages")),
    )
    op.create_table(
        "policies",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.code"], name=op.f("fk_policies_community_communities")),
        sa.PrimaryKeyConstraint("community", "version", name=op.f("pk_policies")),
    )
    op.create_table(
        "repair_records",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("trade", sa.String(length=64), nullable=False),
        sa.Column("repair_class", sa.String(length=64), nullable=False),
        sa.Column("hazard", sa.String(length=64), nullable=False),
        sa.Column("appointment_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_how", sa.String(length=64), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "case"], ["cases.community", "cases.number"], name=op.f("fk_repair_records_community_cases")
        ),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_repair_records")),
    )
    op.create_table(
        "staff",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("mail", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.code"], name=op.f("fk_staff_community_communities")),
        sa.PrimaryKeyConstraint("community", "code", name=op.f("pk_staff")),
    )
    op.create_table(
        "duty_shifts",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_duty_shifts_weekday")),
        sa.ForeignKeyConstraint(
            ["community", "staff"], ["staff.community", "staff.code"], name=op.f("fk_duty_shifts_community_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shifts")),
        sa.UniqueConstraint(
            "community",
            "staff",
            "weekday",
            "starts",
            "since",
            name=op.f("uq_duty_shifts_community_staff_weekday_starts_since"),
        ),
    )
    op.create_index(op.f("ix_duty_shifts_community_weekday"), "duty_shifts", ["community", "weekday"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), server_default="", nullable=False),
        sa.Column("deputy", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community", "staff"], ["staff.community", "staff.code"], name=op.f("fk_posts_community_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint(
            "community", "staff", "role", "area", "since", name=op.f("uq_posts_community_staff_role_area_since")
        ),
    )
    op.create_index(op.f("ix_posts_community_role"), "posts", ["community", "role"], unique=False)
    op.create_table(
        "staff_trades",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("trade", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "staff"], ["staff.community", "staff.code"], name=op.f("fk_staff_trades_community_staff")
        ),
        sa.PrimaryKeyConstraint("community", "staff", "trade", name=op.f("pk_staff_trades")),
    )
    op.create_table(
        "units",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("floor_area", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("building_accepted_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community", "area"], ["areas.community", "areas.code"], name=op.f("fk_units_community_areas")
        ),
        sa.PrimaryKeyConstraint("community", "code", name=op.f("pk_units")),
    )
    op.create_table(
        "households",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community", "unit"], ["units.community", "units.code"], name=op.f("fk_households_community_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sa.UniqueConstraint("community", "id", name=op.f("uq_households_community_id")),
        sa.UniqueConstraint("community", "unit", "since", name=op.f("uq_households_community_unit_since")),
    )
    op.create_index(
        "uq_households_current",
        "households",
        ["community", "unit"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("household", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("mail", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=64), server_default="zh_CN", nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "household"],
            ["households.community", "households.id"],
            name=op.f("fk_contacts_community_households"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("household", "position", name=op.f("uq_contacts_household_position")),
    )
    op.create_index(op.f("ix_contacts_community_phone_index"), "contacts", ["community", "phone_index"], unique=False)
