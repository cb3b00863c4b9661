"""Whose turn it is: every state of every kind of case waits for somebody who can do something."""

import pytest

from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.messages.repair import RepairState
from workflows.messages.revisit import RevisitState
from workflows.messages.special_service import ServiceState
from workflows.rules.whose_turn import has_no_owner, whose_turn

REPAIR, SERVICE, REVISIT = CaseKind.REPAIR, CaseKind.SPECIAL_SERVICE, CaseKind.REVISIT


@pytest.mark.parametrize(
    ("kind", "state", "assignee", "turn"),
    [
        (REPAIR, RepairState.RECEIVED, "", "客户助理"),
        (REPAIR, RepairState.ACCEPTED, "", "工程主管"),
        (REPAIR, RepairState.DISPATCHED, "T001", "维修技工 T001"),
        (REPAIR, RepairState.DISPATCHED, "", "工程主管"),
        (REPAIR, RepairState.IN_PROGRESS, "T001", "维修技工 T001"),
        (REPAIR, RepairState.QUOTED, "T001", "客户"),
        (REPAIR, RepairState.SUSPENDED, "T001", "客服主管"),
        (REPAIR, RepairState.COMPLETED, "T001", "客户"),
        (REPAIR, RepairState.AWAITING_REVISIT, "T001", "私人管家"),
        (SERVICE, ServiceState.ORDERED, "", "客户助理"),
        (SERVICE, ServiceState.BOOKED, "", "客户助理"),
        (SERVICE, ServiceState.IN_SERVICE, "T001", "维修技工 T001"),
        (SERVICE, ServiceState.AWAITING_SIGNATURE, "T001", "客户"),
        (REVISIT, RevisitState.PLANNED, "", "客服主管"),
        (REVISIT, RevisitState.CONTACTING, "G001", "私人管家 G001"),
        (REVISIT, RevisitState.RECTIFYING, "G001", "工程主管"),
        (REVISIT, RevisitState.SATISFIED, "G001", "客服主管"),
        (CaseKind.COMPLAINT, "anything", "", "客户助理"),
    ],
)
def test_an_open_case_waits_for_the_one_who_can_take_the_next_step(kind, state, assignee, turn):
    assert whose_turn(kind, state, assignee).label == turn


@pytest.mark.parametrize("assignee", ["", "T001"])
@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (kind, state)
        for kind, states in ((REPAIR, RepairState), (SERVICE, ServiceState), (REVISIT, RevisitState))
        for state in states
    ],
)
def test_no_state_waits_for_nobody(kind, state, assignee):
    turn = whose_turn(kind, state, assignee)
    assert isinstance(turn, Actor)
    assert turn.role is not Role.SYSTEM
    assert turn.code in {"", assignee}


def test_a_case_that_waits_for_the_customer_needs_no_owner():
    assert has_no_owner(REPAIR, RepairState.ACCEPTED, "")
    assert not has_no_owner(REPAIR, RepairState.QUOTED, "")
    assert not has_no_owner(REPAIR, RepairState.IN_PROGRESS, "T001")
