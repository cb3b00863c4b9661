"""What no company may decide about repairs, special services and revisits 个案政策底线 (``docs/domain/policy.md``)."""

from collections.abc import Iterator
from typing import Final

from workflows.messages.people import Trade
from workflows.messages.periods import Period
from workflows.messages.policy import Policy
from workflows.messages.repair_policy import RepairPolicy, WarrantyPolicy
from workflows.messages.revisit_policy import RevisitPolicy, RevisitRule
from workflows.rules.policy_problems import (
    NO_PERSON,
    Problem,
    bad_amount,
    bad_clock_time,
    bad_clocks,
    bad_period,
    bad_words,
    outside,
    repeated,
    unknown,
)
from workflows.rules.repair_classification import Hazard

REVISIT_SCOPES: Final = frozenset(
    {
        *("repair", "repair.paid", "repair.emergency", "repair.urgent", "repair.general"),
        *("complaint", "complaint.general", "complaint.important", "complaint.major"),
        *("opinion", "suggestion", "assistance", "special_service"),
        *("activity", "move_in", "emergency", "tenant"),
    }
)
"""Matters 回访范围 that a revisit rule can name; a dot narrows."""

_CHANNELS: Final = frozenset({"any", "onsite", "phone", "platform", "phone_or_platform"})
_EVERY: Final = frozenset({"month", "quarter", "half_year", "year"})
_LONGEST_WARRANTY_MONTHS: Final = 1_200


def repair_problems(policy: Policy) -> Iterator[Problem]:
    """Complain of repairs 报修."""
    repair = policy.repair
    yield from bad_clocks("repair", repair)
    yield from outside("repair.misses_before_lead_assigns", repair.misses_before_lead_assigns, 1, 10)
    yield from outside("repair.no_shows_before_closing", repair.no_shows_before_closing, 1, 10)
    yield from outside("repair.calls_before_closing", repair.calls_before_closing, 0, 20)
    yield from outside("repair.hot_issue_from", repair.hot_issue_from, 2, 100)
    yield from outside("repair.low_rating", repair.low_rating, 0, 5)
    yield from bad_period("repair.arrival_before_appointment", repair.arrival_before_appointment, or_zero=True)
    for name in (
        *("default_acceptance", "reopen_window", "offer_again_after", "promise_at_most"),
        *("merge_within", "same_fault_within", "work_time_due"),
    ):
        yield from bad_period(f"repair.{name}", getattr(repair, name))
    if not repair.work_time_due.working_days:
        yield Problem("repair.work_time_due", "unknown_value", "统计表的期限应为工作日,例如 P3B")
    yield from bad_clock_time("repair.backfill_by", repair.backfill_by)
    for name in ("off_list_limit", "call_out_fee"):
        yield from bad_amount(f"repair.{name}", getattr(repair, name))
    yield from _words(repair)
    yield from _warranty(repair.warranty)


def _words(repair: RepairPolicy) -> Iterator[Problem]:
    """Hazards come ahead of all else: every one keeps words by which it is recognised."""
    yield from unknown("repair.hazard_words", repair.hazard_words, Hazard)
    yield from unknown("repair.trade_words", repair.trade_words, Trade)
    for hazard in Hazard:
        if not repair.hazard_words.get(hazard):
            message = f"危险“{hazard.label}”至少要有一个识别词,不能取消"
            yield Problem(f"repair.hazard_words.{hazard}", "below_floor", message)
    for code, words in repair.hazard_words.items():
        yield from bad_words(f"repair.hazard_words.{code}", words, shortest=2)
    yield from bad_words("repair.urgent_words", repair.urgent_words, shortest=2)
    for code, words in repair.trade_words.items():
        yield from bad_words(f"repair.trade_words.{code}", words, shortest=1)
    for name in ("structure_words", "waterproof_words"):
        yield from bad_words(f"repair.warranty.{name}", getattr(repair.warranty, name), shortest=2)


def _warranty(warranty: WarrantyPolicy) -> Iterator[Problem]:
    """A warranty may be longer than the statutory minimum and never shorter (建设工程质量管理条例 §40)."""
    for name, least in WarrantyPolicy():
        if not isinstance(least, Period):
            continue
        path, period = f"repair.warranty.{name}", getattr(warranty, name)
        if period != Period(months=period.months):
            yield Problem(path, "mixed_units", "保修期应以月计,例如 P60M")
        elif period.months < least.months:
            message = f"保修期不能短于 {least.months} 个月(建设工程质量管理条例第四十条)"
            yield Problem(path, "below_floor", message)
        elif period.months > _LONGEST_WARRANTY_MONTHS:
            yield Problem(path, "out_of_range", f"保修期不能超过 {_LONGEST_WARRANTY_MONTHS} 个月")


def service_problems(policy: Policy) -> Iterator[Problem]:
    """Complain of special services 特约服务."""
    service = policy.service
    yield from bad_clocks("service", service)
    yield from bad_period("service.start_before_appointment", service.start_before_appointment, or_zero=True)
    yield from bad_period("service.free_cancellation_before", service.free_cancellation_before, or_zero=True)
    yield from bad_period("service.reopen_window", service.reopen_window)
    for name in ("off_list_limit", "late_cancellation_fee"):
        yield from bad_amount(f"service.{name}", getattr(service, name))
    yield from outside("service.low_rating", service.low_rating, 0, 5)


def revisit_problems(policy: Policy) -> Iterator[Problem]:
    """Complain of revisits 回访 and of the rules that say what is revisited."""
    revisit = policy.revisit
    yield from bad_clocks("revisit", revisit)
    yield from repeated("revisit.rules", "id", [(rule.id,) for rule in revisit.rules])
    yield from repeated("revisit.rules", "scope", [rule.scope for rule in revisit.rules])
    originals = {rule.id for rule in revisit.rules if not rule.same_as}
    for index, rule in enumerate(revisit.rules):
        yield from _revisit_rule(f"revisit.rules.{index}", rule, originals)
    yield from outside("revisit.satisfied_from", revisit.satisfied_from, 1, 5)
    yield from outside("revisit.satisfaction_target", revisit.satisfaction_target, 0, 1)
    yield from _contact(revisit)


def _contact(revisit: RevisitPolicy) -> Iterator[Problem]:
    yield from outside("revisit.attempts", revisit.attempts, 1, 20)
    yield from outside("revisit.attempt_days", revisit.attempt_days, 1, max(1, revisit.attempts))
    yield from outside("revisit.attempt_channels", revisit.attempt_channels, 1, max(1, min(3, revisit.attempts)))
    yield from bad_period("revisit.attempts_apart", revisit.attempts_apart, or_zero=True)
    for name in ("ask_again_after", "rectification_at_most", "reply_at_most"):
        yield from bad_period(f"revisit.{name}", getattr(revisit, name))
    for index, hours in enumerate(revisit.quiet_hours):
        for place, spelled in enumerate(hours):
            yield from bad_clock_time(f"revisit.quiet_hours.{index}.{place}", spelled)
    if revisit.opinion_by in NO_PERSON:
        yield Problem("revisit.opinion_by", "unknown_value", "审阅人只能是员工岗位")


def _revisit_rule(path: str, rule: RevisitRule, originals: set[str]) -> Iterator[Problem]:
    if not rule.id.isidentifier():
        yield Problem(f"{path}.id", "bad_text", "每条回访规则要有编号,由字母、数字和下划线组成")
    if not rule.scope:
        yield Problem(f"{path}.scope", "required", "每条回访规则要有回访范围")
    if sum((rule.window is not None, bool(rule.every), bool(rule.same_as))) != 1:
        message = "window(期限)、every(周期)、same_as(同某条规则)三者必须且只能填一项"
        yield Problem(f"{path}.window", "required", message)
    if rule.window is not None:
        yield from bad_period(f"{path}.window", rule.window)
    if rule.by in NO_PERSON:
        yield Problem(f"{path}.by", "unknown_value", "回访人只能是员工岗位")
    yield from unknown(f"{path}.scope", rule.scope, REVISIT_SCOPES)
    yield from unknown(f"{path}.every", [rule.every], {"", *_EVERY})
    yield from unknown(f"{path}.same_as", [rule.same_as], {"", *originals})
    yield from unknown(f"{path}.first_channel", [rule.first_channel], _CHANNELS)
    yield from unknown(f"{path}.all_rounds", [rule.all_rounds], {"", *_CHANNELS})
    yield from outside(f"{path}.min_rate", rule.min_rate, 0, 1)
    if rule.satisfaction_target is not None:
        yield from outside(f"{path}.satisfaction_target", rule.satisfaction_target, 0, 1)
