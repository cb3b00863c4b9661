"""Who may do what to an account's arrears, and when 催缴可办事项 (``docs/domain/arrears.md``; S4 4.2.1.8–11)."""

from typing import Final

from workflows.messages.arrears import ArrearsAction, ArrearsState
from workflows.messages.people import Role
from workflows.rules.action_rule import MANAGERS, ActionRule, row

_S = ArrearsState
_OPEN: Final = frozenset(_S) - {_S.SETTLED}
_SITE_MANAGERS: Final = frozenset({Role.SITE_MANAGER, Role.COMPANY_MANAGER})
_DELIVERERS: Final = frozenset({Role.STEWARD, Role.CS_SUPERVISOR})

ARREARS_ACTIONS: Final[tuple[ActionRule, ...]] = (
    row(ArrearsAction.SEAL, _OPEN, _SITE_MANAGERS),
    row(ArrearsAction.DELIVER, _OPEN, _DELIVERERS),
    row(ArrearsAction.BOUNCE, _OPEN, _DELIVERERS),
    row(ArrearsAction.DISPUTE, _OPEN, MANAGERS | {Role.CS_ASSISTANT, Role.STEWARD, Role.CASHIER}),
    row(ArrearsAction.SETTLE_DISPUTE, _OPEN, MANAGERS),
    row(ArrearsAction.AGREE_INSTALMENTS, _OPEN - {_S.INSTALMENTS}, MANAGERS),
    row(ArrearsAction.CHOOSE_MEANS, {_S.OTHER_MEANS}, _SITE_MANAGERS),
    row(ArrearsAction.MOVE_DEADLINE, _OPEN, MANAGERS),
)
"""Every action of arrears, in the order in which the desk shows them."""
