"""Who may do what, and when 可办事项: the one table behind the validator, the API, the desk's buttons and the docs.

Each row says once in which states an action is possible, which roles may take it and whether it is only for
the technician whose job it is. A process adds its rows here; nothing else decides.
"""

from collections.abc import Mapping
from typing import Final

from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Message
from workflows.messages.people import Role
from workflows.messages.repair import RepairAction, RepairState
from workflows.rules.authority import Decision, deciders

MANAGERS: Final = frozenset({Role.CS_SUPERVISOR, Role.SITE_MANAGER, Role.COMPANY_MANAGER})
"""Who stands over the desk and the technicians."""
DESK: Final = frozenset({Role.CS_ASSISTANT, Role.CONTROL_ROOM}) | MANAGERS
"""Who sits at the desk 前台, by day or by night, and those over them."""
LEADS: Final = frozenset({Role.ENGINEERING_LEAD}) | MANAGERS
"""Who assigns work to technicians."""
ON_SITE: Final = frozenset({Role.TECHNICIAN, Role.ENGINEERING_LEAD, Role.CONTROL_ROOM})
"""The technician, and who takes down what he says by telephone (S0 4.1.3) or acts for one who cannot."""


class ActionRule(Message):
    """One row: the action, where it is possible, for whom. ``assignee_only`` binds technicians to their own job."""

    action: str
    label: str
    states: frozenset[str]
    roles: frozenset[Role]
    assignee_only: bool = False


def _repair(action: RepairAction, states: set[RepairState], roles: frozenset[Role], *, own: bool = False) -> ActionRule:
    return ActionRule(action=action, label=action.label, states=frozenset(states), roles=roles, assignee_only=own)


_S = RepairState
_BEFORE_ARRIVAL: Final = {_S.ACCEPTED, _S.DISPATCHED, _S.ACKNOWLEDGED}
_UNDER_WAY: Final = _BEFORE_ARRIVAL | {_S.ARRIVED, _S.IN_PROGRESS}

ACTION_TABLE: Final[Mapping[CaseKind, tuple[ActionRule, ...]]] = {
    CaseKind.REPAIR: (
        _repair(RepairAction.ACCEPT, {_S.RECEIVED}, DESK | {Role.STEWARD}),
        _repair(RepairAction.DISPATCH, _BEFORE_ARRIVAL | {_S.IN_PROGRESS}, DESK | LEADS),
        _repair(RepairAction.TAKE, {_S.DISPATCHED}, ON_SITE, own=True),
        _repair(RepairAction.DECLINE, {_S.DISPATCHED, _S.ACKNOWLEDGED}, ON_SITE, own=True),
        _repair(RepairAction.ARRIVE, {_S.ACKNOWLEDGED}, ON_SITE, own=True),
        _repair(RepairAction.COMPLETE, {_S.IN_PROGRESS}, ON_SITE, own=True),
        _repair(RepairAction.CANCEL, {_S.RECEIVED} | _BEFORE_ARRIVAL | {_S.IN_PROGRESS}, DESK),
        _repair(RepairAction.MOVE_DEADLINE, {_S.RECEIVED} | _UNDER_WAY, deciders(Decision.MOVE_DEADLINE)),
    ),
}
"""Every action of every process, in the order in which the desk shows them."""


class Refused(Exception):  # noqa: N818 - it is a refusal, not an error
    """An action that the table does not allow; ``code`` is for machines, the message tells a person what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _bound(rule: ActionRule, role: Role) -> bool:
    """A technician acts on his own jobs only; who acts for technicians acts for any."""
    return rule.assignee_only and role is Role.TECHNICIAN


def allowed_actions(kind: CaseKind, state: str, role: Role, *, is_assignee: bool) -> tuple[str, ...]:
    """Return the actions that this role may take now, in the table's order."""
    return tuple(
        rule.action
        for rule in ACTION_TABLE.get(kind, ())
        if state in rule.states and role in rule.roles and (is_assignee or not _bound(rule, role))
    )


def rule_for(kind: CaseKind, action: str, role: Role) -> ActionRule:
    """Return the action's row if the role can take it in some state; raise :class:`Refused` if it never can."""
    rule = next((rule for rule in ACTION_TABLE.get(kind, ()) if rule.action == action), None)
    if rule is None:
        raise Refused("unknown_action", f"{kind.label}没有“{action}”这一操作")
    if role not in rule.roles:
        permitted = "、".join(sorted(one.label for one in rule.roles))
        raise Refused("not_allowed_for_role", f"“{rule.label}”只能由{permitted}办理")
    return rule


def check_action(kind: CaseKind, action: str, state: str, state_label: str, role: Role, *, is_assignee: bool) -> None:
    """Return when the action is allowed; raise :class:`Refused` with the first reason why it is not."""
    rule = rule_for(kind, action, role)
    if _bound(rule, role) and not is_assignee:
        raise Refused("not_the_assignee", f"“{rule.label}”只能由本单的经办技工办理")
    if state not in rule.states:
        raise Refused("not_allowed_in_state", f"当前状态为“{state_label}”,不能“{rule.label}”")
