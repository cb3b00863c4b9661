"""What decides the charges of units 计费资料, streamed unit by unit (F2–F5, F8, F9, F11; ``docs/domain/fees.md``)."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from activities.records.fee_tables import FeeAccount, FeeTerms, UnitFact
from workflows.messages.fee_policy import FullPriceTrigger, VacancyPolicy
from workflows.messages.ledger import PayerKind
from workflows.messages.unit_facts import UnitFactKind
from workflows.rules import charges, full_price

_K = UnitFactKind
_AT_ONCE: Final = 5000
"""Rows that a server-side cursor hands over in one piece: memory is bounded however large the community is."""
_MATTERS_FOR_PRICE: Final = frozenset(
    {_K.PERMIT_ISSUED, _K.FILING_ACCEPTED, _K.WORKS_START, _K.WORKS_PROVEN, _K.OCCUPIED, _K.PERMIT_CANCELLED}
)


def unit_chargings(
    connection: Connection,
    community: str,
    *,
    first: str = "",
    until: str = "",
    units: Sequence[str] | None = None,
    trigger: FullPriceTrigger,
    vacancy: VacancyPolicy,
) -> Iterator[charges.UnitCharging]:
    """Yield the units that somebody pays for, by code: those named, or from ``first`` up to and without ``until``.

    ``trigger`` is what 装修办理之日 means; a vacancy counts only where ``vacancy`` is enabled, and after its months.
    Three cursors stay open while the iterator lives, in the caller's transaction.
    """

    def stream(statement: Select[*tuple[Any, ...]]) -> _ByUnit:
        unit = statement.selected_columns[0]
        asked = statement.where(unit.in_(units)) if units is not None else _in_range(statement, unit, first, until)
        ordered = asked.order_by(unit.collate("C"), *statement.selected_columns[1:])
        return _ByUnit(connection.execute(ordered.execution_options(yield_per=_AT_ONCE)))

    payers = stream(
        select(FeeAccount.unit, FeeAccount.since, FeeAccount.code, FeeAccount.payer).where(
            FeeAccount.community == community
        )
    )
    terms = stream(
        select(FeeTerms.unit, FeeTerms.since, FeeTerms.id, FeeTerms.area, FeeTerms.price).where(
            FeeTerms.community == community
        )
    )
    facts = stream(
        select(
            UnitFact.unit, UnitFact.id, UnitFact.kind, UnitFact.day, UnitFact.until, UnitFact.account,
            UnitFact.cancels, UnitFact.confirmed_by,
        ).where(UnitFact.community == community)
    )  # fmt: skip
    for unit, accounts in payers:
        known = _standing(facts.of(unit))
        yield charges.UnitCharging(
            unit,
            _terms(terms.of(unit)),
            _payers(accounts, known),
            _full_from(known, trigger),
            _discounts(known, vacancy),
        )


def _in_range(statement: Select[*tuple[Any, ...]], unit: Any, first: str, until: str) -> Select[*tuple[Any, ...]]:
    code = unit.collate("C")
    statement = statement.where(code >= first) if first else statement
    return statement.where(code < until) if until else statement


class _ByUnit:
    """Rows sorted by unit, one group at a time; ``of`` skips groups that nobody asks for."""

    def __init__(self, rows: Any) -> None:
        self._groups = groupby(map(tuple, rows), key=itemgetter(0))
        self._next: tuple[str, list[tuple[Any, ...]]] | None = None

    def __iter__(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        for unit, rows in self._groups:
            yield unit, list(rows)

    def of(self, unit: str) -> list[tuple[Any, ...]]:
        while self._next is None or self._next[0] < unit:
            try:
                code, rows = next(self._groups)
            except StopIteration:
                return []
            self._next = code, list(rows)
        return self._next[1] if self._next[0] == unit else []


_Fact = tuple[UnitFactKind, date, date | None, str]
"""Kind, day, until, account."""


def _standing(rows: list[tuple[Any, ...]]) -> list[_Fact]:
    """The facts that no later row has undone; an occupation counts once it is confirmed (F2)."""
    if not rows:
        return []
    undone = {row[6] for row in rows if row[6] is not None}
    return [
        (UnitFactKind(kind), day, until, account)
        for _, number, kind, day, until, account, cancels, confirmed_by in rows
        if number not in undone and cancels is None and (kind != _K.OCCUPIED or confirmed_by)
    ]


def _terms(rows: list[tuple[Any, ...]]) -> tuple[charges.FeeTerms, ...]:
    by_day: dict[date, tuple[Decimal, Decimal]] = {}
    for _, since, _, area, price in rows:  # of two terms of one day the later entered one holds
        by_day[since] = area, price
    return tuple(charges.FeeTerms(since, *both) for since, both in by_day.items())


def _payers(rows: list[tuple[Any, ...]], facts: list[_Fact]) -> tuple[charges.PayerSpell, ...]:
    """Accounts from their days on; where a tenant has left, whoever the fact names pays again."""
    kinds = {code: payer for _, _, code, payer in rows}
    spells = [charges.PayerSpell(since, code, payer == PayerKind.DEVELOPER) for _, since, code, payer in rows]
    for kind, day, _, account in facts:
        if kind is _K.VACATED:
            spells.append(charges.PayerSpell(day, account, kinds.get(account) == PayerKind.DEVELOPER))
    return tuple(sorted(spells, key=itemgetter(0)))


def _full_from(facts: list[_Fact], trigger: FullPriceTrigger) -> date | None:
    relevant = [full_price.UnitFact(kind, day) for kind, day, _, _ in facts if kind in _MATTERS_FOR_PRICE]
    return full_price.full_price_from(relevant, trigger)


def _discounts(facts: list[_Fact], vacancy: VacancyPolicy) -> tuple[charges.Discount, ...]:
    found = (
        charges.vacancy_discount(day, until, vacancy) for kind, day, until, _ in facts if kind is _K.VACANCY_GRANTED
    )
    return tuple(discount for discount in found if discount is not None)
