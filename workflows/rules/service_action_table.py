"""Who may do what to a special service, and when 特约服务可办事项 (``docs/domain/special-service.md``)."""

from typing import Final

from workflows.messages.people import Role
from workflows.messages.quotes import QuoteAction
from workflows.messages.special_service import ServiceAction, ServiceState
from workflows.rules.action_rule import DESK, LEADS, MANAGERS, ON_SITE, TECHNICIANS, ActionRule, row
from workflows.rules.authority import Decision, deciders

_S = ServiceState
_TAKERS: Final = DESK | {Role.STEWARD}
"""Who takes orders: the desk and the stewards (S4 3.3)."""
_PERFORMERS: Final = ON_SITE | _TAKERS
"""Who performs it or reports for whoever does: cleaners and gardeners have no post of their own here."""
_QUOTED: Final = {_S.QUOTED}
_DONE: Final = {_S.AWAITING_SIGNATURE, _S.POSTED, _S.CLOSED}

SERVICE_ACTIONS: Final[tuple[ActionRule, ...]] = (
    row(QuoteAction.QUOTE, {_S.ORDERED, _S.QUOTED, _S.IN_SERVICE}, _PERFORMERS, bound=TECHNICIANS),
    row(QuoteAction.APPROVE_QUOTE, _QUOTED, LEADS),
    row(QuoteAction.RETURN_QUOTE, _QUOTED, LEADS),
    row(QuoteAction.CONFIRM_QUOTE, _QUOTED, _PERFORMERS, bound=TECHNICIANS),
    row(QuoteAction.DECLINE_QUOTE, _QUOTED, _PERFORMERS, bound=TECHNICIANS),
    row(ServiceAction.BOOK, {_S.BOOKED}, _TAKERS),
    row(ServiceAction.ASSIGN, {_S.BOOKED, _S.IN_SERVICE}, _TAKERS | LEADS),
    row(ServiceAction.START, {_S.BOOKED}, _PERFORMERS, bound=TECHNICIANS),
    row(ServiceAction.COMPLETE, {_S.IN_SERVICE}, _PERFORMERS, bound=TECHNICIANS),
    row(ServiceAction.SIGN, {_S.AWAITING_SIGNATURE}, _PERFORMERS, bound=TECHNICIANS),
    row(ServiceAction.REJECT_WORK, _DONE, _TAKERS),
    row(QuoteAction.DISPUTE_CHARGE, _DONE, _TAKERS),
    row(QuoteAction.SETTLE_CHARGE, _DONE, MANAGERS),
    row(QuoteAction.COLLECT, _DONE, _TAKERS | {Role.CASHIER}),
    row(ServiceAction.CANCEL, {_S.ORDERED, _S.QUOTED, _S.BOOKED}, _TAKERS),
    row(
        ServiceAction.MOVE_DEADLINE,
        {_S.ORDERED, _S.QUOTED, _S.BOOKED, _S.IN_SERVICE, _S.AWAITING_SIGNATURE},
        deciders(Decision.MOVE_DEADLINE),
    ),
)
"""Every action of a special service, in the order in which the desk shows them."""
