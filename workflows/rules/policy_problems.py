"""What can be wrong with one field of a policy 政策字段, whatever the chapter: codes for machines, zh-CN for people."""

from collections.abc import Iterable, Iterator
from datetime import time
from decimal import Decimal
from typing import Final, NamedTuple

from workflows.messages.clocks import ClockRule
from workflows.messages.message import Message
from workflows.messages.people import Role
from workflows.messages.periods import Period


class Problem(NamedTuple):
    """One thing wrong with a policy: the field's dotted path, a stable code, and what to do, in zh-CN."""

    field: str
    code: str
    message: str


NO_PERSON: Final = frozenset({Role.CUSTOMER, Role.INTAKE, Role.SYSTEM})
"""Roles that no member of staff holds."""
LONGEST_DAYS: Final = 366
"""No time limit of this business is longer; a longer one is a slip of the pen that no clock could count."""
_HIGHEST_AMOUNT: Final = Decimal(10) ** 12


def bad_period(path: str, period: Period, *, or_zero: bool = False, or_same_day: bool = False) -> Iterator[Problem]:
    """Complain of a period that mixes units, is not positive, or is too long to be meant.

    ``or_same_day`` admits ``P0D``, which is until 24:00 of the same day; ``or_zero`` any period of nothing.
    """
    months, working_days, days = period.months, period.working_days, period.days or 0
    minutes = period.hours * 60 + period.minutes
    parts = (months, working_days, days, minutes)
    if sum(part != 0 for part in parts) > 1 or (period.days == 0 and any(parts)):
        yield Problem(path, "mixed_units", "期限只能用一种单位:月、工作日、日,或小时与分钟")
    elif min(*parts, period.hours, period.minutes) < 0:
        yield Problem(path, "must_be_positive", "期限不能是负数")
    elif not any(parts) and not or_zero and not (or_same_day and period.days == 0):
        yield Problem(path, "must_be_positive", "期限必须大于零")
    elif months > 12 or max(working_days, days) > LONGEST_DAYS or minutes > LONGEST_DAYS * 24 * 60:
        yield Problem(path, "out_of_range", "期限不能超过一年")


def bad_clocks(chapter: str, policy: Message) -> Iterator[Problem]:
    """Complain of the time limits of a chapter: their periods, when they remind, whom they tell."""
    for name, value in policy:
        if not isinstance(value, ClockRule):
            continue
        path = f"{chapter}.{name}"
        yield from bad_period(f"{path}.limit", value.limit, or_same_day=True)
        yield from bad_period(f"{path}.next_after", value.next_after, or_same_day=True)
        if not 0 < value.remind_share <= 1:
            yield Problem(f"{path}.remind_share", "out_of_range", "提醒比例应大于 0 且不超过 1,例如 0.8")
        if not value.alert:
            yield Problem(f"{path}.alert", "required", "至少要有一个岗位在超时时得到通知")
        for field, roles in (("alert", value.alert), ("next_level", value.next_level)):
            if NO_PERSON.intersection(roles):
                yield Problem(f"{path}.{field}", "unknown_value", "只能通知员工岗位,不能是客户、受理渠道或系统")


def outside(path: str, value: int | Decimal, least: int, most: int) -> Iterator[Problem]:
    """Complain of a number that is not between the two."""
    if not least <= value <= most:
        yield Problem(path, "out_of_range", f"应在 {least} 至 {most} 之间")


def unknown(path: str, values: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """Complain of codes that nobody knows."""
    codes = {str(code) for code in known}
    if not codes.issuperset(values):
        yield Problem(path, "unknown_value", f"只能是:{'、'.join(sorted(codes - {''}))}")


def repeated(path: str, field: str, values: list[tuple[str, ...]]) -> Iterator[Problem]:
    """Complain of a code that stands in two entries of a list, or twice in one."""
    seen: set[str] = set()
    for index, several in enumerate(values):
        if len(several) != len(set(several)) or seen.intersection(several):
            yield Problem(f"{path}.{index}.{field}", "duplicate", "同一编号或范围只能出现在一条规则里")
        seen.update(several)


def bad_amount(path: str, amount: Decimal) -> Iterator[Problem]:
    """Complain of an amount that is not one of CNY with two places."""
    if not 0 <= amount < _HIGHEST_AMOUNT or amount != round(amount, 2):
        yield Problem(path, "out_of_range", "金额应为不小于 0 的元,最多两位小数")


def bad_clock_time(path: str, spelled: str) -> Iterator[Problem]:
    """Complain of a time of day that cannot be read: a process that stumbles over it would stand still."""
    try:
        read = time.fromisoformat(spelled)
    except ValueError:
        read = None
    if read is None or read.tzinfo is not None or f"{read:%H:%M}" != spelled:
        yield Problem(path, "wrong_type", "应为一天中的时刻,按 09:30 的格式填写")


def bad_words(path: str, words: Iterable[str], *, shortest: int) -> Iterator[Problem]:
    """Complain of words that are never found in a report, or in every one."""
    for index, word in enumerate(words):
        # reports are searched without their blanks, so a word with a blank is never found
        if not word.isprintable() or any(letter.isspace() for letter in word):
            yield Problem(f"{path}.{index}", "bad_text", "识别词不能有空格或看不见的字符")
        elif not shortest <= len(word) <= 20:
            yield Problem(f"{path}.{index}", "out_of_range", f"识别词应为 {shortest} 至 20 个字")
