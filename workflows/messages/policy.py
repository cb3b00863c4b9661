"""Every number of the business: one versioned policy per community (``docs/domain/policy.md``).

Sections mirror the chapters of the business. The defaults are those of the preset residential-S1; the
other presets say only what differs (``workflows/rules/policy_presets.py``), and what no company may
decide is in ``workflows/rules/policy_law.py``. A start message carries the slice that its process needs.
"""

from datetime import time
from decimal import Decimal
from enum import StrEnum

from workflows.messages.fee_policy import CashPolicy, DunningPolicy, FeePolicy, FeeReportPolicy, LateFeePolicy
from workflows.messages.message import LocalTime, Message, Moment
from workflows.messages.money import Amount
from workflows.messages.periods import Period
from workflows.messages.repair_policy import RepairPolicy
from workflows.messages.revisit_policy import RevisitPolicy
from workflows.messages.service_policy import ServicePolicy


class DutyMode(StrEnum):
    """Who answers at night: the control room (S0 4.1.3) or three manned shifts (S4)."""

    CONTROL_ROOM_AT_NIGHT = "control_room_at_night"
    THREE_SHIFTS = "three_shifts"


class PostRequirement(StrEnum):
    """What happens when a person does not meet the requirements of a post (S4 一.2, 一.4)."""

    WARN = "warn"
    REFUSE = "refuse"


class CalendarPolicy(Message):
    """Time zone and how a customer's last day that is not a working day moves (C3)."""

    tz: str = "Asia/Shanghai"
    customer_roll: str = "following"


class DutyPolicy(Message):
    """Duty and posts: S0 4.1.3, S4 二.1, S4 一.4. The night (C9) begins and ends as ``night_…`` say."""

    mode: DutyMode = DutyMode.CONTROL_ROOM_AT_NIGHT
    single_post: bool = False
    post_requirements: PostRequirement = PostRequirement.WARN
    developer_ports: bool = True
    night_from: LocalTime = time(21, 0)
    night_until: LocalTime = time(8, 30)


class RenovationPolicy(Message):
    """Renovation filing 装修备案."""

    review: Period = Period(working_days=3)
    permit: Period = Period(days=90)
    extension: Period = Period(days=30)
    extensions_at_most: int = 2
    observation: Period = Period(days=30)
    refund: Period = Period(working_days=7)


class ApprovalPolicy(Message):
    """Money that each level may decide alone (CNY); what is asked for about a thing within ``together_days`` adds up.

    Whoever must sign is reminded of a request that has waited ``remind_days``.
    """

    supervisor_limit: Amount = Decimal("500.00")
    site_manager_limit: Amount = Decimal("5000.00")
    together_days: int = 30
    remind_days: int = 3


class Policy(Message):
    """One version of a community's policy, in force from ``effective_from`` until the next version."""

    community: str
    version: int
    effective_from: Moment
    preset: str = "residential-S1"
    calendar: CalendarPolicy = CalendarPolicy()
    duty: DutyPolicy = DutyPolicy()
    repair: RepairPolicy = RepairPolicy()
    service: ServicePolicy = ServicePolicy()
    revisit: RevisitPolicy = RevisitPolicy()
    fee: FeePolicy = FeePolicy()
    late_fee: LateFeePolicy = LateFeePolicy()
    dunning: DunningPolicy = DunningPolicy()
    cash: CashPolicy = CashPolicy()
    fee_reports: FeeReportPolicy = FeeReportPolicy()
    renovation: RenovationPolicy = RenovationPolicy()
    approval: ApprovalPolicy = ApprovalPolicy()
