"""Who may do what to the cash desk's month, and when 收费月结可办事项 (``docs/domain/fee-cycle.md``; S4 4.3, 4.8)."""

from typing import Final

from workflows.messages.fee_month import FeeMonthAction, FeeMonthState
from workflows.messages.people import Role
from workflows.rules.action_rule import MANAGERS, ActionRule, row

_S = FeeMonthState
FEE_MONTH_ACTIONS: Final[tuple[ActionRule, ...]] = (
    row(FeeMonthAction.GATHER, {_S.GATHERING, _S.REPORTING}, frozenset({Role.CS_ASSISTANT, Role.CS_SUPERVISOR})),
    row(
        FeeMonthAction.SEND_REPORT,
        {_S.REPORTING},
        frozenset({Role.CASHIER, Role.FINANCE, Role.CS_SUPERVISOR, Role.SITE_MANAGER}),
    ),
    row(FeeMonthAction.MOVE_DEADLINE, {_S.GATHERING, _S.REPORTING}, MANAGERS),
)
"""Every action of a month, in the order in which the desk shows them."""
