"""What a unit owes 应收 for a period, line by line (S4 4.2.1.1–3; F1–F5, F8, F9, F11; ``docs/domain/fees.md``).

A line is one calendar month × one factor × one payer, and one monthly fee where price or area change (F4). Ask for
whole months: a period that begins or ends inside a month is charged as if nobody had paid for the rest of it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from workflows.messages.fee_policy import VacancyPolicy
from workflows.rules.amounts import ZERO, to_cents
from workflows.rules.time_limits import same_day_of_month

FULL: Final = Decimal(1)
"""The factor of the full price; the developer never pays less (F8)."""
_DAY: Final = timedelta(days=1)


class FeeTerms(NamedTuple):
    """Area in m² and price in CNY per m² and month, in force from ``since`` until the next terms begin (F4)."""

    since: date
    area: Decimal
    price: Decimal


class PayerSpell(NamedTuple):
    """Who pays from ``since`` until the next spell begins; account "" means that nobody pays from then on."""

    since: date
    account: str
    developer: bool


class Discount(NamedTuple):
    """Vacancy discount 空置优惠 (F9), in force from ``since``; ``until`` is the first day without it, None for open.

    ``factor`` is the share of the full price that is paid; it never raises what is paid anyway.
    """

    since: date
    until: date | None
    factor: Decimal


def vacancy_discount(vacant_since: date, until: date | None, policy: VacancyPolicy) -> Discount | None:
    """Return what a confirmed vacancy comes to (F9): the discount begins when the unit has been empty long enough.

    ``until`` is the first day on which it is empty no more, None while nobody knows of one. None is returned where the
    community knows no discount, or the vacancy was over before it could begin.
    """
    begins = same_day_of_month(vacant_since, policy.after_months)
    if not policy.enabled or (until is not None and until <= begins):
        return None
    return Discount(begins, until, policy.factor)


class UnitCharging(NamedTuple):
    """What decides the charges of one unit; terms and payers are sorted by ``since``.

    ``full_from`` is the first day at full price for owners, None while it is still half (F2). It belongs to the unit,
    whoever owns it (F11).
    """

    unit: str
    terms: tuple[FeeTerms, ...]
    payers: tuple[PayerSpell, ...]
    full_from: date | None
    discounts: tuple[Discount, ...] = ()


class ChargeLine(NamedTuple):
    """One line of a bill: ``days`` from ``first`` to ``last``, both counted, of the month beginning on ``month``.

    ``monthly`` is the full fee of a month and ``amount`` what these days cost at ``factor``; both CNY.
    """

    account: str
    month: date
    first: date
    last: date
    monthly: Decimal
    factor: Decimal
    days: int
    amount: Decimal


class _Rate(NamedTuple):
    """What is paid on a day: by whom, of what monthly fee, at what factor."""

    account: str
    monthly: Decimal
    factor: Decimal


class _MonthPart(NamedTuple):
    """The days of one month that lie in a period; ``length`` is how many days the whole month has."""

    month: date
    first: date
    last: date
    length: int


class _Span(NamedTuple):
    """Days of one month on which one rate is paid."""

    rate: _Rate
    part: _MonthPart


@lru_cache(maxsize=4096)
def monthly_fee(area: Decimal, price: Decimal) -> Decimal:
    """Return the fee of a whole month at full price in CNY (F1); ``area`` in m², ``price`` in CNY per m² and month."""
    return to_cents(area * price)


def charge_lines(unit: UnitCharging, first: date, last: date, half_factor: Decimal) -> list[ChargeLine]:
    """Return the lines of all payers from ``first`` to ``last``, both included, ascending (F3–F5).

    ``half_factor`` is what owners pay before the full price begins (F2). Days without terms or payer make no line.
    """
    cuts = _changes(unit, first, last)
    if not cuts:
        rate = _rate_on(unit, first, half_factor)
        return [] if rate is None else [_line(rate, part) for part in _month_parts(first, last)]
    lines: list[ChargeLine] = []
    for part in _month_parts(first, last):
        lines += _lines_of_month(unit, part, cuts, half_factor)
    return lines


def total(lines: Iterable[ChargeLine], account: str | None = None) -> Decimal:
    """Return what the lines come to in CNY, for one account or for all of them (None)."""
    return sum((line.amount for line in lines if account is None or line.account == account), ZERO)


def _changes(unit: UnitCharging, first: date, last: date) -> list[date]:
    """Return the days after ``first`` and up to ``last`` on which something may change."""
    days = {spell.since for spell in unit.payers if first < spell.since <= last}
    days.update(terms.since for terms in unit.terms if first < terms.since <= last)
    if unit.full_from is not None and first < unit.full_from <= last:
        days.add(unit.full_from)
    for discount in unit.discounts:
        days.update(day for day in (discount.since, discount.until) if day is not None and first < day <= last)
    return sorted(days)


def _rate_on(unit: UnitCharging, day: date, half_factor: Decimal) -> _Rate | None:
    """Return what is paid on a day, None where nobody pays or no terms are in force."""
    payer = next((spell for spell in reversed(unit.payers) if spell.since <= day), None)
    terms = next((terms for terms in reversed(unit.terms) if terms.since <= day), None)
    if payer is None or terms is None or not payer.account:
        return None
    monthly = monthly_fee(terms.area, terms.price)
    if payer.developer:
        return _Rate(payer.account, monthly, FULL)
    factor = FULL if unit.full_from is not None and unit.full_from <= day else half_factor
    for discount in unit.discounts:
        if discount.since <= day and (discount.until is None or day < discount.until):
            factor = min(factor, discount.factor)
    return _Rate(payer.account, monthly, factor)


def _lines_of_month(
    unit: UnitCharging, part: _MonthPart, cuts: list[date], half_factor: Decimal
) -> Iterator[ChargeLine]:
    """Yield the lines of one month in which something may change."""
    inside = [day for day in cuts if part.first < day <= part.last]
    run: list[_Span] = []  # spans that follow one another at one rate, each of another payer
    for begins, ends in pairwise((part.first, *inside, part.last + _DAY)):
        rate = _rate_on(unit, begins, half_factor)
        if run and (rate is None or rate[1:] != run[-1].rate[1:]):
            yield from _shared_lines(run)
            run = []
        if rate is None:
            continue
        if run and run[-1].rate == rate:  # whatever changed on that day was not the charge
            begins = run.pop().part.first  # noqa: PLW2901 - the line began earlier
        run.append(_Span(rate, part._replace(first=begins, last=ends - _DAY)))
    if run:
        yield from _shared_lines(run)


def _shared_lines(run: list[_Span]) -> list[ChargeLine]:
    """Return the lines of payers who follow one another at one rate: the last pays what the others left (F5)."""
    lines = [_line(*span) for span in run]
    if len(lines) == 1:
        return lines
    last = run[-1]
    left = _line(last.rate, last.part._replace(first=run[0].part.first)).amount
    for number, line in enumerate(lines[:-1]):
        amount = min(line.amount, left)  # several roundings up never ask the last for less than nothing
        lines[number] = line._replace(amount=amount)
        left -= amount
    lines[-1] = lines[-1]._replace(amount=left)
    return lines


def _line(rate: _Rate, part: _MonthPart) -> ChargeLine:
    account, monthly, factor = rate
    month, first, last, length = part
    days = last.toordinal() - first.toordinal() + 1
    amount = monthly * factor if days == length else monthly * factor * days / length
    return ChargeLine(account, month, first, last, monthly, factor, days, to_cents(amount))


@lru_cache(maxsize=256)
def _month_parts(first: date, last: date) -> tuple[_MonthPart, ...]:
    """Return the months of a period, cut to the period; remembered, because all units are charged for the same one."""
    parts = []
    begins = first
    while begins <= last:
        month = begins.replace(day=1)
        following = (month + timedelta(days=31)).replace(day=1)
        parts.append(_MonthPart(month, begins, min(last, following - _DAY), (following - month).days))
        begins = following
    return tuple(parts)
