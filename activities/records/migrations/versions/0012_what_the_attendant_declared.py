"""停车交账: what the attendant declared stays beside what the cashier counted (S4 4.6)."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What waits for its check is what was declared; of what was checked before, that is not known any more."""
    for name, kind in (
        ("declared_tickets", sa.Integer()),
        ("declared_due", sa.Numeric(14, 2)),
        ("declared_received", sa.Numeric(14, 2)),
        ("declared_free_passes", sa.Integer()),
    ):
        op.add_column("parking_days", sa.Column(name, kind))
    op.execute(
        "UPDATE parking_days SET declared_tickets = tickets, declared_due = due, declared_received = received,"
        " declared_free_passes = free_passes WHERE checked_by = ''"
    )
    op.create_check_constraint(
        op.f("ck_parking_days_declared"),
        "parking_days",
        "num_nulls(declared_tickets, declared_due, declared_received, declared_free_passes) IN (0, 4)",
    )
