"""Classes, hazards and trades of a repair; its clocks; what replies do (docs/domain/repair.md)."""

from datetime import UTC, datetime

import pytest

from workflows.messages.case import ReplyIntent
from workflows.messages.people import Trade
from workflows.messages.repair import RepairClass, RepairState
from workflows.messages.repair_policy import RepairPolicy
from workflows.rules.repair_classification import Hazard, classify, more_urgent
from workflows.rules.repair_clocks import arrival_due_by_appointment, arrival_rule, dispatch_rule, finish_rule
from workflows.rules.repair_replies import ReplyEffect, effect_of, speaks_for_the_case

POLICY = RepairPolicy()


@pytest.mark.parametrize(
    ("report", "repair_class", "hazard", "trade"),
    [
        ("厨房水龙头滴水", "general", "", "plumbing"),
        ("客厅灯不亮", "general", "", "electrical"),
        ("马桶堵了,反水", "urgent", "", "plumbing"),
        ("家里没电了", "urgent", "", "electrical"),
        ("厨房闻到燃气味", "emergency", "gas", "gas"),
        ("老人困在电梯里", "emergency", "lift_entrapment", "lift"),
        ("楼道电表箱冒烟", "emergency", "fire", "electrical"),
        ("水管爆了,水淹到客厅", "emergency", "burst_pipe", "plumbing"),
        ("插座漏电,还漏水", "emergency", "live_wire", "electrical"),
        ("门禁刷不开", "general", "", "low_voltage"),
        ("想换一个东西", "general", "", "general"),
        ("", "general", "", "general"),
    ],
)
def test_the_words_of_a_report_decide_class_hazard_and_trade(
    report: str, repair_class: str, hazard: str, trade: str
) -> None:
    judged = classify(report, None, POLICY)
    assert (judged.repair_class, judged.hazard, judged.trade) == (repair_class, hazard, trade)


def test_the_most_dangerous_hazard_in_a_report_decides() -> None:
    assert classify("爆管了,还有燃气泄漏", None, POLICY).hazard == Hazard.GAS


def test_a_hazard_word_broken_by_spaces_is_still_found() -> None:
    assert classify("燃气 泄漏", None, POLICY).hazard == Hazard.GAS


def test_a_named_trade_is_kept_but_a_hazard_calls_its_own() -> None:
    assert classify("水龙头滴水", Trade.CARPENTRY, POLICY).trade is Trade.CARPENTRY
    assert classify("电梯困人", Trade.CARPENTRY, POLICY).trade is Trade.LIFT


def test_hazard_words_are_the_companys_own() -> None:
    own = RepairPolicy(hazard_words={"flooding": ("地库进水",)})
    assert classify("地库进水", None, own).hazard == Hazard.FLOODING
    assert classify("燃气泄漏", None, own).hazard == ""


@pytest.mark.parametrize("first", list(RepairClass))
@pytest.mark.parametrize("second", list(RepairClass))
def test_the_more_urgent_of_two_classes_does_not_depend_on_their_order(first: RepairClass, second: RepairClass) -> None:
    assert more_urgent(first, second) is more_urgent(second, first)
    assert more_urgent(first, RepairClass.EMERGENCY) is RepairClass.EMERGENCY


def test_every_class_has_its_clocks() -> None:
    limits = {
        kind: tuple(str(rule(POLICY, kind).limit) for rule in (dispatch_rule, arrival_rule, finish_rule))
        for kind in RepairClass
    }
    assert limits == {
        RepairClass.EMERGENCY: ("PT2M", "PT15M", "PT2H"),
        RepairClass.URGENT: ("PT5M", "PT30M", "P0D"),
        RepairClass.GENERAL: ("PT5M", "PT15M", "P3D"),
    }


def test_an_appointment_sets_no_arrival_for_an_emergency_or_where_there_is_none() -> None:
    assert arrival_due_by_appointment(POLICY, RepairClass.GENERAL, None, _instant()) is None
    assert arrival_due_by_appointment(POLICY, RepairClass.EMERGENCY, _instant(), _instant()) is None


def test_an_appointment_already_past_is_due_at_dispatch() -> None:
    assert arrival_due_by_appointment(POLICY, RepairClass.GENERAL, _instant(), _instant()) == _instant()


def _instant() -> datetime:

    return datetime(2026, 5, 12, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", list(RepairState))
@pytest.mark.parametrize("intent", list(ReplyIntent))
def test_a_reply_never_does_more_than_its_state_provides_for(state: RepairState, intent: ReplyIntent) -> None:
    effect = effect_of(state, intent)
    if state in (RepairState.ARRIVED, RepairState.IN_PROGRESS, RepairState.SUSPENDED):
        assert effect is ReplyEffect.NOTE
    if effect in (ReplyEffect.CONFIRM_QUOTE, ReplyEffect.DECLINE_QUOTE):
        assert state is RepairState.QUOTED
    if intent is ReplyIntent.COMMENT:
        assert effect is ReplyEffect.NOTE
    if effect is ReplyEffect.VERIFY:
        assert state is RepairState.COMPLETED
    if effect is ReplyEffect.REOPEN:
        assert state is RepairState.CLOSED


@pytest.mark.parametrize(
    ("sender", "reporter", "decides"),
    [
        ("", "+8613800000001", True),
        ("13800000001", "+86 138-0000-0001", True),
        ("13800000001-8", "13800000001", True),
        ("13900000002", "13800000001", False),
        ("0755-26000001", "075526000001", True),
        ("0755-26000002", "075526000001", False),
        ("13900000002", "", True),
    ],
)
def test_only_the_reporters_number_or_a_platform_that_knows_none_decides(
    sender: str, reporter: str, decides: bool
) -> None:
    assert speaks_for_the_case(sender, reporter) is decides
