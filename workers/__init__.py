"""Which worker runs what on which queue, and how it stops."""
