"""Night jobs that are entered afterwards 补单: whose, when, and with which times (S0 4.1.3; RPR-11)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities.connections.database import Database
from activities.opening.refused import CaseRefusedError
from activities.opening.repair_reports import NightJob, RepairReport, repair_start
from activities.records.intake_snapshot import Caller, IntakeSnapshot, load_snapshot
from workflows.messages.case import Channel
from workflows.messages.people import Role
from workflows.messages.repair import Backfill, RepairStart

CHINA = ZoneInfo("Asia/Shanghai")
CALLED = datetime(2026, 4, 11, 23, 40, tzinfo=CHINA)
ENTERED = datetime(2026, 4, 12, 9, 10, tzinfo=CHINA)
DESK = Caller("desk", Role.CS_ASSISTANT, "K001", frozenset({"YGHY"}), None)


@pytest.fixture
def snapshot(sample: Database) -> IntakeSnapshot:
    return replace(load_snapshot(sample, ENTERED), taken_at=ENTERED)


def entered(snapshot: IntakeSnapshot, caller: Caller = DESK, *, called: datetime = CALLED, **times: Any) -> RepairStart:
    done = Backfill(
        **{
            "technician": "T001",
            "arrived_at": CALLED + timedelta(minutes=12),
            "completed_at": CALLED + timedelta(minutes=55),
            **times,
        }
    )
    report = RepairReport(
        community="YGHY",
        unit="1-101",
        channel=Channel.CONTROL_ROOM,
        description="厨房水管爆管",
        night_job=NightJob(called_at=called, done=done),
    )
    return repair_start("BX-22222-22222", report, caller, snapshot, ENTERED)


def refusal(snapshot: IntakeSnapshot, **how: Any) -> str:
    with pytest.raises(CaseRefusedError) as refused:
        entered(snapshot, **how)
    return refused.value.code


def test_the_call_keeps_its_time_and_business_begins_when_it_is_entered(snapshot: IntakeSnapshot) -> None:
    start = entered(snapshot)
    assert (start.opening.received_at, start.opening.entered_at) == (CALLED, ENTERED)
    assert start.opening.accepted_by is not None
    assert start.backfill is not None
    assert start.hazard == "burst_pipe"


def test_times_that_cannot_be_are_refused(snapshot: IntakeSnapshot) -> None:
    assert refusal(snapshot, completed_at=ENTERED + timedelta(minutes=1)) == "backfill_in_future"
    assert refusal(snapshot, arrived_at=CALLED - timedelta(minutes=1)) == "backfill_out_of_order"
    assert refusal(snapshot, completed_at=CALLED + timedelta(minutes=1)) == "backfill_out_of_order"
    assert refusal(snapshot, called=CALLED - timedelta(days=3)) == "backfill_too_old"


def test_a_platform_or_a_technician_enters_none(snapshot: IntakeSnapshot) -> None:
    for role in (Role.INTAKE, Role.TECHNICIAN):
        assert refusal(snapshot, caller=replace(DESK, role=role)) == "backfill_not_yours"


def test_what_the_register_says_of_the_place_goes_into_the_start(snapshot: IntakeSnapshot) -> None:
    start = entered(snapshot)
    assert (start.inside, start.developer_ports) == (True, True)
    assert start.building_accepted_on is not None
