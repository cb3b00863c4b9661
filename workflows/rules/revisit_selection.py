"""Which finished matters are revisited 回访抽取: base rule, overlays, window, quota (R3, R13–R15; S1, S4).

Exact decimals throughout: a rate of 0.30 of ten is three, never two or four.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.people import Role
from workflows.messages.periods import Period
from workflows.messages.revisit_policy import RevisitRule
from workflows.rules.time_limits import deadline, last_day

ONSITE = "onsite"


@dataclass(frozen=True)
class Terms:
    """The terms on which one matter is revisited: its sequence by the base rule, the strictest of each other field.

    ``cohort`` is the month in which the base window ends, such as 2026-05: with community and rule it is the sequence
    in which the matter has its place (R15). ``due_at`` is the end of the strictest window.
    """

    rule: str
    rate: Decimal
    cohort: str
    due_at: datetime
    onsite_first: bool
    onsite_always: bool
    by: Role | None


def required(rate: Decimal, base: int) -> int:
    """Return how many of ``base`` matters have to be revisited: ⌈rate · base⌉."""
    return int((rate * base).to_integral_value(ROUND_CEILING))


def is_selected(rate: Decimal, base: int, counting: int) -> bool:
    """Whether the matter that makes the base ``base`` is selected, of whose predecessors ``counting`` still count."""
    return counting < required(rate, base)


def terms_of(
    rules: Sequence[RevisitRule],
    scopes: Sequence[str],
    overlays: Iterable[str],
    completed_at: datetime,
    calendar: WorkingCalendar,
) -> Terms | None:
    """Return the terms for a matter of these scopes, most specific first; None where no rule is about it.

    An overlay such as ``emergency`` adds its rule: the earliest end, the highest rate, on site if either says so (R13).
    A matter for which only an overlay has a rule has that for its base.
    """
    found = [rule for scope in (*scopes, *overlays) if (rule := _rule_for(rules, scope)) is not None]
    if not found:
        return None
    windows = [(rule, deadline(completed_at, rule.window or Period(), calendar)) for rule in found]
    base = next((rule for scope in scopes if (rule := _rule_for(rules, scope)) is not None), found[0])
    strict = [(rule, end) for rule, end in windows if rule.id == base.id or _is_overlay(rules, rule, overlays)]
    base_end = next(end for rule, end in windows if rule.id == base.id)
    return Terms(
        rule=base.id,
        rate=base.min_rate,
        cohort=f"{last_day(base_end, calendar):%Y-%m}",
        due_at=min(end for _, end in strict),
        onsite_first=any(rule.first_channel == ONSITE for rule, _ in strict),
        onsite_always=any(rule.all_rounds == ONSITE for rule, _ in strict),
        by=base.by or next((rule.by for rule, _ in strict if rule.by is not None), None),
    )


def _is_overlay(rules: Sequence[RevisitRule], rule: RevisitRule, overlays: Iterable[str]) -> bool:
    return any((one := _rule_for(rules, scope)) is not None and one.id == rule.id for scope in overlays)


def _rule_for(rules: Sequence[RevisitRule], scope: str) -> RevisitRule | None:
    """Return the rule whose scope names it, with what it takes over from another by ``same_as``; none without a window.

    A rule that is another's equal keeps its own name, and with it its own sequence.
    """
    named = next((rule for rule in rules if scope in rule.scope), None)
    if named is None or not named.same_as:
        return named if named is not None and named.window is not None else None
    model = next((rule for rule in rules if rule.id == named.same_as), None)
    if model is None or model.window is None:
        return None
    return model.model_copy(update={"id": named.id, "scope": named.scope, "same_as": ""})
