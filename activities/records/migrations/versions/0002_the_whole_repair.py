"""What a repair, a special service and a revisit fill in besides; posted prices; buildings."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
