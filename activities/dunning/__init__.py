"""Dunning 催缴: who is listed, the sheets of notices, seals, deliveries and disputes (S4 4.2.1.8–11)."""
