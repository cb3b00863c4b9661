"""Late fee 滞纳金(违约金): simple, on unpaid principal, day by day (§9.3; ``docs/domain/fees.md``).

The sources give no rate: rate, cap and the limits of waiving are the policy's. The customer's contract may name its
own rate. A late fee is never charged on a late fee.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from workflows.messages.fee_policy import LateFeePolicy
from workflows.messages.people import Role
from workflows.rules.amounts import ZERO, to_cents


class PrincipalChange(NamedTuple):
    """What changed a bill's unpaid principal on a day, CNY: negative for paid or credited.

    A payment that was reversed is left out altogether, as if it had never come (PAY-05).
    """

    day: date
    amount: Decimal


def accrued(
    principal: Decimal,
    due_on: date,
    changes: Sequence[PrincipalChange],
    upto: date,
    policy: LateFeePolicy,
    *,
    clause: bool,
    rate: Decimal | None = None,
) -> Decimal:
    """Return the late fee of one bill in CNY, from the day after ``due_on`` to ``upto``, both counted (LAT-01).

    ``principal`` is the bill's original principal after approved adjustments, which is also what the cap is taken of
    (§18). A day's late fee is on what was unpaid when it began, so the day of a payment still counts in full (LAT-02).
    Rounded once. ``clause`` tells whether the contract has a clause; without one nothing accrues (LAT-04). ``rate`` is
    the contract's own daily rate, None for the policy's.
    """
    if upto <= due_on or (policy.require_contract_clause and not clause):
        return ZERO
    unpaid_days = ZERO  # CNY × days
    unpaid, counted_to = principal, due_on
    for change in sorted(changes):
        if change.day >= upto:
            break
        if change.day > counted_to:
            unpaid_days += max(unpaid, ZERO) * (change.day - counted_to).days
            counted_to = change.day
        unpaid += change.amount
    unpaid_days += max(unpaid, ZERO) * (upto - counted_to).days
    daily = policy.daily if rate is None else rate
    return min(to_cents(unpaid_days * daily), to_cents(max(principal, ZERO) * policy.cap_ratio))


def to_return(accrued_before: Decimal, accrued_now: Decimal, paid: Decimal, waived: Decimal) -> Decimal:
    """Return what a credit gives back of a late fee (CNY): what was paid beyond what accrues on the lower principal.

    A waiver counts first, so what it forgave is not paid out. What was too much before the credit is not its matter.
    """
    too_much = max(paid + waived - accrued_now, ZERO) - max(paid + waived - accrued_before, ZERO)
    return min(max(too_much, ZERO), paid)


def days_late(due_on: date, upto: date) -> int:
    """Return for how many days a late fee accrues up to ``upto`` inclusive; 0 until the due day is over."""
    return max((upto - due_on).days, 0)


def who_waives(amount: Decimal, policy: LateFeePolicy) -> Role:
    """Return who may waive that much late fee (CNY): the supervisor up to the limit, the site manager above it."""
    return Role.CS_SUPERVISOR if amount <= policy.supervisor_waives_up_to else Role.SITE_MANAGER
