"""The bare references that benches are measured against: the same result with nothing around it."""
