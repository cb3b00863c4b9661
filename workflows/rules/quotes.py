"""Paid work 有偿服务: what a quote comes to, who approves it, what may be collected (``docs/domain/repair.md``; S0).

All amounts are CNY with two places, rounded half up line by line.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from workflows.messages.people import Role
from workflows.messages.quotes import Charge, Quote, QuoteLine, QuoteStatus

CENT: Final = Decimal("0.01")
NOTHING: Final = Decimal("0.00")
MOST_LINES: Final = 50
"""More lines than a customer can check are several quotes (own)."""


def line_total(line: QuoteLine) -> Decimal:
    """Return what one line costs."""
    return (line.quantity * line.unit_price).quantize(CENT, ROUND_HALF_UP)


def total_of(lines: Iterable[QuoteLine]) -> Decimal:
    """Return what the lines cost together."""
    return sum((line_total(line) for line in lines), NOTHING)


def off_list(lines: Iterable[QuoteLine]) -> tuple[QuoteLine, ...]:
    """Return the lines that name no posted item."""
    return tuple(line for line in lines if not line.code)


def problem_of(lines: Sequence[QuoteLine]) -> str:
    """Return what is wrong with the lines of a quote, as a sentence that says what to do; "" for nothing."""
    if not lines:
        return "报价至少要有一行"
    if len(lines) > MOST_LINES:
        return f"一张报价最多{MOST_LINES}行,请分开报价"
    for number, line in enumerate(lines, start=1):
        if not line.name.strip():
            return f"第{number}行没有写项目名称"
        if line.quantity <= 0:
            return f"第{number}行的数量必须大于0"
        if line.unit_price < 0 or line.unit_price != line.unit_price.quantize(CENT):
            return f"第{number}行的单价必须是不小于0、最多两位小数的金额"
    return "" if total_of(lines) > 0 else "报价合计必须大于0;免费的活不用报价"


def reviewers(lines: Sequence[QuoteLine], off_list_limit: Decimal) -> tuple[Role, ...]:
    """Return who may approve prices off the list, the lowest first: the lead up to the limit, above it the manager."""
    managers = (Role.SITE_MANAGER, Role.COMPANY_MANAGER)
    return managers if total_of(off_list(lines)) > off_list_limit else (Role.ENGINEERING_LEAD, *managers)


def confirmed_lines(quotes: Iterable[Quote]) -> tuple[QuoteLine, ...]:
    """Return the lines that the customer has confirmed."""
    return tuple(line for quote in quotes if quote.status is QuoteStatus.CONFIRMED for line in quote.lines)


def charge_for(
    quotes: Iterable[Quote], *, billed: Decimal | None = None, outlay: Decimal | None = None
) -> dict[str, Decimal]:
    """Return the amounts of a :class:`Charge`: only what was confirmed is billable (RPR-07).

    ``billed`` is what was asked for, None for as confirmed. ``outlay`` is what was laid out for the customer 代办,
    None for as confirmed; it is never income.
    """
    lines = confirmed_lines(quotes)
    confirmed = total_of(lines)
    asked = confirmed if billed is None else billed.quantize(CENT, ROUND_HALF_UP)
    billable = min(asked, confirmed)
    laid_out = total_of(line for line in lines if line.agency)
    agency = min(laid_out if outlay is None else outlay.quantize(CENT, ROUND_HALF_UP), laid_out, billable)
    return {
        "confirmed": confirmed,
        "billed": asked,
        "billable": billable,
        "agency": agency,
        "service_fee": billable - agency,
    }


def settled_at(charge: Charge, amount: Decimal) -> Charge:
    """Return the charge with the amount on which the supervisor has settled; money laid out is repaid first."""
    billable = amount.quantize(CENT, ROUND_HALF_UP)
    agency = min(charge.agency, billable)
    return charge.model_copy(update={"billable": billable, "agency": agency, "service_fee": billable - agency})


def outstanding(charge: Charge) -> Decimal:
    """Return what is still to be collected; never negative."""
    return max(charge.billable - charge.collected, NOTHING)
