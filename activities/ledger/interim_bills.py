"""Interim bills of a takeover 临时账单 (F6, F12; ``docs/domain/fees.md``)."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.billed_periods import lines_of_unit
from activities.ledger.billing import NewBill, issue_bill
from activities.records.fee_tables import FeeTable
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.ledger import BillKind, FeeItem
from workflows.messages.policy import Policy
from workflows.rules.charges import total
from workflows.rules.fee_calendar import interim_due, late_dispatch_due
from workflows.rules.quarters import Quarter

if TYPE_CHECKING:
    from activities.ledger.facts import NewFact


def bill_takeover(  # noqa: PLR0917 - the fact with all that decides its bills
    connection: Connection,
    personal: PersonalDataCipher,
    taken: "NewFact",
    account: str,
    policy: Policy,
    calendar: WorkingCalendar,
) -> tuple[str, ...]:
    """Bill the new owner from the takeover to the quarter's end, and the next quarter where its table is approved.

    Quarters that ended before the day of entry are billed whole: a takeover entered late misses no quarter.
    """
    first = Quarter.of(taken.day)
    quarters = [first]
    while quarters[-1] < Quarter.of(taken.at.date()) or _is_approved(connection, taken.community, quarters[-1].next):
        quarters.append(quarters[-1].next)
    bills = []
    for quarter in quarters:
        lines = [
            line
            for line in lines_of_unit(connection, taken.community, taken.unit, quarter, policy.fee)
            if line.account == account
        ]
        number = issue_bill(
            connection,
            personal,
            NewBill(
                community=taken.community,
                number=f"{account}/{quarter.code}-L",
                account=account,
                kind=BillKind.INTERIM,
                item=FeeItem.MANAGEMENT_FEE,
                period=f"{quarter.code}-L",
                issued_on=taken.at.date(),
                due_on=_due(taken, quarter, policy, calendar),
                at=taken.at,
                actor=taken.actor,
                amount=total(lines),
                lines=lines,
                source=taken.unit,
            ),
        )
        if number is not None:
            bills.append(number)
    return tuple(bills)


def _due(taken: "NewFact", quarter: Quarter, policy: Policy, calendar: WorkingCalendar) -> date:
    """When the interim bill of that quarter is due.

    That a takeover is entered late is ours, so nobody owes a late fee for it: the bill is due as one whose notice went
    out that day (F10).
    """
    roll, issued_on = policy.calendar.customer_roll, taken.at.date()
    later = None if quarter == Quarter.of(taken.day) else quarter.first_day
    due = interim_due(taken.day, later, policy.fee, calendar, roll)
    return due if issued_on <= taken.day else late_dispatch_due(due, issued_on, policy.fee, calendar, roll)


def _is_approved(connection: Connection, community: str, quarter: Quarter) -> bool:
    approved = connection.scalar(
        select(FeeTable.version).where(
            FeeTable.community == community, FeeTable.quarter == quarter.code, FeeTable.state == "approved"
        )
    )
    return approved is not None
