"""Printed forms: numbers and reprints."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
    op.create_table(
        "printed_documents",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_role", sa.String(length=64), nullable=False),
        sa.Column("printed_by", sa.String(length=64), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("copy >= 0", name=op.f("ck_printed_documents_copy")),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_printed_documents_serial")),
        sa.ForeignKeyConstraint(
            ["community", "case"],
            ["cases.community", "cases.number"],
            name=op.f("fk_printed_documents_community_cases"),
        ),
        sa.PrimaryKeyConstraint("community", "form", "year", "serial", name=op.f("pk_printed_documents")),
        sa.UniqueConstraint(
            "community", "case", "form", "copy", name=op.f("uq_printed_documents_community_case_form_copy")
        ),
    )
