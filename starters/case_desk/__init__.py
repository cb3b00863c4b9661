"""What every way in shares 受理台: starting cases, acting on them, passing replies on, and what became of it."""
