"""The working days of 2026 as the State Council has published them (docs/domain/time.md, C5)."""

from datetime import date, timedelta
from typing import Final

from workflows.messages.calendar import WorkingCalendar


def _days(first: str, last: str) -> list[date]:
    begins, ends = date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}")
    return [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]


_OFF = [
    *_days("01-01", "01-03"), *_days("02-15", "02-23"), *_days("04-04", "04-06"), *_days("05-01", "05-05"),
    *_days("06-19", "06-21"), *_days("09-25", "09-27"), *_days("10-01", "10-07"),
]  # fmt: skip

CALENDAR_OF_2026: Final = WorkingCalendar(
    years=(2025, 2026),
    days_off=tuple(day for day in _OFF if day.weekday() < 5),
    make_up_days=tuple(
        date.fromisoformat(f"2026-{day}") for day in ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
    ),
)
