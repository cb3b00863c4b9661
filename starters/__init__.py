"""Everything that starts, signals or asks."""
