"""Lengths of time as the business counts them: hours run on, days and working days end at 24:00."""

import re
from datetime import timedelta
from typing import Any, Final, Self

from pydantic import model_serializer, model_validator

from workflows.messages.message import Message

_SPELLING: Final = re.compile(
    r"P(?:(?P<months>\d+)M)?(?:(?P<working_days>\d+)B)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)


class Period(Message):
    """A length of time 期限, spelled as in ISO 8601: ``PT5M``, ``P3D``, ``P1M``; ``P3B`` is three working days.

    A period is of one family only: months, working days, calendar days, or hours with minutes. The
    families differ in how their end is found (``workflows/rules/time_limits.py``); ``P1D`` is not ``PT24H``.
    """

    months: int = 0
    working_days: int = 0
    days: int | None = None
    hours: int = 0
    minutes: int = 0

    @model_validator(mode="before")
    @classmethod
    def _from_spelling(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = _SPELLING.fullmatch(value.strip().upper())
        parts = {name: int(count) for name, count in (match.groupdict() if match else {}).items() if count is not None}
        if not parts:
            raise ValueError("期限应写成 PT5M(5分钟)、PT24H(24小时)、P3D(3日)、P3B(3个工作日)或 P1M(1个月)")
        families = {"hours" if name == "minutes" else name for name in parts}
        if len(families) > 1:
            raise ValueError("期限只能用一种单位:月、工作日、日,或小时与分钟")
        return parts

    @model_serializer
    def _as_spelling(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """The spelling that makes an equal period."""
        if self.months:
            return f"P{self.months}M"
        if self.working_days:
            return f"P{self.working_days}B"
        if self.days is not None:
            return f"P{self.days}D"
        return (
            "PT"
            + (f"{self.hours}H" if self.hours else "")
            + (f"{self.minutes}M" if self.minutes or not self.hours else "")
        )

    @classmethod
    def parse(cls, spelling: str) -> Self:
        """Return the period of a spelling; raises ``pydantic.ValidationError`` for any other text."""
        return cls.model_validate(spelling)

    @property
    def label(self) -> str:
        """How people say it, such as 「5分钟」 or 「3个工作日」."""
        if self.months:
            return f"{self.months}个月"
        if self.working_days:
            return f"{self.working_days}个工作日"
        if self.days is not None:
            return f"{self.days}日" if self.days else "当日"
        return (f"{self.hours}小时" if self.hours else "") + (
            f"{self.minutes}分钟" if self.minutes or not self.hours else ""
        )

    def as_timedelta(self) -> timedelta:
        """The length of a period of hours and minutes; the other families have no fixed length.

        Raises ``ValueError`` for them.
        """
        if self.months or self.working_days or self.days is not None:
            raise ValueError(f"{self} 不是小时或分钟")
        return timedelta(hours=self.hours, minutes=self.minutes)
