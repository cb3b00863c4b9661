"""Repairs as a recorder sends them: a first batch with the opening, later ones without."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from workflows.messages.case import CaseHeader, CaseOpening, Channel, EventLine, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.messages.records import CaseBatch, RepairRecord, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairState
from workflows.rules.case_numbers import case_number

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 4, 15, 10, 0, tzinfo=SHANGHAI)
DESK = Actor(role=Role.CS_ASSISTANT, code="C001")
ZHANG = Reporter(name="张晓梅", phone="+86 138 0013 8000", mail="zhang@example.com")

_keys = count()


def new_number() -> str:
    """A case number that no other test has."""
    return case_number(CaseKind.REPAIR, b"tests", "tests", str(next(_keys)))


def opening(number: str, community: str = "YGHY", **changes) -> CaseOpening:
    """A leak in 3-1502, reported by telephone."""
    known = {
        "number": number,
        "kind": CaseKind.REPAIR,
        "community": community,
        "channel": Channel.PHONE,
        "received_at": MORNING,
        "unit": "3-1502",
        "area": "A1",
        "reporter": ZHANG,
        "description": "厨房水管漏水,钥匙在门卫老王处",
        "policy_version": 3,
    }
    return CaseOpening(**{**known, **changes})


def header(number: str, state: RepairState, last_sequence: int, community: str = "YGHY", **changes) -> CaseHeader:
    """The header after the line of that sequence."""
    known = {"level": "general", "level_label": "一般", "state_label": state.label, "last_sequence": last_sequence}
    return CaseHeader(number=number, kind=CaseKind.REPAIR, community=community, state=state, **{**known, **changes})


def line(sequence: int, state: RepairState, **changes) -> EventLine:
    """One line, a minute after the one before."""
    known = {
        "at": MORNING + timedelta(minutes=sequence - 1),
        "event": f"repair.{state}",
        "label": state.label,
        "actor": DESK,
        "state": state,
    }
    return EventLine(sequence=sequence, **{**known, **changes})


def first_batch(number: str, community: str = "YGHY", **changes) -> CaseBatch:
    """Received and accepted: lines 1 and 2, with the opening."""
    start = opening(number, community, **changes)
    return CaseBatch(
        header=header(number, RepairState.ACCEPTED, 2, community, accepted_at=start.received_at, accepted_by=DESK),
        lines=(
            line(1, RepairState.RECEIVED),
            line(2, RepairState.ACCEPTED, state_before=RepairState.RECEIVED, reason="张女士催促"),
        ),
        forms=(RepairRecord(place="张家厨房水池下", trade="plumbing", repair_class="general"),),
        opening=start,
    )


def dispatched_batch(number: str, community: str = "YGHY") -> CaseBatch:
    """Offered to T001: line 3."""
    return CaseBatch(
        header=header(number, RepairState.DISPATCHED, 3, community, assignee="T001"),
        lines=(line(3, RepairState.DISPATCHED, state_before=RepairState.ACCEPTED, facts={"technician": "T001"}),),
        forms=(
            RepairRecord(place="张家厨房水池下", trade="plumbing", repair_class="general"),
            WorkOrder(attempt=1, technician="T001", trade="plumbing", offered_at=MORNING),
        ),
    )


def completed_batch(number: str, community: str = "YGHY") -> CaseBatch:
    """Taken, done and closed: lines 4 and 5."""
    done_at = MORNING + timedelta(hours=1)
    return CaseBatch(
        header=header(number, RepairState.CLOSED, 5, community, assignee="T001", closed_at=done_at),
        lines=(line(4, RepairState.COMPLETED), line(5, RepairState.CLOSED)),
        forms=(
            RepairRecord(
                place="张家厨房水池下",
                trade="plumbing",
                repair_class="general",
                completed_at=done_at,
                verified_how="signal",
            ),
            WorkOrder(
                attempt=1,
                technician="T001",
                trade="plumbing",
                offered_at=MORNING,
                outcome=WorkOrderOutcome.DONE,
                completed_at=done_at,
                work_done="更换张家角阀",
                materials="角阀1只",
                work_minutes=40,
            ),
        ),
    )
