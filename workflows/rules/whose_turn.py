"""Whose turn it is 该谁办, as far as the record of an open case says it: for lists, where no clock's name is kept."""

from collections.abc import Mapping
from typing import Final

from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.messages.repair import RepairState
from workflows.messages.revisit import RevisitState
from workflows.messages.special_service import ServiceState

_WAITS_FOR: Final[Mapping[CaseKind, Mapping[str, Role]]] = {
    CaseKind.REPAIR: {
        RepairState.RECEIVED: Role.CS_ASSISTANT,
        RepairState.QUOTED: Role.CUSTOMER,
        RepairState.SUSPENDED: Role.CS_SUPERVISOR,
        RepairState.COMPLETED: Role.CUSTOMER,
        RepairState.VERIFIED: Role.CS_SUPERVISOR,
        RepairState.AWAITING_REVISIT: Role.STEWARD,
    },
    CaseKind.SPECIAL_SERVICE: {
        ServiceState.ORDERED: Role.CS_ASSISTANT,
        ServiceState.QUOTED: Role.CUSTOMER,
        ServiceState.AWAITING_SIGNATURE: Role.CUSTOMER,
        ServiceState.POSTED: Role.CASHIER,
    },
    CaseKind.REVISIT: {
        RevisitState.PLANNED: Role.CS_SUPERVISOR,
        RevisitState.SATISFIED: Role.CS_SUPERVISOR,
        RevisitState.DISSATISFIED: Role.CS_SUPERVISOR,
        RevisitState.RECTIFYING: Role.ENGINEERING_LEAD,
        RevisitState.UNREACHABLE: Role.CS_SUPERVISOR,
        RevisitState.EXEMPT: Role.CS_SUPERVISOR,
    },
}
"""States in which the case waits for a role, whoever has the job; in all others it waits for who has it."""

_HAS_IT: Final[Mapping[CaseKind, tuple[Role, Role]]] = {
    CaseKind.REPAIR: (Role.TECHNICIAN, Role.ENGINEERING_LEAD),
    CaseKind.SPECIAL_SERVICE: (Role.TECHNICIAN, Role.CS_ASSISTANT),
    CaseKind.REVISIT: (Role.STEWARD, Role.CS_SUPERVISOR),
}
"""As what somebody has a case of the kind, and who sees to it that somebody has it."""


def whose_turn(kind: CaseKind, state: str, assignee: str) -> Actor:
    """Return for whom an open case waits: a role, with the code of the person where somebody has the job."""
    role = _WAITS_FOR.get(kind, {}).get(state)
    if role is not None:
        return Actor(role=role)
    of_the_job, without_one = _HAS_IT.get(kind, (Role.CS_ASSISTANT, Role.CS_ASSISTANT))
    return Actor(role=of_the_job, code=assignee) if assignee else Actor(role=without_one)


def has_no_owner(kind: CaseKind, state: str, assignee: str) -> bool:
    """Whether an open case is nobody's by name, while it waits for somebody on the staff."""
    return not assignee and whose_turn(kind, state, assignee).role is not Role.CUSTOMER
