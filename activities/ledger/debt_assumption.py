"""债务承担: another account of the unit takes open bills over (FEE-17; 民法典 §552; ``docs/domain/fees.md``).

Arrears stay with whoever made them. By a signed letter a new payer takes over a bill as it stands: what is open of its
principal, with the bill's own due day and contract, and so with the late fee that has grown on that part. What was
paid, and the late fee on it, stays with the old bill. Reports count each part once, in the period of the old bill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import late_fee_of
from activities.ledger.journal import NewEntry, post
from activities.ledger.late_fee_waivers import NewWaiver, enter_waiver
from activities.ledger.payments import lock_account
from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import Bill
from activities.records.fee_tables import FeeAccount
from activities.records.sealing import table_of
from workflows.messages.fee_policy import LateFeePolicy
from workflows.messages.ledger import BillKind, EntryKind, FeeItem
from workflows.messages.people import Actor
from workflows.rules.amounts import ZERO
from workflows.rules.postings import Leg, debt_transferred, late_fee_moved


@dataclass(frozen=True)
class Assumption:
    """Who takes which bills over; ``request`` is the number under which it was signed, ``at`` is local."""

    community: str
    account: str
    to_account: str
    bills: Sequence[str]
    request: str
    at: datetime
    actor: Actor
    approved_by: tuple[str, ...]


def open_debt(connection: Connection, community: str, bills: Sequence[str]) -> Decimal:
    """What is open of the bills' principal, CNY."""
    rows = select(Bill.open_principal).where(Bill.community == community, Bill.number.in_(bills))
    return sum(connection.scalars(rows), ZERO)


def assume_debt(
    connection: Connection, personal: PersonalDataCipher, taken: Assumption, late_fee: LateFeePolicy
) -> tuple[str, ...]:
    """Move the open principal of the bills to new ones of the other account, and return their numbers.

    Raises :class:`LedgerRefusedError`: ``unknown_account``, ``not_the_same_unit``, ``unknown_bill``, ``dispute_open``.
    """
    for account in sorted({taken.account, taken.to_account}):
        lock_account(connection, taken.community, account)
    units = select(FeeAccount.unit).where(
        FeeAccount.community == taken.community, FeeAccount.code.in_([taken.account, taken.to_account])
    )
    if taken.account == taken.to_account or len(set(connection.scalars(units))) != 1:
        raise LedgerRefusedError("not_the_same_unit", "债务只能由同一房号的另一缴费账户承担")
    return tuple(
        _move(connection, personal, taken, _owed(connection, taken, bill), number, late_fee)
        for number, bill in enumerate(taken.bills, start=1)
    )


def _owed(connection: Connection, taken: Assumption, number: str) -> Row[Any]:
    row = connection.execute(
        select(table_of(Bill)).where(
            Bill.community == taken.community, Bill.number == number, Bill.account == taken.account
        )
    ).one_or_none()
    if row is None or row.open_principal <= 0:
        raise LedgerRefusedError("unknown_bill", "账单不存在、已结清,或不属于该账户")
    if row.disputed:
        raise LedgerRefusedError("dispute_open", "账单有异议待答复,答复后才能办理债务承担")
    return row


def _move(  # noqa: PLR0917 - a bill, and what its taking over is
    connection: Connection,
    personal: PersonalDataCipher,
    taken: Assumption,
    old: Row[Any],
    place: int,
    late_fee: LateFeePolicy,
) -> str:
    number = f"{taken.to_account}/{taken.request}-{place}"
    values = {
        "community": taken.community,
        "number": number,
        "account": taken.to_account,
        "unit": old.unit,
        "steward_area": old.steward_area,
        "kind": BillKind.ASSUMED,
        "item": old.item,
        "period": old.period,
        "issued_on": taken.at.date(),
        "due_on": old.due_on,
        "sent_on": taken.at.date(),
        "principal": old.open_principal,
        "late_fee_clause": old.late_fee_clause,
        "late_fee_daily": old.late_fee_daily,
    }
    connection.execute(insert(Bill).values(values))
    both = (old.account, old.number), (taken.to_account, number)
    legs = debt_transferred(*both, FeeItem(old.item), old.open_principal)
    _post(connection, personal, taken, f"assumed:{number}", FeeItem(old.item), legs)
    _move_late_fee(connection, personal, taken, old, number, late_fee)
    return number


def _move_late_fee(  # noqa: PLR0917 - a bill, and what its taking over is
    connection: Connection,
    personal: PersonalDataCipher,
    taken: Assumption,
    old: Row[Any],
    number: str,
    late_fee: LateFeePolicy,
) -> None:
    """What was paid or waived of the late fee beyond what the rest of the old bill bears goes with the debt."""
    rest = late_fee_of(connection, taken.community, old.number, taken.at.date(), late_fee)
    beyond = rest.paid + rest.waived - rest.accrued
    paid = min(max(beyond, ZERO), rest.paid)
    if paid:
        legs = late_fee_moved((old.account, old.number), (taken.to_account, number), paid)
        _post(connection, personal, taken, f"assumed-late-fee:{number}", FeeItem(old.item), legs)
    if beyond > paid:
        waiver = NewWaiver(taken.community, number, beyond - paid, f"{taken.request}:{number}", taken.at, taken.actor)
        enter_waiver(connection, personal, waiver)


def _post(  # noqa: PLR0917 - an entry of the taking over
    connection: Connection,
    personal: PersonalDataCipher,
    taken: Assumption,
    key: str,
    item: FeeItem,
    legs: list[Leg],
) -> None:
    post(
        connection,
        personal,
        NewEntry(
            community=taken.community,
            key=key,
            book=item.book,
            kind=EntryKind.TRANSFER_OF_DEBT,
            on_day=taken.at.date(),
            at=taken.at,
            actor=taken.actor,
            legs=legs,
            approved_by=taken.approved_by,
            source=taken.request,
        ),
    )
