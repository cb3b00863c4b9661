"""The cash desk 收银台: where cash goes that the bank has not taken, and the parking attendant's rate (§9.7, §9.8)."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.cash_desk import CashDestination
from workflows.messages.fee_policy import CashPolicy
from workflows.rules.amounts import ZERO
from workflows.rules.working_days import is_working_day, nth_working_day_after


def bank_is_open(at: datetime, policy: CashPolicy, calendar: WorkingCalendar) -> bool:
    """Whether the bank still takes money at that local time: a bank day before ``bank_close`` (own)."""
    return is_working_day(at.date(), calendar) and at.time() < policy.bank_close


def where_cash_goes(
    cash: Decimal, held: Decimal, at: datetime, policy: CashPolicy, calendar: WorkingCalendar
) -> CashDestination:
    """Where the cash (CNY) of a closing at a local time goes, when it has not been deposited.

    While the bank is open it goes there. After ``bank_close`` up to ``overnight_limit``, with what is ``held`` 在途
    already, may lie until the next bank day; more goes to finance the same day (CSH-02). On a day without a bank all
    of it waits for the next bank day. A limit of 0 restores S4: nothing stays overnight.
    """
    if cash == ZERO:
        return CashDestination.NOTHING
    if bank_is_open(at, policy, calendar):
        return CashDestination.BANK
    if policy.overnight_limit == ZERO:
        return CashDestination.FINANCE
    if not is_working_day(at.date(), calendar) or cash + held <= policy.overnight_limit:
        return CashDestination.IN_TRANSIT
    return CashDestination.FINANCE


def bank_day_after(day: date, calendar: WorkingCalendar) -> date:
    """The next bank day 下一银行营业日: by then cash 在途 of ``day`` is in the bank."""
    return nth_working_day_after(day, 1, calendar)


def share_received(received: Decimal, due: Decimal) -> Decimal | None:
    """停车收费率: received over due, four places, half up (PKG-01); None where nothing was due. Target 1 (S4 4.6)."""
    return None if due == ZERO else (received / due).quantize(Decimal("0.0001"), ROUND_HALF_UP)
