"""What a bill's principal consists of 账单本金: what was billed, less what was credited or taken over by another payer.

Everything else that is posted to a bill pays it, or takes that back. Said once, for Python and for SQL.
"""

from typing import Final

from workflows.messages.ledger import EntryKind

LOWERS_PRINCIPAL: Final = (EntryKind.CREDIT, EntryKind.TRANSFER_OF_DEBT)
MAKES_PRINCIPAL: Final = (EntryKind.BILLING, *LOWERS_PRINCIPAL)


def in_sql(kinds: tuple[EntryKind, ...]) -> str:
    """The kinds as what follows ``IN`` in a statement."""
    return f"({', '.join(repr(kind.value) for kind in kinds)})"
