"""Issuing one bill 出单 (S4 4.2.1.4, 3.5; F6, F12): the interim bill of a takeover, a single charge, old debt.

A quarter's bills are issued set by set (``activities/billing/quarter_bills.py``); these come one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, post
from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import Bill, ChargeLineRow
from activities.records.community_tables import Unit
from activities.records.fee_tables import FeeAccount, FeeTerms
from activities.records.sealing import table_of
from workflows.messages.ledger import BillKind, EntryKind, FeeItem
from workflows.messages.people import Actor
from workflows.rules.charges import ChargeLine
from workflows.rules.postings import bill_issued


@dataclass(frozen=True)
class NewBill:
    """A bill to be issued to an account. ``lines`` are its charges; a bill without lines is one amount, CNY.

    ``number`` makes issuing it twice harmless. Single bills are sent when they are issued (收费通知单, S4 3.5).
    """

    community: str
    number: str
    account: str
    kind: BillKind
    item: FeeItem
    period: str
    issued_on: date
    due_on: date
    at: datetime
    actor: Actor
    amount: Decimal
    lines: Sequence[ChargeLine] = ()
    source: str = ""


def issue_bill(connection: Connection, personal: PersonalDataCipher, new: NewBill) -> str | None:
    """Issue the bill and return its number; None for one that comes to nothing. A bill that is there stays as it is.

    Raises :class:`LedgerRefusedError`: ``unknown_account``, ``invalid_amount``.
    """
    if new.amount == 0:
        return None
    if new.amount < 0:
        raise LedgerRefusedError("invalid_amount", "账单金额应大于0")
    place = connection.execute(
        select(FeeAccount.unit, Unit.area)
        .join(Unit, (Unit.community == FeeAccount.community) & (Unit.code == FeeAccount.unit))
        .where(FeeAccount.community == new.community, FeeAccount.code == new.account)
    ).one_or_none()
    if place is None:
        raise LedgerRefusedError("unknown_account", "本项目没有这个缴费账户:请核对编码")
    clause, daily = _late_fee_terms(connection, new.community, place.unit, new.due_on)
    issued = connection.scalar(
        upsert(Bill)
        .values(
            community=new.community,
            number=new.number,
            account=new.account,
            unit=place.unit,
            steward_area=place.area,
            kind=new.kind,
            item=new.item,
            period=new.period,
            issued_on=new.issued_on,
            due_on=new.due_on,
            sent_on=None if new.kind is BillKind.QUARTER else new.issued_on,
            principal=new.amount,
            late_fee_clause=clause,
            late_fee_daily=daily,
        )
        .on_conflict_do_nothing()
        .returning(Bill.number)
    )
    if issued is not None:
        _enter_lines(connection, new)
        post(connection, personal, _entry_of(new))
    return new.number


def _entry_of(new: NewBill) -> NewEntry:
    return NewEntry(
        community=new.community,
        key=f"bill:{new.number}",
        book=new.item.book,
        kind=EntryKind.BILLING,
        on_day=new.issued_on,
        at=new.at,
        actor=new.actor,
        legs=bill_issued(new.account, new.number, new.item, new.amount),
        source=new.source,
    )


def _enter_lines(connection: Connection, new: NewBill) -> None:
    if new.lines:
        connection.execute(
            insert(table_of(ChargeLineRow)),
            [
                {
                    "community": new.community,
                    "bill": new.number,
                    "account": new.account,
                    "period": new.period,
                    "kind": "charge",
                    "month": line.month,
                    "first_day": line.first,
                    "last_day": line.last,
                    "monthly": line.monthly,
                    "factor": line.factor,
                    "days": line.days,
                    "amount": line.amount,
                }
                for line in new.lines
            ],
        )


def _late_fee_terms(connection: Connection, community: str, unit: str, day: date) -> tuple[bool, Decimal | None]:
    """Whether the unit's contract knows a late fee, and its own daily rate."""
    row = connection.execute(
        select(FeeTerms.late_fee_clause, FeeTerms.late_fee_daily)
        .where(FeeTerms.community == community, FeeTerms.unit == unit, FeeTerms.since <= day)
        .order_by(FeeTerms.since.desc(), FeeTerms.id.desc())
        .limit(1)
    ).one_or_none()
    return (row.late_fee_clause, row.late_fee_daily) if row else (False, None)
