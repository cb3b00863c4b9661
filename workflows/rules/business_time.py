"""Business time 业务时间: the one function by which a process knows what time it is.

A case's business time starts at the instant at which the system took its message over and runs on as its
workflow's time does (``docs/decisions/0003-business-time.md``). So a case entered late keeps its true times,
and tests play the dates of the past and the future on the real server.
"""

from datetime import datetime
from zoneinfo import ZoneInfo


def business_now(received_at: datetime, started_at: datetime, workflow_now: datetime) -> datetime:
    """Return the business instant: ``received_at`` plus the workflow time elapsed since ``started_at``.

    All three are aware; the result is in the zone of ``received_at``. ``started_at`` is the workflow time at
    which the first run of the case started, carried over continue-as-new.
    """
    return received_at + (workflow_now - started_at)


def local(instant: datetime, tz: str) -> datetime:
    """Return the same instant on the community's clock, such as Asia/Shanghai."""
    return instant.astimezone(ZoneInfo(tz))


def spoken(instant: datetime | None) -> str:
    """An instant as texts say it, on the clock that it carries; "" for none."""
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M}"
