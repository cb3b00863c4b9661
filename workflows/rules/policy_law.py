"""What no company may decide 政策底线, and what makes no sense: the limits of a policy (``docs/domain/policy.md``).

They stand here and not on the message models, because a model must go on reading what was once accepted.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from workflows.messages.clocks import ClockRule
from workflows.messages.people import Role, Trade
from workflows.messages.periods import Period
from workflows.messages.policy import DunningPolicy, Policy
from workflows.messages.repair_policy import RepairPolicy
from workflows.messages.revisit_policy import RevisitRule
from workflows.rules.policy_presets import Preset
from workflows.rules.repair_classification import Hazard


class Problem(NamedTuple):
    """One thing wrong with a policy: the field's dotted path, a stable code, and what to do, in zh-CN."""

    field: str
    code: str
    message: str


NO_PERSON: Final = frozenset({Role.CUSTOMER, Role.INTAKE, Role.SYSTEM})
"""Roles that no member of staff holds."""
LONGEST_DAYS: Final = 366
"""No time limit of this business is longer; a longer one is a slip of the pen that no clock could count."""
HIGHEST_DAILY_LATE_FEE: Final = Decimal("0.003")
"""3 ‰ a day, the highest that contracts were seen to ask; courts reduce what is excessive (民法典 §585)."""

REVISIT_SCOPES: Final = frozenset(
    {
        *("repair", "repair.paid", "repair.emergency", "repair.urgent", "repair.general"),
        *("complaint", "complaint.general", "complaint.important", "complaint.major"),
        *("opinion", "suggestion", "assistance", "special_service"),
        *("activity", "move_in", "emergency", "tenant"),
    }
)
"""Matters 回访范围 that a revisit rule can name; a dot narrows."""

_CHOICES: Final[dict[str, frozenset[str]]] = {
    "preset": frozenset(Preset),
    "calendar.tz": frozenset({"Asia/Shanghai"}),
    # "preceding" would shorten a customer's period, which 民法典 §203 forbids
    "calendar.customer_roll": frozenset({"following", "none"}),
    "fee.full_trigger": frozenset({"permit_issued", "filing_accepted", "works_start"}),
    "fee.proration": frozenset({"actual_days"}),
    "fee.allocation": frozenset({"oldest_principal_first", "legal_561"}),
}
_CHANNELS: Final = frozenset({"any", "onsite", "phone", "platform", "phone_or_platform"})
_EVERY: Final = frozenset({"month", "quarter", "half_year", "year"})


def problems(policy: Policy) -> tuple[Problem, ...]:
    """Return everything that is unlawful or senseless in a policy, by field; empty when it may be published."""
    return tuple(problem for check in _CHECKS for problem in check(policy))


def _choices(policy: Policy) -> Iterator[Problem]:
    for path, known in _CHOICES.items():
        value: object = policy
        for name in path.split("."):
            value = getattr(value, name)
        yield from _known(path, [str(value)], known)


def _dates(policy: Policy) -> Iterator[Problem]:
    if not 2000 <= policy.effective_from.year <= 2100:
        yield Problem("effective_from", "out_of_range", "生效时间应在 2000 年至 2100 年之间")


def _clocks(policy: Policy) -> Iterator[Problem]:
    for name, value in policy.repair:
        if not isinstance(value, ClockRule):
            continue
        path = f"repair.{name}"
        yield from _period(f"{path}.limit", value.limit, or_same_day=True)
        yield from _period(f"{path}.next_after", value.next_after, or_same_day=True)
        if not 0 < value.remind_share <= 1:
            yield Problem(f"{path}.remind_share", "out_of_range", "提醒比例应大于 0 且不超过 1,例如 0.8")
        if not value.alert:
            yield Problem(f"{path}.alert", "required", "至少要有一个岗位在超时时得到通知")
        for field, roles in (("alert", value.alert), ("next_level", value.next_level)):
            if NO_PERSON.intersection(roles):
                yield Problem(f"{path}.{field}", "unknown_value", "只能通知员工岗位,不能是客户、受理渠道或系统")


def _repair(policy: Policy) -> Iterator[Problem]:
    repair = policy.repair
    yield from _between("repair.misses_before_lead_assigns", repair.misses_before_lead_assigns, 1, 10)
    yield from _period("repair.arrival_before_appointment", repair.arrival_before_appointment, or_zero=True)
    yield from _period("repair.default_acceptance", repair.default_acceptance)
    yield from _period("repair.reopen_window", repair.reopen_window)
    yield from _words(repair)


def _words(repair: RepairPolicy) -> Iterator[Problem]:
    """Hazards come ahead of all else: every one keeps words by which it is recognised."""
    yield from _known("repair.hazard_words", repair.hazard_words, Hazard)
    yield from _known("repair.trade_words", repair.trade_words, Trade)
    for hazard in Hazard:
        if not repair.hazard_words.get(hazard):
            message = f"危险“{hazard.label}”至少要有一个识别词,不能取消"
            yield Problem(f"repair.hazard_words.{hazard}", "below_floor", message)
    for code, words in repair.hazard_words.items():
        yield from _spelling(f"repair.hazard_words.{code}", words, shortest=2)
    yield from _spelling("repair.urgent_words", repair.urgent_words, shortest=2)
    for code, words in repair.trade_words.items():
        yield from _spelling(f"repair.trade_words.{code}", words, shortest=1)


def _spelling(path: str, words: Iterable[str], *, shortest: int) -> Iterator[Problem]:
    for index, word in enumerate(words):
        # reports are searched without their blanks, so a word with a blank is never found
        if not word.isprintable() or any(letter.isspace() for letter in word):
            yield Problem(f"{path}.{index}", "bad_text", "识别词不能有空格或看不见的字符")
        elif not shortest <= len(word) <= 20:
            yield Problem(f"{path}.{index}", "out_of_range", f"识别词应为 {shortest} 至 20 个字")


def _revisit(policy: Policy) -> Iterator[Problem]:
    rules = policy.revisit.rules
    yield from _repeated("revisit.rules", "id", [(rule.id,) for rule in rules])
    yield from _repeated("revisit.rules", "scope", [rule.scope for rule in rules])
    originals = {rule.id for rule in rules if not rule.same_as}
    for index, rule in enumerate(rules):
        yield from _revisit_rule(f"revisit.rules.{index}", rule, originals)
    yield from _between("revisit.satisfied_from", policy.revisit.satisfied_from, 1, 5)


def _revisit_rule(path: str, rule: RevisitRule, originals: set[str]) -> Iterator[Problem]:
    if not rule.id.isidentifier():
        yield Problem(f"{path}.id", "bad_text", "每条回访规则要有编号,由字母、数字和下划线组成")
    if not rule.scope:
        yield Problem(f"{path}.scope", "required", "每条回访规则要有回访范围")
    if sum((rule.window is not None, bool(rule.every), bool(rule.same_as))) != 1:
        message = "window(期限)、every(周期)、same_as(同某条规则)三者必须且只能填一项"
        yield Problem(f"{path}.window", "required", message)
    if rule.window is not None:
        yield from _period(f"{path}.window", rule.window)
    if rule.by in NO_PERSON:
        yield Problem(f"{path}.by", "unknown_value", "回访人只能是员工岗位")
    yield from _known(f"{path}.scope", rule.scope, REVISIT_SCOPES)
    yield from _known(f"{path}.every", [rule.every], {"", *_EVERY})
    yield from _known(f"{path}.same_as", [rule.same_as], {"", *originals})
    yield from _known(f"{path}.first_channel", [rule.first_channel], _CHANNELS)
    yield from _known(f"{path}.all_rounds", [rule.all_rounds], {"", *_CHANNELS})
    yield from _between(f"{path}.min_rate", rule.min_rate, 0, 1)
    if rule.satisfaction_target is not None:
        yield from _between(f"{path}.satisfaction_target", rule.satisfaction_target, 0, 1)


def _money(policy: Policy) -> Iterator[Problem]:
    yield from _between("fee.half_factor", policy.fee.half_factor, 0, 1)
    yield from _between("fee.due_day", policy.fee.due_day, 1, 28)
    late = policy.late_fee
    if not 0 <= late.daily <= HIGHEST_DAILY_LATE_FEE:
        message = f"滞纳金日率应在 0 至 {HIGHEST_DAILY_LATE_FEE} 之间;万分之五写作 0.0005"
        yield Problem("late_fee.daily", "out_of_range", message)
    yield from _between("late_fee.cap_ratio", late.cap_ratio, 0, 1)
    if not late.require_contract_clause:
        message = "合同没有约定的,不得收取滞纳金(民法典第五百八十五条)"
        yield Problem("late_fee.require_contract_clause", "below_floor", message)
    approval = policy.approval
    for name, amount in approval:
        if not 0 <= amount < Decimal(10) ** 12 or amount != round(amount, 2):
            yield Problem(f"approval.{name}", "out_of_range", "金额应为不小于 0 的元,最多两位小数")
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
        yield from _between(f"dunning.step_days.{index}", days, 1, LONGEST_DAYS)


def _renovation(policy: Policy) -> Iterator[Problem]:
    for name, value in policy.renovation:
        if isinstance(value, Period):
            yield from _period(f"renovation.{name}", value, or_zero=name == "observation")
    yield from _between("renovation.extensions_at_most", policy.renovation.extensions_at_most, 0, 10)


def _period(path: str, period: Period, *, or_zero: bool = False, or_same_day: bool = False) -> Iterator[Problem]:
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


def _between(path: str, value: int | Decimal, least: int, most: int) -> Iterator[Problem]:
    if not least <= value <= most:
        yield Problem(path, "out_of_range", f"应在 {least} 至 {most} 之间")


def _known(path: str, values: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    codes = {str(code) for code in known}
    if not codes.issuperset(values):
        yield Problem(path, "unknown_value", f"只能是:{'、'.join(sorted(codes - {''}))}")


def _repeated(path: str, field: str, values: list[tuple[str, ...]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, several in enumerate(values):
        if len(several) != len(set(several)) or seen.intersection(several):
            yield Problem(f"{path}.{index}.{field}", "duplicate", "同一编号或范围只能出现在一条规则里")
        seen.update(several)


_CHECKS: Final[tuple[Callable[[Policy], Iterator[Problem]], ...]] = (
    _choices,
    _dates,
    _clocks,
    _repair,
    _revisit,
    _money,
    _dunning,
    _renovation,
)
