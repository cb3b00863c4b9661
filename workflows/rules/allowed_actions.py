"""Who may do what, and when 可办事项: the one table behind the validator, the API, the desk's buttons and the docs.

Each row says once in which states an action is possible, which roles may take it and whether it is only for
the person whose job it is. A process adds its own table here; nothing else decides.
"""

from collections.abc import Mapping
from typing import Final

from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Role
from workflows.rules.action_rule import ActionRule
from workflows.rules.arrears_action_table import ARREARS_ACTIONS
from workflows.rules.fee_cycle_action_table import FEE_CYCLE_ACTIONS
from workflows.rules.fee_month_action_table import FEE_MONTH_ACTIONS
from workflows.rules.repair_action_table import REPAIR_ACTIONS
from workflows.rules.revisit_action_table import REVISIT_ACTIONS
from workflows.rules.service_action_table import SERVICE_ACTIONS

ACTION_TABLE: Final[Mapping[CaseKind, tuple[ActionRule, ...]]] = {
    CaseKind.REPAIR: REPAIR_ACTIONS,
    CaseKind.SPECIAL_SERVICE: SERVICE_ACTIONS,
    CaseKind.REVISIT: REVISIT_ACTIONS,
    CaseKind.FEE_CYCLE: FEE_CYCLE_ACTIONS,
    CaseKind.ARREARS: ARREARS_ACTIONS,
    CaseKind.FEE_MONTH: FEE_MONTH_ACTIONS,
}
"""Every action of every process, in the order in which the desk shows them."""


class Refused(Exception):  # noqa: N818 - it is a refusal, not an error
    """An action that the table does not allow; ``code`` is for machines, the message tells a person what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def allowed_actions(kind: CaseKind, state: str, role: Role, *, is_assignee: bool) -> tuple[str, ...]:
    """Return the actions that this role may take now, in the table's order."""
    return tuple(
        rule.action
        for rule in ACTION_TABLE.get(kind, ())
        if state in rule.states and role in rule.roles and (is_assignee or role not in rule.bound)
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
    if role in rule.bound and not is_assignee:
        raise Refused("not_the_assignee", f"“{rule.label}”只能由本单的经办人办理")
    if state not in rule.states:
        raise Refused("not_allowed_in_state", f"当前状态为“{state_label}”,不能“{rule.label}”")
