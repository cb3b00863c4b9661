"""Who may do what to a quarter's cycle, and when 收费可办事项 (``docs/domain/fee-cycle.md``; S4 4.2.1)."""

from typing import Final

from workflows.messages.fee_cycle import FeeCycleAction, FeeCycleState
from workflows.messages.people import Role
from workflows.rules.action_rule import MANAGERS, ActionRule, row

_S = FeeCycleState
_FINANCE: Final = frozenset({Role.FINANCE})
_CASHIER: Final = frozenset({Role.CASHIER})

FEE_CYCLE_ACTIONS: Final[tuple[ActionRule, ...]] = (
    row(FeeCycleAction.APPROVE, {_S.UNDER_REVIEW}, _FINANCE),
    row(FeeCycleAction.REJECT, {_S.UNDER_REVIEW}, _FINANCE),
    row(FeeCycleAction.RESUBMIT, {_S.CORRECTING}, _CASHIER),
    row(FeeCycleAction.HAND_OVER, {_S.APPROVED, _S.NOTIFIED, _S.COLLECTING}, _CASHIER),
    row(
        FeeCycleAction.MOVE_DEADLINE,
        {_S.UNDER_REVIEW, _S.CORRECTING, _S.APPROVED, _S.NOTIFIED, _S.COLLECTING},
        MANAGERS,
    ),
)
"""Every action of a cycle, in the order in which the desk shows them."""
