"""What no company may decide 政策底线, and what makes no sense: the limits of a policy (``docs/domain/policy.md``).

They stand here and not on the message models, because a model must go on reading what was once accepted. What holds
for repairs, special services and revisits is in ``policy_law_of_cases.py``, what holds for money in
``policy_law_of_fees.py``.
"""

from collections.abc import Callable, Iterator
from typing import Final

from workflows.messages.fee_policy import Allocation, FullPriceTrigger
from workflows.messages.periods import Period
from workflows.messages.policy import Policy
from workflows.rules.policy_law_of_cases import repair_problems, revisit_problems, service_problems
from workflows.rules.policy_law_of_fees import cash_problems, dunning_problems, fee_problems
from workflows.rules.policy_presets import Preset
from workflows.rules.policy_problems import Problem, bad_amount, bad_period, outside, unknown

_CHOICES: Final[dict[str, frozenset[str]]] = {
    "preset": frozenset(Preset),
    "calendar.tz": frozenset({"Asia/Shanghai"}),
    # "preceding" would shorten a customer's period, which 民法典 §203 forbids
    "calendar.customer_roll": frozenset({"following", "none"}),
    "fee.full_trigger": frozenset(FullPriceTrigger),
    "fee.proration": frozenset({"actual_days"}),
    "fee.allocation": frozenset(Allocation),
}


def problems(policy: Policy) -> tuple[Problem, ...]:
    """Return everything that is unlawful or senseless in a policy, by field; empty when it may be published."""
    return tuple(problem for check in _CHECKS for problem in check(policy))


def _choices(policy: Policy) -> Iterator[Problem]:
    for path, known in _CHOICES.items():
        value: object = policy
        for name in path.split("."):
            value = getattr(value, name)
        yield from unknown(path, [str(value)], known)


def _dates(policy: Policy) -> Iterator[Problem]:
    if not 2000 <= policy.effective_from.year <= 2100:
        yield Problem("effective_from", "out_of_range", "生效时间应在 2000 年至 2100 年之间")


def _approval(policy: Policy) -> Iterator[Problem]:
    approval = policy.approval
    for name in ("supervisor_limit", "site_manager_limit"):
        yield from bad_amount(f"approval.{name}", getattr(approval, name))
    yield from outside("approval.together_days", approval.together_days, 0, 366)
    yield from outside("approval.remind_days", approval.remind_days, 0, 31)
    if approval.supervisor_limit > approval.site_manager_limit:
        yield Problem("approval.supervisor_limit", "out_of_range", "主管的权限不能高于管理处经理的权限")


def _renovation(policy: Policy) -> Iterator[Problem]:
    for name, value in policy.renovation:
        if isinstance(value, Period):
            yield from bad_period(f"renovation.{name}", value, or_zero=name == "observation")
    yield from outside("renovation.extensions_at_most", policy.renovation.extensions_at_most, 0, 10)


_CHECKS: Final[tuple[Callable[[Policy], Iterator[Problem]], ...]] = (
    _choices,
    _dates,
    repair_problems,
    service_problems,
    revisit_problems,
    fee_problems,
    dunning_problems,
    cash_problems,
    _approval,
    _renovation,
)
