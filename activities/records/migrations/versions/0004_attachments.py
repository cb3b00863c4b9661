"""Photographs and signatures: what is stored where."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
