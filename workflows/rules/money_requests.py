"""Who may ask for money, and whose signatures it needs 款项签批权限 (§1.1, §9.3–9.5; ``docs/domain/fees.md``).

A cashier and the finance department are never one person for one item; whoever asks does not sign.
"""

from decimal import Decimal
from typing import Final

from workflows.messages.money_requests import MoneyRequestKind
from workflows.messages.people import Role
from workflows.messages.policy import Policy
from workflows.rules.authority import LADDER, Decision, who_decides
from workflows.rules.late_fee import who_waives

_K = MoneyRequestKind
_BY_THE_CASHIER: Final = frozenset({_K.REFUND, _K.DEPOSIT_REFUND, _K.TERMS})
"""What the cashier computes and pays (§1.1, §9.4); the rest is also asked for by whoever serves the customer."""
_DESK: Final = frozenset({Role.CS_ASSISTANT, Role.STEWARD, Role.CS_SUPERVISOR})


def may_ask(kind: MoneyRequestKind, role: Role) -> bool:
    """Whether the role may ask for it."""
    return role is Role.CASHIER or (role in _DESK and kind not in _BY_THE_CASHIER)


def signatures_needed(kind: MoneyRequestKind, amount: Decimal, policy: Policy) -> tuple[Role, ...]:
    """Return the posts that must sign, each another person; for a manager any higher one may sign. ``amount`` in CNY.

    Refunds go up by their amount and then to finance; deposits are the site manager's and finance's; a deduction is
    the site manager's; a late fee is waived by the supervisor or above; corrections take supervisor and finance (§9.4).
    """
    approval = policy.approval
    match kind:
        case _K.REFUND:
            return (_refunds(amount, policy), Role.FINANCE)
        case _K.DEPOSIT_REFUND:
            return (who_decides(Decision.DEDUCTION, amount, approval), Role.FINANCE)
        case _K.DEPOSIT_DEDUCTION:
            return (who_decides(Decision.DEDUCTION, amount, approval),)
        case _K.LATE_FEE_WAIVER:
            return (who_waives(amount, policy.late_fee),)
        case _:
            return (who_decides(Decision.COMPENSATION, amount, approval), Role.FINANCE)


def _refunds(amount: Decimal, policy: Policy) -> Role:
    if amount <= policy.cash.supervisor_refunds_up_to:
        return Role.CS_SUPERVISOR
    return who_decides(Decision.DEDUCTION, amount, policy.approval)


def may_sign_as(role: Role, post: Role) -> bool:
    """Whether the role may sign where that post must: itself, or a manager above it."""
    if role is post:
        return True
    return role in LADDER and post in LADDER and LADDER.index(role) > LADDER.index(post)
