"""Who may do what to a repair, and when 报修可办事项 (``docs/domain/repair.md``)."""

from typing import Final

from workflows.messages.people import Role
from workflows.messages.repair import RepairState
from workflows.messages.repair_actions import RepairAction
from workflows.rules.action_rule import DESK, LEADS, ON_SITE, TECHNICIANS, ActionRule, row
from workflows.rules.authority import Decision, deciders

_S = RepairState
_BEFORE_ARRIVAL: Final = {_S.ACCEPTED, _S.DISPATCHED, _S.ACKNOWLEDGED}
_UNDER_WAY: Final = _BEFORE_ARRIVAL | {_S.ARRIVED, _S.IN_PROGRESS}

REPAIR_ACTIONS: Final[tuple[ActionRule, ...]] = (
    row(RepairAction.ACCEPT, {_S.RECEIVED}, DESK | {Role.STEWARD}),
    row(RepairAction.DISPATCH, _BEFORE_ARRIVAL | {_S.IN_PROGRESS}, DESK | LEADS),
    row(RepairAction.TAKE, {_S.DISPATCHED}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.DECLINE, {_S.DISPATCHED, _S.ACKNOWLEDGED}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.ARRIVE, {_S.ACKNOWLEDGED}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.COMPLETE, {_S.IN_PROGRESS}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.CANCEL, {_S.RECEIVED} | _BEFORE_ARRIVAL | {_S.IN_PROGRESS}, DESK),
    row(RepairAction.MOVE_DEADLINE, {_S.RECEIVED} | _UNDER_WAY, deciders(Decision.MOVE_DEADLINE)),
)
"""Every action of a repair, in the order in which the desk shows them."""
