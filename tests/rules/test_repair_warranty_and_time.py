"""Warranty, working time and night jobs of a repair, by the numbers of docs/domain/scenarios.md."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.processes.case_under_test import CHINA, at
from tests.processes.centre import CALENDAR_2026
from workflows.messages.people import Trade
from workflows.messages.records import Suspension
from workflows.messages.repair import Port, RepairClass
from workflows.messages.repair_policy import RepairPolicy, WarrantyPolicy
from workflows.rules.repair_backfill import backfill_due, kept
from workflows.rules.repair_clocks import arrival_rule
from workflows.rules.warranty import in_warranty, is_paid, port_of, warranty_until
from workflows.rules.work_time import net_seconds

POLICY = WarrantyPolicy()


@pytest.mark.parametrize(
    ("reported_on", "covered"), [(date(2027, 6, 29), True), (date(2027, 6, 30), True), (date(2027, 7, 1), False)]
)
def test_rpr_14_the_last_day_of_the_warranty_is_included(reported_on: date, covered: bool) -> None:
    until = warranty_until(date(2022, 6, 30), "卫生间漏水", Trade.PLUMBING, POLICY)
    assert until == date(2027, 6, 30)
    assert in_warranty(reported_on, until) is covered


@pytest.mark.parametrize(
    ("words", "trade", "until"),
    [
        ("承重墙 开裂", Trade.MASONRY, date(2072, 2, 28)),
        ("外墙渗水", Trade.MASONRY, date(2027, 2, 28)),
        ("地暖不热", Trade.HEATING_AND_COOLING, date(2024, 2, 28)),
        ("插座没反应", Trade.ELECTRICAL, date(2024, 2, 28)),
    ],
)
def test_the_words_of_the_report_say_what_is_in_warranty_and_how_long(words: str, trade: Trade, until: date) -> None:
    assert warranty_until(date(2022, 2, 28), words, trade, POLICY) == until


def test_nobody_knows_the_warranty_of_a_building_without_a_day() -> None:
    assert in_warranty(date(2026, 5, 12), warranty_until(None, "漏水", Trade.PLUMBING, POLICY)) is None


@pytest.mark.parametrize("covered", [True, False, None])
@pytest.mark.parametrize("ports", [True, False])
def test_only_a_developer_who_takes_part_answers_for_what_is_in_warranty(covered: bool | None, ports: bool) -> None:
    assert (port_of(covered=covered, developer_ports=ports) is Port.CONSTRUCTION) is (covered is True and ports)


@pytest.mark.parametrize(
    ("changes", "paid"),
    [
        ({}, True),
        ({"inside": False}, False),
        ({"inside": None}, False),
        ({"covered": True}, False),
        ({"covered": None}, True),
        ({"port": Port.PRODUCT}, False),
        ({"paid_inside": False}, False),
        ({"repair_class": RepairClass.EMERGENCY}, False),
    ],
)
def test_paid_is_what_lies_inside_a_home_out_of_warranty(changes: dict, paid: bool) -> None:
    facts = {
        "paid_inside": True,
        "inside": True,
        "covered": False,
        "port": Port.PROPERTY,
        "repair_class": RepairClass.GENERAL,
    }
    assert is_paid(**{**facts, **changes}) is paid


def suspension(number: int, since: datetime, until: datetime | None) -> Suspension:
    return Suspension(
        number=number, ground="parts", promised_on=date(2026, 5, 12), suspended_at=since, resumed_at=until
    )


def test_rpr_18_thirty_hours_and_a_half_gross_are_two_and_a_half_net() -> None:
    ordered, completed = at("05-11 10:10"), at("05-12 16:40")
    stood_still = suspension(1, at("05-11 11:00"), at("05-12 15:00"))
    assert completed - ordered == timedelta(hours=30, minutes=30)
    assert net_seconds(ordered, completed, [stood_still]) == 2.5 * 3600


def test_a_suspension_of_before_a_reopening_is_not_counted_again_and_an_open_one_to_the_end() -> None:
    ordered, completed = at("05-14 10:00"), at("05-14 12:00")
    assert net_seconds(ordered, completed, [suspension(1, at("05-11 11:00"), at("05-12 15:00"))]) == 7200
    assert net_seconds(ordered, completed, [suspension(1, at("05-14 11:00"), None)]) == 3600


@given(st.lists(st.integers(0, 10_000), min_size=0, max_size=8, unique=True), st.integers(0, 10_000))
def test_net_time_lies_between_nothing_and_the_gross_time(minutes: list[int], span: int) -> None:
    ordered = at("05-11 00:00")
    edges = sorted(minutes[: len(minutes) // 2 * 2])
    pauses = [
        suspension(i, ordered + timedelta(minutes=since), ordered + timedelta(minutes=until))
        for i, (since, until) in enumerate(zip(edges[::2], edges[1::2], strict=True))
    ]
    net = net_seconds(ordered, ordered + timedelta(minutes=span), pauses)
    assert 0 <= net <= span * 60


@pytest.mark.parametrize(
    ("called", "due"),
    [
        ("04-11 23:40", "04-12 09:30"),
        ("04-12 02:00", "04-12 09:30"),
        ("04-12 09:30", "04-13 09:30"),
        ("04-12 09:29", "04-12 09:30"),
    ],
)
def test_a_night_job_is_entered_by_half_past_nine_of_the_next_morning(called: str, due: str) -> None:
    assert backfill_due(at(called), RepairPolicy().backfill_by, CALENDAR_2026) == at(due)


@pytest.mark.parametrize(("arrived", "in_time"), [("23:52:00", True), ("23:55:00", True), ("23:55:01", False)])
def test_rpr_11_arrival_at_an_emergency_is_judged_by_its_true_times(arrived: str, in_time: bool) -> None:
    rule = arrival_rule(RepairPolicy(), RepairClass.EMERGENCY)
    called = datetime(2026, 4, 11, 23, 40, tzinfo=CHINA)
    assert kept(rule, called, at(f"04-11 {arrived}"), CALENDAR_2026) is in_time
