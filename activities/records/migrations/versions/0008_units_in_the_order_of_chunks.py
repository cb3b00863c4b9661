"""Units in the order in which a quarter's chunks read them: by the bytes of their codes."""

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CHUNKED = {"fee_accounts": ("since", "code"), "fee_terms": ("since", "id"), "unit_facts": ("id",)}


def upgrade() -> None:
    """Add an index for each table that a chunk streams."""
    for table, following in _CHUNKED.items():
        op.create_index(f"ix_{table}_chunked", table, ["community", text('(unit COLLATE "C")'), *following])


def downgrade() -> None:
    """Take the indexes away."""
    for table in _CHUNKED:
        op.drop_index(f"ix_{table}_chunked", table)
