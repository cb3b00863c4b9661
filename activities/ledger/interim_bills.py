"""Interim bills of a takeover 临时账单 (F6, F12; ``docs/domain/fees.md``)."""

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
from workflows.rules.fee_calendar import interim_due
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
        due = interim_due(
            taken.day, None if quarter == first else quarter.first_day, policy.fee, calendar,
            policy.calendar.customer_roll,
        )  # fmt: skip
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
                due_on=due,
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


def _is_approved(connection: Connection, community: str, quarter: Quarter) -> bool:
    approved = connection.scalar(
        select(FeeTable.version).where(
            FeeTable.community == community, FeeTable.quarter == quarter.code, FeeTable.state == "approved"
        )
    )
    return approved is not None
