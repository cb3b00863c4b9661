"""Sheets of dunning notices 催款通知单: issued, sealed, received (S4 4.2.1.8–10; ``docs/domain/arrears.md``)."""

from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from temporalio import activity

from activities.connections.database import Database
from activities.dunning.disputes import enter_dispute
from activities.ledger.account_state import standing
from activities.ledger.numbers import Series, next_numbers
from activities.records.bill_tables import ArrearsOpening, FeeNotice, SealUse
from activities.records.community_tables import Unit
from activities.records.fee_tables import FeeAccount
from workflows.messages.dunning import (
    ClosingRequest,
    DeliveryRequest,
    DisputeRequest,
    LedgerAnswer,
    SealRequest,
    Sheet,
    SheetRequest,
    StandingRequest,
)
from workflows.messages.identifiers import Activity
from workflows.messages.ledger import AccountStanding, BillStanding
from workflows.rules.amounts import ZERO
from workflows.rules.dunning_ladder import highest_stage

_LOCK: Final = 1013
"""First half of the advisory locks of an account's sheets; the second is the account."""


class DunningSheets:
    """The activities behind ``workflows/effects/dunning.py``; each is one transaction, and repeating it is harmless."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name=Activity.ACCOUNT_STANDING, no_thread_cancel_exception=True)
    def account_standing(self, request: StandingRequest) -> AccountStanding:
        """Say how the account stands on the day; an account that is not there owes nothing."""
        with self._db.begin() as connection:
            found = standing(connection, request.community, request.account, request.on_day, request.late_fee)
        return found or AccountStanding(account=request.account, prepaid=ZERO)

    @activity.defn(name=Activity.ISSUE_SHEET, no_thread_cancel_exception=True)
    def issue_sheet(self, request: SheetRequest) -> Sheet:
        """Issue the sheet with what is still open of its bills; nothing is issued where nothing is."""
        with self._db.begin() as connection:
            _one_at_a_time(connection, request.community, request.account)
            return _issued(connection, request) or _issue(connection, request)

    @activity.defn(name=Activity.REGISTER_SEAL, no_thread_cancel_exception=True)
    def register_seal(self, request: SealRequest) -> LedgerAnswer:
        """Enter the seal's use 用印登记; refused ``seal_number_used`` where another notice has that number."""
        with self._db.begin() as connection:
            connection.execute(
                upsert(SealUse)
                .values(
                    community=request.community,
                    number=request.register_number,
                    copies=request.copies,
                    notice=request.sheet,
                    approved_by=request.approved_by.code,
                    approved_role=request.approved_by.role,
                    at=request.at,
                )
                .on_conflict_do_nothing()
            )
            entered = connection.scalar(
                select(SealUse.number).where(
                    SealUse.community == request.community,
                    SealUse.notice == request.sheet,
                    SealUse.number == request.register_number,
                )
            )
            if entered is None:
                return LedgerAnswer(refused="seal_number_used")
            connection.execute(
                update(FeeNotice)
                .where(FeeNotice.community == request.community, FeeNotice.number == request.sheet)
                .values(seal=request.register_number)
            )
        return LedgerAnswer()

    @activity.defn(name=Activity.RECORD_DELIVERY, no_thread_cancel_exception=True)
    def record_delivery(self, request: DeliveryRequest) -> LedgerAnswer:
        """Enter the day of receipt; the first entry holds."""
        with self._db.begin() as connection:
            connection.execute(
                update(FeeNotice)
                .where(
                    FeeNotice.community == request.community,
                    FeeNotice.number == request.sheet,
                    FeeNotice.delivered_on.is_(None),
                )
                .values(
                    delivered_on=request.received_on,
                    delivered_how=request.how,
                    sent_at=request.at,
                    sent_by=request.actor.code,
                )
            )
        return LedgerAnswer()

    @activity.defn(name=Activity.RECORD_DISPUTE, no_thread_cancel_exception=True)
    def record_dispute(self, request: DisputeRequest) -> LedgerAnswer:
        """Put disputed parts aside, or settle them."""
        with self._db.begin() as connection:
            return enter_dispute(connection, self._db.personal, request)

    @activity.defn(name=Activity.CLOSE_ARREARS, no_thread_cancel_exception=True)
    def close_arrears(self, request: ClosingRequest) -> LedgerAnswer:
        """Enter that the case is over, so that the account can be listed anew."""
        with self._db.begin() as connection:
            connection.execute(
                update(ArrearsOpening)
                .where(
                    ArrearsOpening.community == request.community,
                    ArrearsOpening.account == request.account,
                    ArrearsOpening.case == request.case,
                    ArrearsOpening.closed_at.is_(None),
                )
                .values(closed_at=request.at)
            )
        return LedgerAnswer()


def _one_at_a_time(connection: Connection, community: str, account: str) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(f"{community} {account}"))))


def _key(request: SheetRequest) -> str:
    return f"{request.case}:{request.ordinal}"


def _issued(connection: Connection, request: SheetRequest) -> Sheet | None:
    row = connection.execute(
        select(FeeNotice.number, FeeNotice.lines, FeeNotice.principal, FeeNotice.late_fee).where(
            FeeNotice.community == request.community, FeeNotice.key == _key(request)
        )
    ).one_or_none()
    if row is None:
        return None
    bills = tuple(line["bill"] for line in row.lines)
    return Sheet(number=row.number, bills=bills, principal=row.principal, late_fee=row.late_fee)


def _issue(connection: Connection, request: SheetRequest) -> Sheet:
    found = standing(connection, request.community, request.account, request.on_day, request.late_fee)
    stages = {line.bill: line.stage for line in request.lines}
    bills = [bill for bill in (found.bills if found else ()) if bill.number in stages and _demanded(bill) > 0]
    principal = sum((bill.principal - bill.disputed for bill in bills), ZERO)
    late_fee = sum((bill.late_fee for bill in bills), ZERO)
    if not bills:
        return Sheet(principal=ZERO, late_fee=ZERO)
    number = next_numbers(connection, request.community, Series.DUNNING_NOTICE, request.on_day.year)[0]
    unit, area = connection.execute(
        select(FeeAccount.unit, Unit.area)
        .join(Unit, (Unit.community == FeeAccount.community) & (Unit.code == FeeAccount.unit))
        .where(FeeAccount.community == request.community, FeeAccount.code == request.account)
    ).one()
    connection.execute(
        insert(FeeNotice).values(
            community=request.community,
            number=number,
            key=_key(request),
            case=request.case,
            kind=highest_stage([line for line in request.lines if line.bill in {one.number for one in bills}]),
            account=request.account,
            unit=unit,
            steward_area=area,
            issued_on=request.on_day,
            principal=principal,
            late_fee=late_fee,
            total=principal + late_fee,
            lines=[
                {
                    "bill": bill.number,
                    "stage": stages[bill.number],
                    "principal": str(bill.principal - bill.disputed),
                    "late_fee": str(bill.late_fee),
                    "due_on": bill.due_on,
                }
                for bill in bills
            ],
        )
    )
    return Sheet(number=number, bills=tuple(bill.number for bill in bills), principal=principal, late_fee=late_fee)


def _demanded(bill: BillStanding) -> Decimal:
    return bill.principal - bill.disputed + bill.late_fee
