"""How many wrong tokens an address may present 错令牌限次: one rule for the intake API and the codec server."""

import math
import time
from ipaddress import IPv6Address, ip_address
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

_ONE_CUSTOMERS_BITS: Final = 64
"""A provider gives each customer so much of IPv6 at least: whoever changes his address inside it is still the same."""


class WrongTokens:
    """Counted in this process: several processes allow as many times more.

    A right token is let in even from an address that has used up its guesses: an office or a proxy has one address
    for many people, and one of them must not lock the others out. What protects a token is its 256 random bits; this
    keeps guessing from costing us more than an answer, and makes it show.
    """

    def __init__(self, per_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._per_minute = RateLimitItemPerMinute(per_minute)

    def count(self, address: str) -> int:
        """Count one, and return for how many seconds the address has to stop; 0 while it is within the limit."""
        whom = _whose(address)
        if self._limiter.hit(self._per_minute, whom):
            return 0
        resets_at = self._limiter.get_window_stats(self._per_minute, whom).reset_time
        return max(1, math.ceil(resets_at - time.time()))


def _whose(address: str) -> str:
    """The address, or of IPv6 the network that one customer has."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a socket without one, or a proxy that names its clients otherwise
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> (128 - _ONE_CUSTOMERS_BITS):x}::/{_ONE_CUSTOMERS_BITS}"
