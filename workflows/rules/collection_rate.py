"""Collection rate 收缴率 (S4 4.2.1, 4.4, 4.8; §9.8, §9.10; ``docs/domain/fees.md``).

The rate is principal received for a period over principal due for it; late fee, deposits and agency money are in
neither. A target is compared with the exact rate, never with the rounded one that is shown.
"""

from decimal import Decimal
from typing import Final

from workflows.rules.amounts import to_cents

NOTHING_DUE: Final = "无应收"
"""What is shown where nothing was due, because there is no rate of nothing."""


def rate(received: Decimal, due: Decimal) -> Decimal | None:
    """Return received over due, not rounded; None where nothing was due. Both CNY."""
    return received / due if due else None


def meets(received: Decimal, due: Decimal, target: Decimal) -> bool:
    """Whether the target (0.95 for 95 %) is met, compared without rounding; where nothing was due nothing is missed."""
    return received >= due * target


def percent(received: Decimal, due: Decimal) -> str:
    """Return the rate as reports show it, such as ``95.10 %`` (CYC-06), or :data:`NOTHING_DUE`."""
    return f"{to_cents(received * 100 / due)} %" if due else NOTHING_DUE
