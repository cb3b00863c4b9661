"""Each finished matter's place in the sequence of its revisits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
    op.create_table(
        "revisit_items",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("cohort", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("selected", sa.Boolean(), nullable=False),
        sa.Column("counting", sa.Boolean(), nullable=False),
        sa.Column("in_base", sa.Boolean(), nullable=False),
        sa.Column("mandatory", sa.String(length=64), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("onsite_first", sa.Boolean(), nullable=False),
        sa.Column("onsite_always", sa.Boolean(), nullable=False),
        sa.Column("visitor_role", sa.String(length=64), nullable=False),
        sa.Column("revisit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["communities.code"], name=op.f("fk_revisit_items_community_communities")
        ),
        sa.PrimaryKeyConstraint("case", "round", name=op.f("pk_revisit_items")),
        sa.UniqueConstraint(
            "community", "rule", "cohort", "position", name=op.f("uq_revisit_items_community_rule_cohort_position")
        ),
    )
