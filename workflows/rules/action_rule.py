"""Whom the tables of allowed actions 可办事项 name: one row for each action of a process."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol

from workflows.messages.message import Message
from workflows.messages.people import Role

MANAGERS: Final = frozenset({Role.CS_SUPERVISOR, Role.SITE_MANAGER, Role.COMPANY_MANAGER})
"""Who stands over the desk and the technicians."""
DESK: Final = frozenset({Role.CS_ASSISTANT, Role.CONTROL_ROOM}) | MANAGERS
"""Who sits at the desk 前台, by day or by night, and those over them."""
LEADS: Final = frozenset({Role.ENGINEERING_LEAD}) | MANAGERS
"""Who assigns work to technicians."""
ON_SITE: Final = frozenset({Role.TECHNICIAN, Role.ENGINEERING_LEAD, Role.CONTROL_ROOM})
"""The technician, and who takes down what he says by telephone (S0 4.1.3) or acts for one who cannot."""
TECHNICIANS: Final = frozenset({Role.TECHNICIAN})
"""Who acts on his own jobs only; who acts for technicians acts for any."""


class ActionRule(Message):
    """One row: the action, where it is possible, for whom; ``bound`` roles may take it in their own cases."""

    action: str
    label: str
    states: frozenset[str]
    roles: frozenset[Role]
    bound: frozenset[Role] = frozenset()


class Labelled(Protocol):
    """An action: a code with its Chinese term."""

    @property
    def value(self) -> str:
        """The code."""

    @property
    def label(self) -> str:
        """The Chinese term on a button."""


def row(
    action: Labelled, states: Iterable[StrEnum], roles: frozenset[Role], *, bound: frozenset[Role] = frozenset()
) -> ActionRule:
    """Return a row of a table."""
    return ActionRule(action=action.value, label=action.label, states=frozenset(states), roles=roles, bound=bound)
