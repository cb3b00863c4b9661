"""Revisit 回访 in the policy: which matters are revisited, when, how many, how and by whom (S1, S4)."""

from decimal import Decimal

from workflows.messages.clocks import ClockRule, clock_rule
from workflows.messages.message import Message
from workflows.messages.money import Rate
from workflows.messages.people import Role
from workflows.messages.periods import Period


class RevisitRule(Message):
    """One revisit rule 回访规则: scope, window, minimum rate, channel, visitor (``docs/domain/policy.md``; S1, S4)."""

    id: str
    scope: tuple[str, ...]
    window: Period | None = None
    every: str = ""
    min_rate: Rate = Decimal("1.00")
    first_channel: str = "any"
    all_rounds: str = ""
    by: Role | None = None
    same_as: str = ""
    satisfaction_target: Rate | None = None


class RevisitPolicy(Message):
    """Revisit 回访 (S1, S4; ``docs/domain/revisit.md``); its rules are read at completion, as in force then.

    Quiet hours are local times between which nobody is telephoned. ``attempts`` on at least ``attempt_days`` days by
    at least ``attempt_channels`` channels make 未联系上; in a window of a day they lie ``attempts_apart``.
    """

    rules: tuple[RevisitRule, ...] = ()
    satisfied_from: int = 3
    satisfaction_target: Rate = Decimal("0.90")
    attempts: int = 3
    attempt_days: int = 2
    attempt_channels: int = 2
    attempts_apart: Period = Period(hours=2)
    quiet_hours: tuple[tuple[str, str], ...] = (("21:00", "09:00"), ("12:00", "14:00"), ("17:30", "19:00"))
    ask_again_after: Period = Period(hours=1)
    next_round: ClockRule = clock_rule("P3D", Role.CS_SUPERVISOR)
    window: ClockRule = clock_rule("P1M", Role.CS_SUPERVISOR)
    rectification: ClockRule = clock_rule("P3D", Role.CS_SUPERVISOR)
    rectification_at_most: Period = Period(days=3)
    reply: ClockRule = clock_rule("P3D", Role.CS_SUPERVISOR)
    reply_at_most: Period = Period(days=3)
    opinion: ClockRule = clock_rule("P2B", Role.SITE_MANAGER, is_promise=False)
    opinion_by: Role = Role.CS_SUPERVISOR
