"""Time from order to completion 工时: gross, and net of suspensions (S4 二.4; RPR-18)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from workflows.messages.records import Suspension


def net_seconds(ordered_at: datetime, completed_at: datetime, suspensions: Iterable[Suspension]) -> int:
    """Return whole seconds from order to completion without the suspensions that lie between; never negative.

    A suspension that has not ended counts up to the completion. Suspensions of one case never overlap.
    """
    gross = completed_at - ordered_at
    stood_still = sum((_within(one, ordered_at, completed_at) for one in suspensions), timedelta())
    return max(0, int((gross - stood_still).total_seconds()))


def _within(suspension: Suspension, since: datetime, until: datetime) -> timedelta:
    begun = max(suspension.suspended_at, since)
    ended = min(suspension.resumed_at or until, until)
    return max(ended - begun, timedelta())
