"""Amounts 金额: CNY with two places, rounded half up (§9.2; ``docs/domain/fees.md``). No float ever touches them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

ZERO: Final = Decimal("0.00")
"""No money, CNY."""
CENT: Final = Decimal("0.01")
"""The smallest amount 分, CNY."""


def to_cents(amount: Decimal) -> Decimal:
    """Return the amount in CNY with two places, a half cent up (away from zero)."""
    return amount.quantize(CENT, ROUND_HALF_UP)
