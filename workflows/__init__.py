"""Durable processes of the customer service centre: deterministic, no I/O, no clock of their own."""
