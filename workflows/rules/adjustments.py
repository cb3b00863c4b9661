"""Adjustments of billed periods 上期调整 and credits (F7; §9.4; ``docs/domain/fees.md``). All amounts are CNY."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from workflows.rules.amounts import ZERO
from workflows.rules.quarters import Quarter


class Billed(NamedTuple):
    """What was billed to an account for a quarter: a bill, or an adjustment made since."""

    account: str
    period: Quarter
    amount: Decimal


class Settlement(NamedTuple):
    """How a difference is settled: what changes on the next table, and what is credited to the original bill at once.

    ``to_pending`` is signed; ``to_credit`` is never negative. The difference is their first less their second.
    """

    to_pending: Decimal
    to_credit: Decimal


def adjustment(recomputed: Decimal, billed: Decimal) -> Decimal:
    """Return the recomputed total less the billed total, never a difference that was rounded by itself (F7, FEE-02)."""
    return recomputed - billed


def differences(
    recomputed: Mapping[tuple[str, Quarter], Decimal], billed: Iterable[Billed]
) -> dict[tuple[str, Quarter], Decimal]:
    """Return the adjustment of every account and quarter that has one, sorted (FEE-23).

    ``recomputed`` holds the totals as they should be; an account and quarter that it lacks should have been billed
    nothing. ``billed`` holds everything billed for these quarters so far, adjustments too.
    """
    totals: defaultdict[tuple[str, Quarter], Decimal] = defaultdict(lambda: ZERO)
    for line in billed:
        totals[line.account, line.period] += line.amount
    found = {}
    for key in sorted({*recomputed, *totals}):
        if difference := adjustment(recomputed.get(key, ZERO), totals.get(key, ZERO)):
            found[key] = difference
    return found


def settle_adjustment(difference: Decimal, pending: Decimal) -> Settlement:
    """Return where a difference goes: more is asked for on the next table, less first reduces what waits there.

    ``pending`` is what already waits for the next table, at least 0. What is left of a reduction is credited to the
    original bill at once (FEE-18): a customer does not wait a quarter for his money.
    """
    if difference >= 0:
        return Settlement(difference, ZERO)
    taken_back = min(-difference, pending)
    return Settlement(-taken_back, -difference - taken_back)
