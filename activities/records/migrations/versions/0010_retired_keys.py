"""Keys that are retired: PostgreSQL refuses whatever a process would still seal under one."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SEALED = {
    "arrears_reasons": ("note",),
    "case_lines": ("reason",),
    "cases": ("reporter_name", "reporter_phone", "reporter_mail", "description"),
    "contacts": ("name", "phone", "mail"),
    "fee_table_rows": ("reason",),
    "fee_tables": ("reason",),
    "fee_terms": ("reason",),
    "journal_entries": ("reason",),
    "late_fee_waivers": ("reason",),
    "late_messages": ("text", "sender_phone"),
    "money_requests": ("reason",),
    "money_signatures": ("note",),
    "notifications": ("subject", "body", "provider_word"),
    "quotes": ("lines", "reason"),
    "receipts": ("reason",),
    "repair_records": ("place",),
    "revisit_attempts": ("note",),
    "revisit_matters": ("text", "answer"),
    "revisit_records": ("suggestions", "handled", "refusal_reason"),
    "revisit_tasks": ("opinion",),
    "service_records": ("item", "work_done", "signed_by"),
    "shift_counts": ("reason",),
    "staff": ("name", "phone", "mail"),
    "suspensions": ("reason",),
    "unit_facts": ("evidence",),
    "work_orders": ("reason", "work_done", "materials"),
}
"""Every sealed column, by table."""

# The lock is kept until the writer's transaction ends. So whoever retires a key, and takes the table for itself first,
# knows that what was written under it is committed, and that whoever writes later sees it as retired: the second
# statement has a snapshot of its own, taken after the lock.
_FUNCTION = """
CREATE FUNCTION refuse_retired_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed text;
BEGIN
    LOCK TABLE retired_keys IN ACCESS SHARE MODE;
    IF NOT EXISTS (SELECT FROM retired_keys) THEN
        RETURN NEW;
    END IF;
    FOREACH sealed IN ARRAY TG_ARGV LOOP
        IF EXISTS (SELECT FROM retired_keys WHERE id = sealed_under((to_jsonb(NEW) ->> sealed)::bytea)) THEN
            RAISE EXCEPTION '%.% is sealed under a retired key: start the process anew', TG_TABLE_NAME, sealed
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'retired_key';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
"""

_SEALED_UNDER = """
CREATE FUNCTION sealed_under(sealed bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN convert_from(substring(sealed FROM 2 FOR get_byte(sealed, 0)), 'UTF8');
"""


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
    op.create_table(
        "retired_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_keys")),
    )
    op.execute(_SEALED_UNDER)
    op.execute(_FUNCTION)
    for table, columns in _SEALED.items():
        filled = " OR ".join(f"NEW.{column} IS NOT NULL" for column in columns)
        names = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER known_keys BEFORE INSERT OR UPDATE OF {', '.join(columns)} ON {table} "
            f"FOR EACH ROW WHEN ({filled}) EXECUTE FUNCTION refuse_retired_key({names})"
        )
