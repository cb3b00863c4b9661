"""Who said whose a fee account is, where facts and roster leave a doubt."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new; nothing is taken away."""
    op.add_column("fee_accounts", sa.Column("named_by", sa.String(length=64), server_default="", nullable=False))
    op.add_column("fee_accounts", sa.Column("named_at", sa.DateTime(timezone=True), nullable=True))
