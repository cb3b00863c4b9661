"""How values stand on paper 表单用语: local times, amounts with two places, Chinese terms, text that is only text."""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from workflows.rules.business_time import local

_TEXT_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_LONG_WORD: Final = re.compile(r"[^\s\u2e80-\uffef]{25,}")
_BREAK_HERE: Final = "\u200b"
_BREAK_AFTER: Final = 12


def text(value: str) -> str:
    """Free text: no control character, no change of direction, and a word too long for a line may break.

    A line break of the writer's stays; everything else that cannot be seen is left out.
    """
    seen = "".join(_visible(character) for character in value.replace("\r\n", "\n")).strip()
    return _LONG_WORD.sub(lambda word: _breakable(word[0]), seen)


_FULL_WIDTH: Final = str.maketrans({",": "\uff0c", ":": "\uff1a", ";": "\uff1b"})
_HALF_WIDTH: Final = re.compile(r"(?<!\d)[,:]|[,:](?!\d)|;")


def sentence(value: str) -> str:
    """A sentence of a letter, with Chinese punctuation; what groups the digits of an amount or a time stays."""
    return _HALF_WIDTH.sub(lambda mark: mark[0].translate(_FULL_WIDTH), text(value))


def _visible(character: str) -> str:
    if character == "\n":
        return character
    if character in _TEXT_DIRECTION or unicodedata.category(character) in ("Cc", "Cs"):
        return " " if character.isspace() else ""
    return character


def _breakable(word: str) -> str:
    return _BREAK_HERE.join(word[start : start + _BREAK_AFTER] for start in range(0, len(word), _BREAK_AFTER))


def moment(at: datetime | None, tz: str) -> str:
    """An instant on the clock of that zone, such as 「2026-04-15 10:25」; "" for none."""
    return "" if at is None else f"{local(at, tz):%Y-%m-%d %H:%M}"


def day(on: date | None) -> str:
    """A local date, such as 「2026-04-15」; "" for none."""
    return "" if on is None else on.isoformat()


def amount(value: Decimal) -> str:
    """CNY with two places and thousands apart, such as 「1,280.00」."""
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def quantity(value: Decimal) -> str:
    """A quantity without idle zeros, such as 「2.5」."""
    return f"{value.normalize():f}"


def term(kind: type[StrEnum], code: str) -> str:
    """The Chinese term of a code; the code itself where this release does not know it, "" for none."""
    try:
        label: Any = getattr(kind(code), "label")  # noqa: B009 - StrEnum itself has no label
    except ValueError:
        return text(code)
    return str(label)


def yes_no(value: bool | None) -> str:
    """是, 否, or "" where nobody has said."""
    return "" if value is None else "是" if value else "否"


def duration(seconds: int | None) -> str:
    """A length of time, such as 「1天2小时5分」; "" for none."""
    if seconds is None:
        return ""
    minutes = max(seconds, 0) // 60
    parts = ((minutes // 1440, "天"), (minutes // 60 % 24, "小时"), (minutes % 60, "分"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0分"
