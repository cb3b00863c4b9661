"""What a movement of the ledger debits and credits 分录 (§8 Money, §9; ``docs/domain/fees.md``).

Each movement is one pure function that returns its legs; they sum to zero. Debit is positive and credit negative, CNY.
"""

from typing import NamedTuple

from workflows.messages.ledger import FeeItem, LedgerAccount
from workflows.messages.money import Amount


class Leg(NamedTuple):
    """One side of an entry. ``account`` is the payer's and ``bill`` what it is for, "" where neither applies."""

    ledger_account: LedgerAccount
    amount: Amount
    account: str = ""
    bill: str = ""
    item: FeeItem | None = None
