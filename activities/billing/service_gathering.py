"""The month's paid services 有偿服务费汇总 (S4 4.3.1; §9.9): jobs accepted before the cut-off, each gathered once.

Agency money 代办 stands apart and is no income (SVC-01). What the technician or the desk has collected is handed to the
cashier (``activities/ledger/collected_services.py``); what is still open becomes a single bill of the unit's payer.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, func, select, text, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.billing import NewBill, issue_bill
from activities.ledger.journal import NewEntry, post
from activities.ledger.payments import lock_account
from activities.records.bill_tables import Bill
from activities.records.cash_tables import ServiceGathering
from activities.records.fee_tables import FeeAccount, UnitFact
from activities.records.policies import policy_in_force
from activities.records.working_calendar import working_calendar
from workflows.messages.billing import Gathered, GatherServices
from workflows.messages.ledger import BillKind, Book, EntryKind, FeeItem, PayerKind
from workflows.messages.policy import Policy
from workflows.messages.unit_facts import UnitFactKind
from workflows.rules.amounts import ZERO
from workflows.rules.business_time import local
from workflows.rules.fee_calendar import interim_due
from workflows.rules.postings import agency_part_of_bill

_GATHER: Final = text(
    """
    INSERT INTO service_gatherings (community, "case", month, kind, unit, booked_at, service_fee, agency, collected,
        gathered_at, gathered_by)
    SELECT cases.community, cases.number, :month, cases.kind, cases.unit, earned.at, charges.service_fee,
        charges.agency, charges.collected, :at, :by
    FROM charges JOIN cases ON cases.number = charges."case"
    LEFT JOIN repair_records ON repair_records."case" = cases.number
    LEFT JOIN service_records ON service_records."case" = cases.number
    CROSS JOIN LATERAL (
        SELECT coalesce(charges.booked_at, repair_records.verified_at,
            -- a fee that was agreed for a late cancellation is earned when the case is closed for good
            CASE WHEN 'cancelled' IN (repair_records.closed_as, service_records.closed_as)
                THEN cases.closed_at END) AS at
    ) AS earned
    WHERE cases.community = :community AND charges.billable > 0 AND earned.at < :cut_off
      AND (charges.disputed_at IS NULL OR charges.settled_at IS NOT NULL)
    ON CONFLICT DO NOTHING
    RETURNING "case", unit, booked_at, service_fee, agency, collected
    """
)
_TOTALS: Final = text(
    """
    SELECT count(*) AS jobs, coalesce(sum(service_fee), 0) AS service_fee, coalesce(sum(agency), 0) AS agency,
        coalesce(sum(collected), 0) AS collected
    FROM service_gatherings WHERE community = :community AND month = :month
    """
)


class _Open(NamedTuple):
    """What a payer still owes for a case, CNY; ``agency`` is the part of ``amount`` that is no income."""

    account: str
    case: str
    amount: Decimal
    agency: Decimal


def gather_services(connection: Connection, personal: PersonalDataCipher, request: GatherServices) -> Gathered:
    """Gather what no month has gathered yet, bill what is open of it, and return the month's totals, CNY (PSV-01).

    A charge in dispute waits until it is settled. A unit without a payer is gathered and gets no bill.
    """
    asked = {
        "community": request.community,
        "month": request.month,
        "at": request.at,
        "by": request.actor.code,
        "cut_off": request.cut_off,
    }
    _bill_open(connection, personal, request, connection.execute(_GATHER, asked).all())
    return Gathered(**connection.execute(_TOTALS, asked).mappings().one())


def _bill_open(
    connection: Connection, personal: PersonalDataCipher, request: GatherServices, rows: Iterable[Row[Any]]
) -> None:
    """Issue a single bill for what is open of each case, account by account in the order of their locks."""
    policy = policy_in_force(connection, request.community, request.at)
    tz = policy.calendar.tz
    owed = [each for row in rows if (each := _open_of(connection, request.community, row, tz)) is not None]
    for each in sorted(owed):
        number = _issue(connection, personal, request, each, policy)
        connection.execute(
            update(ServiceGathering)
            .where(ServiceGathering.community == request.community, ServiceGathering.case == each.case)
            .values(bill=number)
        )


def _open_of(connection: Connection, community: str, row: Row[Any], tz: str) -> _Open | None:
    """What is open of a gathered case; money laid out for the customer is repaid first."""
    amount = row.service_fee + row.agency - row.collected
    account = _payer(connection, community, row.unit, local(row.booked_at, tz).date()) if amount > 0 else None
    return None if account is None else _Open(account, row.case, amount, max(row.agency - row.collected, ZERO))


def _payer(connection: Connection, community: str, unit: str, on: date) -> str | None:
    """Who of the unit was liable on that local day; the developer orders no services.

    Where a tenant has left 退租, the account that the fact names pays again from that day.
    """
    accounts = select(FeeAccount.since, FeeAccount.code.label("account")).where(
        FeeAccount.community == community, FeeAccount.unit == unit
    )
    again = select(UnitFact.day, UnitFact.account).where(
        UnitFact.community == community, UnitFact.unit == unit, UnitFact.kind == UnitFactKind.VACATED
    )
    spells = accounts.union_all(again).subquery()
    return connection.scalar(
        select(spells.c.account)
        .join(FeeAccount, (FeeAccount.community == community) & (FeeAccount.code == spells.c.account))
        .where(FeeAccount.payer != PayerKind.DEVELOPER, spells.c.since <= on)
        .order_by(spells.c.since.desc(), spells.c.account.desc())
        .limit(1)
    )


def _issue(
    connection: Connection, personal: PersonalDataCipher, request: GatherServices, owed: _Open, policy: Policy
) -> str:
    lock_account(connection, request.community, owed.account)
    issued_on = local(request.at, policy.calendar.tz).date()
    calendar = working_calendar(connection, (issued_on.year, issued_on.year + 1))
    period = f"{request.month.replace('-', '')}-{FeeItem.SERVICE}"
    before = connection.scalar(
        select(func.count()).where(
            Bill.community == request.community, Bill.number.startswith(f"{owed.account}/{period}-", autoescape=True)
        )
    )
    number = f"{owed.account}/{period}-{(before or 0) + 1}"
    new = NewBill(
        community=request.community,
        number=number,
        account=owed.account,
        kind=BillKind.SINGLE,
        item=FeeItem.SERVICE,
        period=request.month,
        issued_on=issued_on,
        due_on=interim_due(issued_on, None, policy.fee, calendar, policy.calendar.customer_roll),
        at=request.at,
        actor=request.actor,
        amount=owed.amount,
        source=owed.case,
    )
    issue_bill(connection, personal, new)
    if owed.agency:
        post(
            connection,
            personal,
            NewEntry(
                community=request.community,
                key=f"agency:{number}",
                book=Book.MANAGEMENT,
                kind=EntryKind.BILLING,
                on_day=issued_on,
                at=request.at,
                actor=request.actor,
                legs=agency_part_of_bill(owed.account, owed.case, owed.agency),
                source=owed.case,
            ),
        )
    return number
