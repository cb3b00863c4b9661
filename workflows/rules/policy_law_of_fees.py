"""The limits of a policy for fees, late fee, dunning, cash and reports 收费政策底线 (``docs/domain/policy.md``)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from workflows.messages.arrears import DunningStage
from workflows.messages.fee_policy import DunningPolicy
from workflows.messages.ledger import BY_BANK
from workflows.messages.policy import Policy
from workflows.rules.policy_problems import (
    LONGEST_DAYS,
    Problem,
    bad_amount,
    bad_clocks,
    bad_period,
    outside,
    unknown,
)

HIGHEST_DAILY_LATE_FEE: Final = Decimal("0.003")
"""3 ‰ a day, the highest that contracts were seen to ask; courts reduce what is excessive (民法典 §585)."""
_DAYS_OF_THE_LAST_MONTH: Final = ("extraction_day", "review_day", "handover_day")
"""Days of March, June, September or December, which have thirty at least."""
_DAYS_OF_THE_FIRST_MONTH: Final = ("window_opens_day", "due_day", "distribution_day")
_PERIODS_OF_DAYS: Final = (
    "interim_due_days", "late_dispatch_days", "single_distribution_days", "permit_withdrawal_days",
)  # fmt: skip


def fee_problems(policy: Policy) -> Iterator[Problem]:
    """Complain of the quarter's days, of factors, and of what a late fee may not be."""
    fee = policy.fee
    yield from outside("fee.half_factor", fee.half_factor, 0, 1)
    yield from outside("fee.collection_target", fee.collection_target, 0, 1)
    yield from outside("fee.vacancy.factor", fee.vacancy.factor, 0, 1)
    yield from outside("fee.vacancy.after_months", fee.vacancy.after_months, 0, 60)
    for name in _DAYS_OF_THE_LAST_MONTH:
        yield from outside(f"fee.{name}", getattr(fee, name), 1, 30)
    for name in _DAYS_OF_THE_FIRST_MONTH:
        yield from outside(f"fee.{name}", getattr(fee, name), 1, 28)
    for name in _PERIODS_OF_DAYS:
        yield from outside(f"fee.{name}", getattr(fee, name), 1, LONGEST_DAYS)
    if not fee.extraction_day <= fee.review_day <= fee.handover_day:
        yield Problem("fee.review_day", "out_of_range", "提取、审核、移交三个日期应依次递增,例如 25、26、29")
    if not fee.window_opens_day <= fee.due_day <= fee.distribution_day:
        yield Problem("fee.due_day", "out_of_range", "收缴期起止与派发截止应依次递增,例如 1、10、20")
    yield from _late_fee(policy)


def _late_fee(policy: Policy) -> Iterator[Problem]:
    late = policy.late_fee
    if not 0 <= late.daily <= HIGHEST_DAILY_LATE_FEE:
        message = f"滞纳金日率应在 0 至 {HIGHEST_DAILY_LATE_FEE} 之间;万分之五写作 0.0005"
        yield Problem("late_fee.daily", "out_of_range", message)
    yield from outside("late_fee.cap_ratio", late.cap_ratio, 0, 1)
    yield from bad_amount("late_fee.supervisor_waives_up_to", late.supervisor_waives_up_to)
    if not late.require_contract_clause:
        message = "合同没有约定的,不得收取滞纳金(民法典第五百八十五条)"
        yield Problem("late_fee.require_contract_clause", "below_floor", message)


def dunning_problems(policy: Policy) -> Iterator[Problem]:
    """Complain of forbidden levers that are missing, of the seal that S4 asks for, of days that make no sense."""
    dunning, floor = policy.dunning, DunningPolicy()
    if missing := [lever for lever in floor.forbid if lever not in dunning.forbid]:
        message = f"禁止的催缴手段只能增加,不能减少(民法典第九百四十四条等),缺少:{'、'.join(missing)}"
        yield Problem("dunning.forbid", "below_floor", message)
    for field, codes in (("forbid", dunning.forbid), ("other_means", dunning.other_means)):
        for index, code in enumerate(codes):
            if not code.isidentifier():
                yield Problem(f"dunning.{field}.{index}", "bad_text", "手段代码由字母、数字和下划线组成")
    if levers := [means for means in dunning.other_means if means in dunning.forbid]:
        yield Problem("dunning.other_means", "below_floor", f"禁止的手段不能列为其它方式:{'、'.join(levers)}")
    if len(dunning.step_days) != len(floor.step_days):
        yield Problem("dunning.step_days", "out_of_range", "首次、第二次、最后催款各要一个天数,共三个")
    for index, days in enumerate(dunning.step_days):
        yield from outside(f"dunning.step_days.{index}", days, 1, LONGEST_DAYS)
    yield from unknown("dunning.sealed", dunning.sealed, set(DunningStage) - {DunningStage.OTHER_MEANS})
    if DunningStage.FIRST not in dunning.sealed:
        yield Problem("dunning.sealed", "below_floor", "首次催款通知单必须加盖公章(S4 4.2.1.8)")
    yield from outside("dunning.further_attempts", dunning.further_attempts, 0, 10)
    yield from outside("dunning.limitation_years", dunning.limitation_years, 1, 20)
    yield from bad_clocks("dunning", dunning)


def cash_problems(policy: Policy) -> Iterator[Problem]:
    """Complain of limits of cash and refunds, and of the days of gathering and reports."""
    yield from bad_amount("cash.overnight_limit", policy.cash.overnight_limit)
    yield from bad_amount("cash.supervisor_refunds_up_to", policy.cash.supervisor_refunds_up_to)
    yield from outside("cash.value_date_days", policy.cash.value_date_days, 1, LONGEST_DAYS)
    yield from unknown("cash.reference_required", policy.cash.reference_required, BY_BANK)
    reports = policy.fee_reports
    yield from outside("fee_reports.gathering_opens_day", reports.gathering_opens_day, 1, 28)
    yield from outside("fee_reports.gathering_closes_day", reports.gathering_closes_day, 1, 28)
    if reports.gathering_opens_day > reports.gathering_closes_day:
        yield Problem("fee_reports.gathering_closes_day", "out_of_range", "汇总的截止日不能早于开始日")
    yield from bad_period("fee_reports.due", reports.due)
