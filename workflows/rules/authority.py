"""Who may decide what alone 权限 (``docs/domain/roles.md``), and who is next when it is beyond one's authority."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from workflows.messages.people import Role
from workflows.messages.policy import ApprovalPolicy


class Decision(StrEnum):
    """Something that not everybody may decide."""

    MOVE_DEADLINE = "move_deadline"
    SECOND_EXTENSION = "second_extension"
    VOID_RECEIPT = "void_receipt"
    COMPENSATION = "compensation"
    DEDUCTION = "deduction"


LADDER: Final = (Role.CS_SUPERVISOR, Role.SITE_MANAGER, Role.COMPANY_MANAGER)
"""Who is next when a matter is beyond one's authority; the last may decide anything."""

_LOWEST: Final[Mapping[Decision, Role]] = {
    Decision.MOVE_DEADLINE: Role.CS_SUPERVISOR,
    Decision.VOID_RECEIPT: Role.CS_SUPERVISOR,
    Decision.COMPENSATION: Role.CS_SUPERVISOR,
    Decision.SECOND_EXTENSION: Role.SITE_MANAGER,
    Decision.DEDUCTION: Role.SITE_MANAGER,
}


def who_decides(decision: Decision, amount: Decimal, policy: ApprovalPolicy) -> Role:
    """Return the lowest role on the ladder that may decide alone; ``amount`` is CNY, 0 where no money is in it."""
    limits = {Role.CS_SUPERVISOR: policy.supervisor_limit, Role.SITE_MANAGER: policy.site_manager_limit}
    for role in LADDER[LADDER.index(_LOWEST[decision]) :]:
        limit = limits.get(role)
        if limit is None or amount <= limit:
            return role
    return LADDER[-1]


def may_decide(role: Role, decision: Decision, amount: Decimal, policy: ApprovalPolicy) -> bool:
    """Whether the role may decide this alone; roles off the ladder may decide none of these."""
    return role in LADDER and LADDER.index(role) >= LADDER.index(who_decides(decision, amount, policy))


def deciders(decision: Decision) -> frozenset[Role]:
    """Return every role that may decide it when no money is in it."""
    return frozenset(LADDER[LADDER.index(_LOWEST[decision]) :])
