"""The working-day calendar as data, so that a calendar corrected later never moves a promise already made."""

from datetime import date

from workflows.messages.message import Message


class WorkingCalendar(Message):
    """Working days 工作日 of the years that a case can reach (``docs/domain/time.md``, C5).

    ``days_off`` are weekdays that are holidays; ``make_up_days`` are weekend days that are worked.
    A year outside ``years`` falls back to Monday–Friday and is reported as 日历未加载.
    """

    tz: str = "Asia/Shanghai"
    years: tuple[int, ...] = ()
    days_off: tuple[date, ...] = ()
    make_up_days: tuple[date, ...] = ()
