"""Selecting a finished matter for its revisit 回访抽取, one at a time in each sequence (R13–R15).

A sequence is a community, a rule and the month in which the window ends. Its matters are put to it in the order in
which they ask; the answer is stored by (case, round), so that asking again cannot change it, but for the better.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from activities.records.policies import policy_in_force
from activities.records.revisit_tables import RevisitItem
from activities.records.working_calendar import calendar_around
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.people import Role
from workflows.messages.policy import Policy
from workflows.messages.selecting import RevisitRequest, RevisitSelection, Uncounted
from workflows.rules.business_time import local
from workflows.rules.revisit_selection import Terms, is_selected, terms_of

_LOCK: Final = 1002
"""First half of the advisory locks of selection; the second is the sequence."""


@dataclass(frozen=True)
class Decided:
    """The answer, with what the revisit has to know of the policy in force at completion."""

    selection: RevisitSelection
    policy: Policy
    calendar: WorkingCalendar


def select_for_revisit(connection: Connection, request: RevisitRequest, number: str) -> Decided:
    """Decide, or return what was decided before; ``number`` is the revisit's, if there is to be one.

    Raises ``NoPolicyInForceError`` for a community that has none.
    """
    policy, calendar = _in_force(connection, request)
    terms = terms_of(policy.revisit.rules, request.scopes, request.overlays, request.completed_at, calendar)
    if terms is None:
        return Decided(RevisitSelection(), policy, calendar)
    _lock(connection, request.community, terms.rule, terms.cohort)
    stored = _stored(connection, request)
    if stored is None:
        row = _new_item(connection, request, terms, number)
        connection.execute(insert(RevisitItem).values(**row))
    elif request.mandatory and not stored["selected"]:
        row = {
            **stored,
            "selected": True,
            "counting": stored["in_base"],
            "mandatory": request.mandatory,
            "revisit": number,
        }
        _change(connection, request.case, request.round, row)
    else:
        row = stored
    return Decided(_answer(row, request), policy, calendar)


def take_out_of_count(connection: Connection, request: Uncounted) -> None:
    """Let the matter no longer count; harmless when repeated, and for a matter that was never put to the quota.

    Those that were selected stay selected: what changes is how many more the next matters have to bring.
    """
    changes: dict[str, Any] = {"counting": False}
    if request.leaves_base:
        changes["in_base"] = False
    stored = connection.execute(
        select(RevisitItem.rule, RevisitItem.cohort).where(
            RevisitItem.case == request.case,
            RevisitItem.round == request.round,
            RevisitItem.community == request.community,
        )
    ).one_or_none()
    if stored is not None:
        _lock(connection, request.community, stored.rule, stored.cohort)
        _change(connection, request.case, request.round, changes)


def _in_force(connection: Connection, request: RevisitRequest) -> tuple[Policy, WorkingCalendar]:
    policy = policy_in_force(connection, request.community, request.completed_at)
    return policy, calendar_around(connection, local(request.completed_at, policy.calendar.tz).date())


def _lock(connection: Connection, community: str, rule: str, cohort: str) -> None:
    sequence = func.hashtext(f"{community}\n{rule}\n{cohort}")
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK, sequence)))


def _stored(connection: Connection, request: RevisitRequest) -> dict[str, Any] | None:
    found = select(*RevisitItem.__table__.columns).where(
        RevisitItem.case == request.case,
        RevisitItem.round == request.round,
        RevisitItem.community == request.community,
    )
    row = connection.execute(found).mappings().one_or_none()
    return None if row is None else dict(row)


def _new_item(connection: Connection, request: RevisitRequest, terms: Terms, number: str) -> dict[str, Any]:
    base, counting, last = _standing(connection, request.community, terms)
    selected = bool(request.mandatory) or is_selected(terms.rate, base + 1, counting)
    return {
        "case": request.case,
        "round": request.round,
        "community": request.community,
        "rule": terms.rule,
        "cohort": terms.cohort,
        "position": last + 1,
        "selected": selected,
        "counting": selected,
        "in_base": True,
        "mandatory": request.mandatory,
        "completed_at": request.completed_at,
        "due_at": terms.due_at,
        "onsite_first": terms.onsite_first,
        "onsite_always": terms.onsite_always,
        "visitor_role": terms.by or "",
        "revisit": number if selected else "",
    }


def _standing(connection: Connection, community: str, terms: Terms) -> tuple[int, int, int]:
    """Return how many are in the base, how many of them count, and the last place that was given."""
    of_the_sequence = select(
        func.count().filter(RevisitItem.in_base),
        func.count().filter(RevisitItem.in_base, RevisitItem.counting),
        func.coalesce(func.max(RevisitItem.position), 0),
    ).where(RevisitItem.community == community, RevisitItem.rule == terms.rule, RevisitItem.cohort == terms.cohort)
    base, counting, last = connection.execute(of_the_sequence).one()
    return base, counting, last


def _change(connection: Connection, case: str, round_: int, changes: dict[str, Any]) -> None:
    connection.execute(
        update(RevisitItem).where(RevisitItem.case == case, RevisitItem.round == round_).values(**changes)
    )


def _answer(row: dict[str, Any], request: RevisitRequest) -> RevisitSelection:
    return RevisitSelection(
        selected=row["selected"],
        rule=row["rule"],
        overlays=request.overlays,
        cohort=row["cohort"],
        position=row["position"],
        due_at=row["due_at"],
        onsite_first=row["onsite_first"],
        onsite_always=row["onsite_always"],
        by=Role(row["visitor_role"]) if row["visitor_role"] else None,
        mandatory=row["mandatory"],
        revisit=row["revisit"],
    )
