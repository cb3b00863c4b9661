"""How often one may ask 限流: per token, and per address for those who present no valid one."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from starters.intake_api.problems import ProblemError
from starters.wrong_tokens import WrongTokens


class RateLimits:
    """Counted in this process: several processes allow as many times more."""

    def __init__(self, requests_per_minute: int, wrong_tokens_per_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._wrong_tokens = WrongTokens(wrong_tokens_per_minute)

    def count_request(self, token_digest: str) -> None:
        """Count a request of a token; raises ``ProblemError`` ``too_many_requests``."""
        if not self._limiter.hit(self._requests, token_digest):
            resets_at = self._limiter.get_window_stats(self._requests, token_digest).reset_time
            raise ProblemError("too_many_requests", retry_after=max(1, math.ceil(resets_at - time.time())))

    def count_failed_login(self, address: str) -> None:
        """Count a token or a signature that was refused; raises ``ProblemError`` ``too_many_failed_logins``."""
        if wait := self._wrong_tokens.count(address):
            raise ProblemError("too_many_failed_logins", retry_after=wait)
