"""Whether a finished matter is revisited: counters, items, absences."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
