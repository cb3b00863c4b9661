"""Who is offered the next job 派工 (``docs/domain/repair.md``; S0 4.2.1; choice by load and area is our own).

A technician on duty with the trade; one of general trade 综合 as a last resort; in an emergency anyone on
duty. Among equals the one with the fewest open jobs, then of the unit's area, then who has waited longest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.people import Trade

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """An active technician 维修技工 of the community, as seen when the job is to be given.

    ``open_jobs`` are work orders offered to or taken by the person in other open cases; ``areas`` those of
    the person's posts; ``last_offered_at`` the business instant of the last offer, None for none ever.
    """

    code: str
    trades: frozenset[Trade] = frozenset()
    on_duty: bool = True
    areas: frozenset[str] = frozenset()
    open_jobs: int = 0
    last_offered_at: datetime | None = None


class _Fit(IntEnum):
    """How well a technician's trades suit a job, best first."""

    TRADE = 0
    GENERAL = 1
    NONE = 2


def choose(candidates: Iterable[Candidate], request: OfferRequest) -> OfferOutcome:
    """Return who is offered the job, and among how many the choice was made.

    A ``named`` technician is offered it whatever the trade, duty or earlier refusal: a person has decided.
    The order of ``candidates`` does not matter.
    """
    if request.named:
        known = any(candidate.code == request.named for candidate in candidates)
        return OfferOutcome(technician=request.named, considered=1) if known else OfferOutcome()
    able = [candidate for candidate in candidates if _can_take(candidate, request)]
    if not able:
        return OfferOutcome()
    return OfferOutcome(technician=min(able, key=lambda one: _order(one, request)).code, considered=len(able))


def _can_take(candidate: Candidate, request: OfferRequest) -> bool:
    if not candidate.on_duty or candidate.code in request.declined:
        return False
    return request.emergency or _fit(candidate, request.trade) is not _Fit.NONE


def _fit(candidate: Candidate, trade: Trade) -> _Fit:
    if trade is Trade.GENERAL or trade in candidate.trades:
        return _Fit.TRADE
    return _Fit.GENERAL if Trade.GENERAL in candidate.trades else _Fit.NONE


def _order(candidate: Candidate, request: OfferRequest) -> tuple[_Fit, int, bool, datetime, str]:
    return (
        _fit(candidate, request.trade),
        candidate.open_jobs,
        request.area not in candidate.areas,
        candidate.last_offered_at or _NEVER,
        candidate.code,
    )
