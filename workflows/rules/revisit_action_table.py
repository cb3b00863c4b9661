"""Who may do what to a revisit, and when 回访可办事项 (``docs/domain/revisit.md``)."""

from typing import Final

from workflows.messages.people import Role
from workflows.messages.revisit import RevisitState
from workflows.messages.revisit_actions import RevisitAction
from workflows.rules.action_rule import MANAGERS, ActionRule, row
from workflows.rules.authority import Decision, deciders

_S = RevisitState
_TO_BE_MADE: Final = {_S.ASSIGNED, _S.CONTACTING}
_OPEN: Final = {_S.PLANNED, _S.ASSIGNED, _S.CONTACTING, _S.RECTIFYING}
VISITORS: Final = frozenset({Role.CS_ASSISTANT, Role.STEWARD, Role.CULTURE_CLERK, Role.CONTROL_ROOM})
"""Who makes revisits, each his own; those over them make any."""

REVISIT_ACTIONS: Final[tuple[ActionRule, ...]] = (
    row(RevisitAction.ASSIGN, _TO_BE_MADE | {_S.PLANNED}, MANAGERS),
    row(RevisitAction.ATTEMPT, _TO_BE_MADE, VISITORS | MANAGERS, bound=VISITORS),
    row(RevisitAction.RECORD, _TO_BE_MADE, VISITORS | MANAGERS, bound=VISITORS),
    row(RevisitAction.RECTIFIED, {_S.RECTIFYING}, VISITORS | MANAGERS | {Role.ENGINEERING_LEAD}, bound=VISITORS),
    row(RevisitAction.EXEMPT, _OPEN | {_S.UNREACHABLE}, MANAGERS),
    row(RevisitAction.GIVE_OPINION, {_S.SATISFIED, _S.UNREACHABLE}, MANAGERS),
    row(
        RevisitAction.ANSWER_MATTER,
        _OPEN | {_S.SATISFIED, _S.UNREACHABLE, _S.EXEMPT, _S.WITHDRAWN},
        VISITORS | MANAGERS,
        bound=VISITORS,
    ),
    row(RevisitAction.MOVE_DEADLINE, _OPEN, deciders(Decision.MOVE_DEADLINE)),
)
"""Every action of a revisit, in the order in which the desk shows them."""
