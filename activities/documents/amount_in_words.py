"""大写金额: an amount of money in the characters that nobody can alter (S4 4.2.1.7; own), CNY."""

from decimal import Decimal
from typing import Final

import cn2an

_MOST: Final = Decimal("999999999999.99")
"""What an amount of the ledger (14 digits, two of them 分) can be."""
_CENT: Final = Decimal("0.01")


def amount_in_words(amount: Decimal) -> str:
    """Return the amount as it is written on a receipt: 751.80 is 「柒佰伍拾壹元捌角」, 1000.00 「壹仟元整」.

    Raises ``ValueError`` (zh-CN) for a negative amount, for more than two decimals and beyond 999,999,999,999.99: the
    library would cut a third decimal off without a word.
    """
    if not amount.is_finite() or amount < 0 or amount > _MOST:
        raise ValueError("大写金额须在0与999999999999.99之间")
    cents = amount.quantize(_CENT)
    if cents != amount:
        raise ValueError("金额最多两位小数")
    return str(cn2an.an2cn(f"{abs(cents):f}", "rmb"))
