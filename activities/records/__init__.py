"""What happened and what the company configured, in PostgreSQL."""
