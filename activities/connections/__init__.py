"""Connections to PostgreSQL and Temporal, the settings that name them and the keys that protect them."""
