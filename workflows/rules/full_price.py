"""Full price from which day 全价起算 (S4 4.2.1.2; F2, F11; ``docs/domain/fees.md``).

Until renovation formalities are done or the owner has moved in unrenovated, whichever is first, a unit is charged
half; that day itself is full. Which act is meant by 办理之日 is the policy's ``full_trigger`` (own).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from workflows.messages.fee_policy import FeePolicy, FullPriceTrigger
from workflows.messages.unit_facts import UnitFactKind

ALWAYS: Final = frozenset({UnitFactKind.OCCUPIED, UnitFactKind.WORKS_START, UnitFactKind.WORKS_PROVEN})
"""What starts the full price whatever the trigger: the unit is lived in, or works are going on in it (F2, FEE-22)."""
_FORMALITIES: Final[Mapping[FullPriceTrigger, frozenset[UnitFactKind]]] = {
    FullPriceTrigger.PERMIT_ISSUED: frozenset({UnitFactKind.PERMIT_ISSUED}),
    # nobody issues a permit on a filing that was not accepted, even where the acceptance was not entered
    FullPriceTrigger.FILING_ACCEPTED: frozenset({UnitFactKind.FILING_ACCEPTED, UnitFactKind.PERMIT_ISSUED}),
    FullPriceTrigger.WORKS_START: frozenset(),
}


class UnitFact(NamedTuple):
    """Something that happened to a unit on a day, or is proven from that day."""

    kind: UnitFactKind
    day: date


def full_price_from(facts: Sequence[UnitFact], trigger: FullPriceTrigger) -> date | None:
    """Return the first day at full price, None while the half price goes on; the earliest of what counts wins (F2).

    A cancelled permit never starts it (FEE-21): a cancellation takes back the last permit issued up to that day, and
    the last filing. It takes back neither works nor occupation. Facts may come in any order.
    """
    if not facts:
        return None
    counted = _FORMALITIES[trigger]
    days = [fact.day for fact in facts if fact.kind in ALWAYS]
    for kind in counted:
        days += not_taken_back(facts, kind)
    return min(days, default=None)


def not_taken_back(facts: Sequence[UnitFact], kind: UnitFactKind) -> list[date]:
    """Return the days of the formality that no cancellation has taken back."""
    # on one day the permit comes before its cancellation
    events = sorted(
        (fact.day, fact.kind is UnitFactKind.PERMIT_CANCELLED)
        for fact in facts
        if fact.kind in (kind, UnitFactKind.PERMIT_CANCELLED)
    )
    standing: list[date] = []
    for day, is_cancelled in events:
        if not is_cancelled:
            standing.append(day)
        elif standing:
            standing.pop()
    return standing


def may_cancel_permit(permit_day: date, asked_on: date, works_seen: bool, policy: FeePolicy) -> bool:
    """Whether the supervisor may cancel a permit so that the full price never starts (§8, FEE-21).

    The owner withdraws within ``permit_withdrawal_days``, the day of issue not counted (C2), and no works were seen.
    """
    return not works_seen and 0 <= (asked_on - permit_day).days <= policy.permit_withdrawal_days
