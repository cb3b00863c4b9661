"""Every number of the business: one versioned policy per community (``docs/domain/policy.md``).

Sections mirror the chapters of the business. The defaults are those of the preset residential-S1; the
other presets say only what differs (``workflows/rules/policy_presets.py``), and what no company may
decide is in ``workflows/rules/policy_law.py``. A start message carries the slice that its process needs.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import PlainSerializer

from workflows.messages.clocks import ClockRule
from workflows.messages.message import Message, Moment
from workflows.messages.people import Role
from workflows.messages.periods import Period

Rate = Annotated[Decimal, PlainSerializer(str, when_used="json")]
"""A share or a rate, such as 0.30 or 0.0005; never an amount."""
Amount = Annotated[Decimal, PlainSerializer(str, when_used="json")]
"""CNY with two places."""


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
    """Duty and posts: S0 4.1.3, S4 二.1, S4 一.4."""

    mode: DutyMode = DutyMode.CONTROL_ROOM_AT_NIGHT
    single_post: bool = False
    post_requirements: PostRequirement = PostRequirement.WARN
    developer_ports: bool = True


def _clock(
    limit: str,
    *alert: Role,
    next_level: tuple[Role, ...] = (Role.SITE_MANAGER,),
    after: str = "P1B",
    is_promise: bool = True,
) -> ClockRule:
    return ClockRule(
        limit=Period.parse(limit),
        alert=alert,
        next_level=next_level,
        next_after=Period.parse(after),
        is_promise=is_promise,
    )


class RepairPolicy(Message):
    """Repair 报修: the timer table of ``docs/domain/repair.md`` (S4, own design where the sources are silent).

    Hazard words outrank everything else in a report; each list maps a hazard's or trade's code to its words.
    """

    auto_dispatch: bool = True
    acceptance: ClockRule = _clock("PT5M", Role.CS_SUPERVISOR, Role.CONTROL_ROOM)
    dispatch: ClockRule = _clock("PT5M", Role.ENGINEERING_LEAD)
    dispatch_emergency: ClockRule = _clock("PT2M", Role.ENGINEERING_LEAD, after="PT30M")
    technician_answer: ClockRule = _clock("PT5M", Role.ENGINEERING_LEAD, is_promise=False)
    misses_before_lead_assigns: int = 2
    offer_again_after: Period = Period(minutes=10)
    arrival: ClockRule = _clock("PT15M", Role.ENGINEERING_LEAD)
    arrival_before_appointment: Period = Period(minutes=5)
    arrival_urgent: ClockRule = _clock("PT30M", Role.SITE_MANAGER, next_level=(Role.COMPANY_MANAGER,))
    arrival_emergency: ClockRule = _clock("PT15M", Role.SITE_MANAGER, next_level=(Role.COMPANY_MANAGER,), after="PT30M")
    finish: ClockRule = _clock("P3D", Role.CS_SUPERVISOR)
    finish_urgent: ClockRule = _clock("P0D", Role.CS_SUPERVISOR)
    finish_emergency: ClockRule = _clock("PT2H", Role.CS_SUPERVISOR, after="PT30M")
    emergency_told: tuple[Role, ...] = (
        Role.CONTROL_ROOM, Role.ENGINEERING_LEAD, Role.CS_SUPERVISOR, Role.SITE_MANAGER,
    )  # fmt: skip
    default_acceptance: Period = Period(hours=48)
    reopen_window: Period = Period(days=7)
    hazard_words: dict[str, tuple[str, ...]] = {
        "gas": ("燃气泄漏", "煤气泄漏", "燃气味", "煤气味", "天然气味", "漏气", "闻到燃气", "闻到煤气"),
        "fire": ("着火", "起火", "冒烟", "火灾", "烧焦", "火苗"),
        "lift_entrapment": ("电梯困人", "困在电梯", "被困电梯", "困电梯", "关在电梯"),
        "live_wire": ("漏电", "触电", "电线裸露", "电线掉落", "打火花"),
        "burst_pipe": ("爆管", "水管爆", "水管破裂", "喷水"),
        "flooding": ("水淹", "淹水", "倒灌", "积水进屋"),
    }
    urgent_words: tuple[str, ...] = (
        "停水",
        "没水",
        "停电",
        "没电",
        "断电",
        "跳闸",
        "堵塞",
        "下水道堵",
        "马桶堵",
        "反水",
    )
    trade_words: dict[str, tuple[str, ...]] = {
        "gas": ("燃气", "煤气", "天然气"),
        "lift": ("电梯",),
        "low_voltage": ("门禁", "对讲", "网络", "监控", "可视"),
        "heating_and_cooling": ("空调", "暖气", "地暖", "采暖"),
        "doors_and_locks": ("门锁", "锁", "窗", "门把手", "合页"),
        "plumbing": ("水管", "漏水", "龙头", "马桶", "下水", "水", "爆管", "堵"),
        "electrical": ("电", "灯", "插座", "开关", "跳闸", "漏电"),
        "carpentry": ("柜", "木", "地板"),
        "masonry": ("墙", "瓷砖", "渗", "天花", "开裂"),
    }


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
    """Revisit 回访 (S1, S4); read at completion, by the process that comes with it."""

    rules: tuple[RevisitRule, ...] = ()
    satisfied_from: int = 3


class FeePolicy(Message):
    """Management fee 物业管理费 (S4 4.2.1)."""

    enabled: bool = True
    half_factor: Rate = Decimal("0.5")
    full_trigger: str = "permit_issued"
    proration: str = "actual_days"
    due_day: int = 10
    allocation: str = "oldest_principal_first"


class LateFeePolicy(Message):
    """Late fee 滞纳金; the rate and the cap are the company's own."""

    daily: Rate = Decimal("0.0005")
    cap_ratio: Rate = Decimal("1.0")
    require_contract_clause: bool = True


class DunningPolicy(Message):
    """Dunning 催缴. ``forbid`` may be lengthened, never shortened (民法典 §944)."""

    step_days: tuple[int, ...] = (10, 10, 10)
    forbid: tuple[str, ...] = (
        "water", "power", "gas", "heat", "access_card", "lift", "goods_pass", "public_naming",
    )  # fmt: skip


class RenovationPolicy(Message):
    """Renovation filing 装修备案."""

    review: Period = Period(working_days=3)
    permit: Period = Period(days=90)
    extension: Period = Period(days=30)
    extensions_at_most: int = 2
    observation: Period = Period(days=30)
    refund: Period = Period(working_days=7)


class ApprovalPolicy(Message):
    """Money that each level may decide alone (CNY)."""

    supervisor_limit: Amount = Decimal("500.00")
    site_manager_limit: Amount = Decimal("5000.00")


class Policy(Message):
    """One version of a community's policy, in force from ``effective_from`` until the next version."""

    community: str
    version: int
    effective_from: Moment
    preset: str = "residential-S1"
    calendar: CalendarPolicy = CalendarPolicy()
    duty: DutyPolicy = DutyPolicy()
    repair: RepairPolicy = RepairPolicy()
    revisit: RevisitPolicy = RevisitPolicy()
    fee: FeePolicy = FeePolicy()
    late_fee: LateFeePolicy = LateFeePolicy()
    dunning: DunningPolicy = DunningPolicy()
    renovation: RenovationPolicy = RenovationPolicy()
    approval: ApprovalPolicy = ApprovalPolicy()
