"""Repair 报修 in the policy: the timer table of ``docs/domain/repair.md``, words of danger, warranty."""

from datetime import time
from decimal import Decimal

from workflows.messages.clocks import ClockRule, clock_rule
from workflows.messages.message import LocalTime, Message
from workflows.messages.money import Amount
from workflows.messages.people import Role
from workflows.messages.periods import Period


class WarrantyPolicy(Message):
    """Warranty 保修 from the building's completion acceptance: statutory minimums (L3 §40), which may be extended.

    ``waterproof`` holds for structure-near leakage (roof, wet rooms, outer walls), found by ``waterproof_words``;
    ``general`` for wiring, pipes, equipment and finishing; heating and cooling count in seasons of one year.
    """

    structure: Period = Period(months=600)
    structure_words: tuple[str, ...] = ("承重墙", "主体结构", "地基", "楼板开裂")
    waterproof: Period = Period(months=60)
    waterproof_words: tuple[str, ...] = (
        "渗漏", "渗水", "屋面", "屋顶漏", "外墙", "卫生间漏", "楼上漏", "天花漏", "防水",
    )  # fmt: skip
    heating_and_cooling: Period = Period(months=24)
    general: Period = Period(months=24)


class RepairPolicy(Message):
    """Repair 报修: the timer table of ``docs/domain/repair.md`` (S4, own design where the sources are silent).

    Hazard words outrank everything else in a report; each list maps a hazard's or trade's code to its words.
    """

    auto_dispatch: bool = True
    acceptance: ClockRule = clock_rule("PT5M", Role.CS_SUPERVISOR, Role.CONTROL_ROOM)
    dispatch: ClockRule = clock_rule("PT5M", Role.ENGINEERING_LEAD)
    dispatch_emergency: ClockRule = clock_rule("PT2M", Role.ENGINEERING_LEAD, after="PT30M")
    technician_answer: ClockRule = clock_rule("PT5M", Role.ENGINEERING_LEAD, is_promise=False)
    misses_before_lead_assigns: int = 2
    offer_again_after: Period = Period(minutes=10)
    arrival: ClockRule = clock_rule("PT15M", Role.ENGINEERING_LEAD)
    arrival_before_appointment: Period = Period(minutes=5)
    arrival_urgent: ClockRule = clock_rule("PT30M", Role.SITE_MANAGER, next_level=(Role.COMPANY_MANAGER,))
    arrival_emergency: ClockRule = clock_rule(
        "PT15M", Role.SITE_MANAGER, next_level=(Role.COMPANY_MANAGER,), after="PT30M"
    )
    finish: ClockRule = clock_rule("P3D", Role.CS_SUPERVISOR)
    finish_urgent: ClockRule = clock_rule("P0D", Role.CS_SUPERVISOR)
    finish_emergency: ClockRule = clock_rule("PT2H", Role.CS_SUPERVISOR, after="PT30M")
    emergency_told: tuple[Role, ...] = (
        Role.CONTROL_ROOM, Role.ENGINEERING_LEAD, Role.CS_SUPERVISOR, Role.SITE_MANAGER,
    )  # fmt: skip
    second_person: ClockRule = clock_rule("PT5M", Role.ENGINEERING_LEAD, after="PT30M", is_promise=False)
    lift_contractor: ClockRule = clock_rule("PT30M", Role.CONTROL_ROOM, Role.SITE_MANAGER, after="PT30M")
    warranty: WarrantyPolicy = WarrantyPolicy()
    warranty_site_check: ClockRule = clock_rule("PT24H", Role.RE_CS_GROUP)
    warranty_repair_start: ClockRule = clock_rule("PT72H", Role.RE_CS_GROUP)
    paid_inside: bool = True
    off_list_review: ClockRule = clock_rule("PT15M", Role.ENGINEERING_LEAD, is_promise=False)
    off_list_limit: Amount = Decimal("1000.00")
    quote_confirmation: ClockRule = clock_rule("PT24H", Role.CS_ASSISTANT, is_promise=False, remind_share=20 / 24)
    charge_dispute: ClockRule = clock_rule("P2D", Role.CS_SUPERVISOR)
    call_out_fee: Amount = Decimal("0.00")
    promise_at_most: Period = Period(days=7)
    promise: ClockRule = clock_rule("P7D", Role.CS_SUPERVISOR)
    reappointment: ClockRule = clock_rule("P1B", Role.CS_SUPERVISOR, is_promise=False)
    no_shows_before_closing: int = 2
    calls_before_closing: int = 3
    merge_within: Period = Period(hours=24)
    same_fault_within: Period = Period(days=90)
    hot_issue_from: int = 3
    backfill_by: str = "09:30"
    backfill_within: Period = Period(days=3)
    work_time_due: Period = Period(working_days=3)
    work_time_due_at: LocalTime = time(18, 0)
    low_rating: int = 2
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
