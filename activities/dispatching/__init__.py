"""Choosing who takes the next job, under a lock."""
