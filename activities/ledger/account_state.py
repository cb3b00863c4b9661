"""How an account stands 欠费情况: open bills with late fee, prepayment (§9.3, §9.5; ``docs/domain/fees.md``).

What is left of a bill's principal is as posted by now; the late fee is what has accrued to the day asked for. All CNY.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.orm import aliased

from activities.ledger.principal import MAKES_PRINCIPAL
from activities.records.bill_tables import Bill
from activities.records.community_tables import Unit
from activities.records.fee_tables import FeeAccount
from activities.records.journal_tables import JournalEntry, Liability, Posting
from workflows.messages.fee_policy import LateFeePolicy
from workflows.messages.ledger import AccountStanding, BillKind, BillStanding, Book, FeeItem, LedgerAccount
from workflows.rules.allocation import OpenBill
from workflows.rules.amounts import ZERO
from workflows.rules.late_fee import PrincipalChange, accrued


class BillState(NamedTuple):
    """A bill that is not settled, and what it is. ``principal`` is its principal after adjustments."""

    account: str
    kind: BillKind
    item: FeeItem
    period: str
    principal: Decimal
    open: OpenBill


def open_bills(
    connection: Connection,
    community: str,
    account: str,
    on_day: date,
    late_fee: LateFeePolicy,
    *,
    book: Book = Book.MANAGEMENT,
) -> list[OpenBill]:
    """Return the account's unsettled bills, the oldest first, with the late fee up to ``on_day`` inclusive."""
    states = bill_states(connection, community, [account], on_day, late_fee, book=book)
    return [state.open for state in states[account]]


def prepaid_balance(connection: Connection, community: str, account: str, *, book: Book = Book.MANAGEMENT) -> Decimal:
    """Return the account's prepayment 预存 in CNY, at least 0."""
    return _balances(connection, community, [account], book).get(account, ZERO)


def standing(
    connection: Connection, community: str, account: str, on_day: date, late_fee: LateFeePolicy
) -> AccountStanding | None:
    """Return how the account stands on a day in the management book; None where there is no such account."""
    return standings(connection, community, [account], on_day, late_fee).get(account)


def standings(
    connection: Connection, community: str, accounts: Collection[str], on_day: date, late_fee: LateFeePolicy
) -> dict[str, AccountStanding]:
    """Return how each of the accounts stands, in four queries for all of them; unknown accounts are left out."""
    states = bill_states(connection, community, accounts, on_day, late_fee)
    prepaid = _balances(connection, community, accounts, Book.MANAGEMENT)
    known = connection.execute(
        select(FeeAccount.code, FeeAccount.unit, Unit.area)
        .join(Unit, (Unit.community == FeeAccount.community) & (Unit.code == FeeAccount.unit))
        .where(FeeAccount.community == community, FeeAccount.code.in_(accounts))
        .order_by(FeeAccount.code)
    )
    return {
        row.code: AccountStanding(
            account=row.code,
            unit=row.unit,
            area=row.area,
            bills=tuple(_standing_of(state) for state in states[row.code]),
            prepaid=prepaid.get(row.code, ZERO),
        )
        for row in known
    }


def bill_states(
    connection: Connection,
    community: str,
    accounts: Collection[str],
    on_day: date,
    late_fee: LateFeePolicy,
    *,
    book: Book = Book.MANAGEMENT,
) -> defaultdict[str, list[BillState]]:
    """Return by account the bills that are not settled, the oldest first.

    A bill whose principal was paid late is settled when its late fee is paid or waived too.
    """
    rows = connection.execute(
        select(Bill)
        .where(
            Bill.community == community,
            Bill.account.in_(accounts),
            Bill.item.in_([item for item in FeeItem if item.book is book]),
            (Bill.open_principal > 0) | (Bill.settled_on > Bill.due_on),
        )
        .order_by(Bill.due_on, Bill.issued_on, Bill.number)
    ).all()
    changes = _changes(connection, community, [row.number for row in rows])
    states: defaultdict[str, list[BillState]] = defaultdict(list)
    for row in rows:
        state = _state_of(row, changes[row.number], on_day, late_fee)
        if state.open.principal or state.open.late_fee:
            states[row.account].append(state)
    return states


class LateFeeOf(NamedTuple):
    """The late fee of one bill to a day, CNY: what accrued, and what of it was paid and waived."""

    principal: Decimal
    accrued: Decimal
    paid: Decimal
    waived: Decimal


def late_fee_of(
    connection: Connection, community: str, number: str, on_day: date, late_fee: LateFeePolicy
) -> LateFeeOf:
    """Return the late fee of a bill, disputed or not, settled or not. Raises ``NoResultFound`` where there is none."""
    row = connection.execute(select(Bill).where(Bill.community == community, Bill.number == number)).one()
    principal, changes = _changes(connection, community, [number])[number]
    return LateFeeOf(
        principal, _accrued(row, principal, changes, on_day, late_fee), row.late_fee_paid, row.late_fee_waived
    )


def asked_for(connection: Connection, community: str, number: str) -> Decimal:
    """Return what a bill asks for after its credits, paid or not, CNY."""
    return _changes(connection, community, [number])[number][0]


def _changes(
    connection: Connection, community: str, bills: Sequence[str]
) -> defaultdict[str, tuple[Decimal, list[PrincipalChange]]]:
    """Return each bill's principal after adjustments, and what changed its unpaid part on which day.

    What undoes an entry counts on that entry's day: a reversed payment falls out as if it had never come (PAY-05).
    """
    undone = aliased(JournalEntry)
    kind = func.coalesce(undone.kind, JournalEntry.kind)
    day = func.coalesce(undone.on_day, JournalEntry.on_day)
    moved = connection.execute(
        select(Posting.bill, kind.in_(MAKES_PRINCIPAL).label("billed"), day.label("day"), func.sum(Posting.amount))
        .join(JournalEntry, JournalEntry.id == Posting.entry)
        .outerjoin(undone, undone.id == JournalEntry.reverses)
        .where(
            Posting.community == community,
            Posting.bill.in_(bills),
            Posting.ledger_account == LedgerAccount.RECEIVABLE,
        )
        .group_by(Posting.bill, "billed", "day")
    )
    found: defaultdict[str, tuple[Decimal, list[PrincipalChange]]] = defaultdict(lambda: (ZERO, []))
    for bill, billed, on_day, amount in moved:
        principal, changes = found[bill]
        if billed:
            principal += amount
        elif amount:
            changes.append(PrincipalChange(on_day, amount))
        found[bill] = principal, changes
    return found


def _state_of(
    row: Row[Bill], moved: tuple[Decimal, list[PrincipalChange]], on_day: date, policy: LateFeePolicy
) -> BillState:
    """The late fee of a disputed part is not asked for; it is there again when the dispute is rejected (§9.6)."""
    principal, changes = moved
    disputed = min(row.disputed, row.open_principal)
    owed = _accrued(row, principal - disputed, changes, on_day, policy) - row.late_fee_paid - row.late_fee_waived
    bill = OpenBill(row.number, row.due_on, row.issued_on, row.open_principal, max(owed, ZERO), disputed)
    return BillState(row.account, BillKind(row.kind), FeeItem(row.item), row.period, principal, bill)


def _accrued(
    row: Row[Bill],
    principal: Decimal,
    changes: Sequence[PrincipalChange],
    on_day: date,
    policy: LateFeePolicy,
) -> Decimal:
    return accrued(principal, row.due_on, changes, on_day, policy, clause=row.late_fee_clause, rate=row.late_fee_daily)


def _balances(connection: Connection, community: str, accounts: Collection[str], book: Book) -> Mapping[str, Decimal]:
    rows = connection.execute(
        select(Liability.account, Liability.balance).where(
            Liability.community == community,
            Liability.account.in_(accounts),
            Liability.book == book,
            Liability.ledger_account == LedgerAccount.PREPAYMENT,
        )
    )
    return {row.account: row.balance for row in rows}


def _standing_of(state: BillState) -> BillStanding:
    return BillStanding(
        number=state.open.number,
        kind=state.kind,
        item=state.item,
        period=state.period,
        due_on=state.open.due_on.isoformat(),
        principal=state.open.principal,
        late_fee=state.open.late_fee,
        disputed=state.open.disputed,
    )
