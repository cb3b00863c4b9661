"""How often one may ask 限流: per token, and per address for those who present no valid one."""

import math
import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from starters.intake_api.problems import ProblemError

FAILED_LOGINS_PER_MINUTE: Final = 30


class RateLimits:
    """Counted in this process: several processes allow as many times more."""

    def __init__(self, requests_per_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._failures = RateLimitItemPerMinute(FAILED_LOGINS_PER_MINUTE)

    def count_request(self, token_digest: str) -> None:
        """Count a request of a token; raises ``ProblemError`` ``too_many_requests``."""
        self._count(self._requests, "token", token_digest, "too_many_requests")

    def count_failed_login(self, address: str) -> None:
        """Count a token that was refused; raises ``ProblemError`` ``too_many_failed_logins``."""
        self._count(self._failures, "address", address, "too_many_failed_logins")

    def _count(self, item: RateLimitItemPerMinute, of: str, whom: str, code: str) -> None:
        if not self._limiter.hit(item, of, whom):
            resets_at = self._limiter.get_window_stats(item, of, whom).reset_time
            raise ProblemError(code, retry_after=max(1, math.ceil(resets_at - time.time())))
