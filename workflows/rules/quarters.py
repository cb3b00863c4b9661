"""Quarters 季度, the periods of the management fee (S4 4.2.1; ``docs/domain/fees.md``)."""

import re
from calendar import monthrange
from datetime import date
from typing import Final, NamedTuple

_CODE: Final = re.compile(r"(?P<year>[1-9]\d{3})Q(?P<number>[1-4])", re.ASCII)
_NUMBERS: Final = "一二三四"


class Quarter(NamedTuple):
    """One quarter of a calendar year; ``number`` is 1 to 4. Quarters sort by time."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter that the day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, code: str) -> "Quarter":
        """Return the quarter of a code such as ``2026Q2``; raises ``ValueError`` (zh-CN) for any other text."""
        match = _CODE.fullmatch(code)
        if match is None:
            raise ValueError("季度应写成 2026Q2 的样子:四位年份、字母 Q、1 至 4")
        return cls(int(match["year"]), int(match["number"]))

    @property
    def first_day(self) -> date:
        """The first day of its first month."""
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last_day(self) -> date:
        """The last day of its last month."""
        month = self.number * 3
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def months(self) -> tuple[date, date, date]:
        """The first days of its three months."""
        month = self.number * 3
        return date(self.year, month - 2, 1), date(self.year, month - 1, 1), date(self.year, month, 1)

    @property
    def code(self) -> str:
        """How machines write it, such as ``2026Q2``; codes sort by time."""
        return f"{self.year}Q{self.number}"

    @property
    def label(self) -> str:
        """How people say it, such as 「2026年第二季度」."""
        return f"{self.year}年第{_NUMBERS[self.number - 1]}季度"

    @property
    def next(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before it."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)
