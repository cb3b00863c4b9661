"""Who may do what to a repair, and when 报修可办事项 (``docs/domain/repair.md``)."""

from typing import Final

from workflows.messages.people import Role
from workflows.messages.quotes import QuoteAction
from workflows.messages.repair import RepairState
from workflows.messages.repair_actions import RepairAction
from workflows.rules.action_rule import DESK, LEADS, MANAGERS, ON_SITE, TECHNICIANS, ActionRule, row
from workflows.rules.authority import Decision, deciders

_S = RepairState
_BEFORE_ARRIVAL: Final = {_S.ACCEPTED, _S.DISPATCHED, _S.ACKNOWLEDGED}
_UNDER_WAY: Final = _BEFORE_ARRIVAL | {_S.ARRIVED, _S.IN_PROGRESS}
_UNTIL_DONE: Final = {_S.RECEIVED} | _UNDER_WAY | {_S.QUOTED, _S.SUSPENDED}
_REVIEWERS: Final = LEADS - {Role.CS_SUPERVISOR}
_DONE: Final = {_S.COMPLETED, _S.VERIFIED, _S.AWAITING_REVISIT, _S.CLOSED}

REPAIR_ACTIONS: Final[tuple[ActionRule, ...]] = (
    row(RepairAction.ACCEPT, {_S.RECEIVED}, DESK | {Role.STEWARD}),
    row(RepairAction.DISPATCH, _UNDER_WAY, DESK | LEADS),
    row(RepairAction.TAKE, {_S.DISPATCHED}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.DECLINE, {_S.DISPATCHED, _S.ACKNOWLEDGED}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.ARRIVE, {_S.ACKNOWLEDGED}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.NO_SHOW, {_S.ACKNOWLEDGED, _S.ARRIVED}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.WRONG_TRADE, {_S.ARRIVED, _S.IN_PROGRESS}, ON_SITE, bound=TECHNICIANS),
    row(QuoteAction.QUOTE, {_S.ARRIVED, _S.QUOTED, _S.IN_PROGRESS}, ON_SITE, bound=TECHNICIANS),
    row(QuoteAction.APPROVE_QUOTE, {_S.QUOTED}, _REVIEWERS),
    row(QuoteAction.RETURN_QUOTE, {_S.QUOTED}, _REVIEWERS),
    row(QuoteAction.CONFIRM_QUOTE, {_S.QUOTED}, DESK | ON_SITE, bound=TECHNICIANS),
    row(QuoteAction.DECLINE_QUOTE, {_S.QUOTED}, DESK | ON_SITE, bound=TECHNICIANS),
    row(RepairAction.SUSPEND, {_S.IN_PROGRESS, _S.SUSPENDED}, DESK | LEADS | ON_SITE, bound=TECHNICIANS),
    row(RepairAction.RESUME, {_S.SUSPENDED}, DESK | LEADS | ON_SITE, bound=TECHNICIANS),
    row(RepairAction.COMPLETE, {_S.IN_PROGRESS}, ON_SITE, bound=TECHNICIANS),
    row(RepairAction.VERIFY, {_S.COMPLETED}, DESK | ON_SITE | {Role.STEWARD}, bound=TECHNICIANS),
    row(RepairAction.REJECT_WORK, {_S.COMPLETED}, DESK | {Role.STEWARD}),
    row(RepairAction.REOPEN, {_S.VERIFIED, _S.AWAITING_REVISIT, _S.CLOSED}, DESK | {Role.STEWARD}),
    row(QuoteAction.DISPUTE_CHARGE, _DONE, DESK | {Role.CASHIER}),
    row(QuoteAction.SETTLE_CHARGE, _DONE, MANAGERS),
    row(QuoteAction.COLLECT, _DONE, frozenset({Role.CASHIER})),
    row(RepairAction.CALL, _UNTIL_DONE | {_S.COMPLETED}, DESK | ON_SITE | {Role.STEWARD}, bound=TECHNICIANS),
    row(RepairAction.RESCHEDULE, {_S.RECEIVED} | _BEFORE_ARRIVAL, DESK | LEADS | ON_SITE, bound=TECHNICIANS),
    row(RepairAction.SEND_SECOND, _UNTIL_DONE - {_S.RECEIVED}, DESK | LEADS),
    row(RepairAction.CONTRACTOR_ARRIVED, _UNTIL_DONE - {_S.RECEIVED}, DESK | ON_SITE, bound=TECHNICIANS),
    row(RepairAction.MERGE, {_S.RECEIVED} | _BEFORE_ARRIVAL, DESK),
    row(RepairAction.DISMISS, {_S.RECEIVED} | _BEFORE_ARRIVAL | {_S.ARRIVED}, DESK),
    row(
        RepairAction.REFUSED_ENTRY,
        {_S.ACKNOWLEDGED, _S.ARRIVED, _S.QUOTED, _S.IN_PROGRESS},
        DESK | ON_SITE,
        bound=TECHNICIANS,
    ),
    row(RepairAction.CANCEL, _UNTIL_DONE, DESK),
    row(RepairAction.CORRECT_UNIT, _UNTIL_DONE, DESK),
    row(RepairAction.SET_PORT, _UNTIL_DONE, MANAGERS),
    row(RepairAction.MOVE_DEADLINE, {_S.RECEIVED} | _UNDER_WAY | {_S.QUOTED}, deciders(Decision.MOVE_DEADLINE)),
    row(RepairAction.CONFIRM_BACKFILL, {_S.RECEIVED}, LEADS),
    row(RepairAction.REFUSE_BACKFILL, {_S.RECEIVED}, LEADS),
)
"""Every action of a repair, in the order in which the desk shows them."""
