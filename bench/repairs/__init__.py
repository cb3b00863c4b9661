"""Repairs 报修 against a bare reference: ``python -m bench.repairs`` (``docs/decisions/0030-the-bare-repair.md``)."""
