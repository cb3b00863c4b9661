"""Instalment agreements 分期协议 (§9.5; ``docs/domain/fees.md``): an agreement suspends dunning while it is kept."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from workflows.rules.amounts import ZERO, to_cents


class Instalment(NamedTuple):
    """One instalment: CNY to be paid by 24:00 of the day."""

    due_on: date
    amount: Decimal


class InstalmentProblem(StrEnum):
    """What is wrong with a plan."""

    EMPTY = "empty"
    NOT_POSITIVE = "not_positive"
    NOT_ASCENDING = "not_ascending"
    NOT_IN_FUTURE = "not_in_future"
    SUM_DIFFERS = "sum_differs"

    @property
    def label(self) -> str:
        """What to do about it."""
        return {
            "empty": "分期计划至少要有一期",
            "not_positive": "每期金额必须大于0,最多两位小数",
            "not_ascending": "各期到期日必须依次递增",
            "not_in_future": "第一期到期日不能早于明天",
            "sum_differs": "各期金额之和必须等于所欠金额",
        }[self]


def plan_problems(plan: Sequence[Instalment], debt: Decimal, today: date) -> list[InstalmentProblem]:
    """Return what is wrong with a plan for a debt (CNY) agreed today; an empty list for a sound one."""
    if not plan:
        return [InstalmentProblem.EMPTY]
    problems = []
    if any(part.amount <= 0 or part.amount != to_cents(part.amount) for part in plan):
        problems.append(InstalmentProblem.NOT_POSITIVE)
    if any(later.due_on <= earlier.due_on for earlier, later in pairwise(plan)):
        problems.append(InstalmentProblem.NOT_ASCENDING)
    if any(part.due_on <= today for part in plan):
        problems.append(InstalmentProblem.NOT_IN_FUTURE)
    if _sum(plan) != debt:
        problems.append(InstalmentProblem.SUM_DIFFERS)
    return problems


def missed(plan: Sequence[Instalment], paid_total: Decimal, today: date) -> bool:
    """Whether an instalment is missed, which resumes dunning at the next step: its day is over and it is not paid.

    ``paid_total`` is all that was paid since the agreement, in CNY; it settles the instalments in their order.
    """
    return paid_total < _sum(part for part in plan if part.due_on < today)


def _sum(parts: Iterable[Instalment]) -> Decimal:
    return sum((part.amount for part in parts), ZERO)
