"""What no company may decide 政策底线, and what makes no sense: the limits of a policy (``docs/domain/policy.md``).

They stand here and not on the message models, because a model must go on reading what was once accepted. What holds
for repairs, special services and revisits is in ``workflows/rules/policy_law_of_cases.py``.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from workflows.messages.fee_policy import DunningPolicy
from workflows.messages.periods import Period
from workflows.messages.policy import Policy
from workflows.rules.policy_law_of_cases import repair_problems, revisit_problems, service_problems
from workflows.rules.policy_presets import Preset
from workflows.rules.policy_problems import LONGEST_DAYS, Problem, bad_amount, bad_period, outside, unknown

HIGHEST_DAILY_LATE_FEE: Final = Decimal("0.003")
"""3 ‰ a day, the highest that contracts were seen to ask; courts reduce what is excessive (民法典 §585)."""

_CHOICES: Final[dict[str, frozenset[str]]] = {
    "preset": frozenset(Preset),
    "calendar.tz": frozenset({"Asia/Shanghai"}),
    # "preceding" would shorten a customer's period, which 民法典 §203 forbids
    "calendar.customer_roll": frozenset({"following", "none"}),
    "fee.full_trigger": frozenset({"permit_issued", "filing_accepted", "works_start"}),
    "fee.proration": frozenset({"actual_days"}),
    "fee.allocation": frozenset({"oldest_principal_first", "legal_561"}),
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


def _money(policy: Policy) -> Iterator[Problem]:
    yield from outside("fee.half_factor", policy.fee.half_factor, 0, 1)
    yield from outside("fee.due_day", policy.fee.due_day, 1, 28)
    late = policy.late_fee
    if not 0 <= late.daily <= HIGHEST_DAILY_LATE_FEE:
        message = f"滞纳金日率应在 0 至 {HIGHEST_DAILY_LATE_FEE} 之间;万分之五写作 0.0005"
        yield Problem("late_fee.daily", "out_of_range", message)
    yield from outside("late_fee.cap_ratio", late.cap_ratio, 0, 1)
    if not late.require_contract_clause:
        message = "合同没有约定的,不得收取滞纳金(民法典第五百八十五条)"
        yield Problem("late_fee.require_contract_clause", "below_floor", message)
    approval = policy.approval
    for name, amount in approval:
        yield from bad_amount(f"approval.{name}", amount)
    if approval.supervisor_limit > approval.site_manager_limit:
        yield Problem("approval.supervisor_limit", "out_of_range", "主管的权限不能高于管理处经理的权限")


def _dunning(policy: Policy) -> Iterator[Problem]:
    forbidden = DunningPolicy().forbid
    missing = [lever for lever in forbidden if lever not in policy.dunning.forbid]
    if missing:
        message = f"禁止的催缴手段只能增加,不能减少(民法典第九百四十四条等),缺少:{'、'.join(missing)}"
        yield Problem("dunning.forbid", "below_floor", message)
    for index, lever in enumerate(policy.dunning.forbid):
        if not lever.isidentifier():
            yield Problem(f"dunning.forbid.{index}", "bad_text", "手段代码由字母、数字和下划线组成")
    steps = policy.dunning.step_days
    if len(steps) != len(DunningPolicy().step_days):
        yield Problem("dunning.step_days", "out_of_range", "首次、第二次、最后催款各要一个天数,共三个")
    for index, days in enumerate(steps):
        yield from outside(f"dunning.step_days.{index}", days, 1, LONGEST_DAYS)


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
    _money,
    _dunning,
    _renovation,
)
