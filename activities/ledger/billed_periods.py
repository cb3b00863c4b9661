"""What was billed for a unit's quarters, and what should have been 已出账期间 (F7; §9.4; ``docs/domain/fees.md``)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, insert, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, derived_key, post
from activities.ledger.payments import lock_account
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.unit_charging import unit_chargings
from activities.records.bill_tables import Bill
from activities.records.fee_tables import Adjustment
from activities.records.journal_tables import JournalEntry, Posting
from workflows.messages.fee_policy import FeePolicy
from workflows.messages.ledger import BillKind, Book, EntryKind, FeeItem, LedgerAccount
from workflows.messages.people import Actor
from workflows.rules.adjustments import Billed, differences, settle_adjustment
from workflows.rules.amounts import ZERO
from workflows.rules.charges import ChargeLine, charge_lines, total
from workflows.rules.postings import credit, payment_set_free
from workflows.rules.quarters import Quarter


@dataclass(frozen=True)
class Change:
    """What changed billed periods: who entered it, when, under which key, and who approved it."""

    community: str
    unit: str
    key: str
    at: datetime
    actor: Actor
    approved_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adjusted:
    """An adjustment that was made: recomputed less billed, CNY."""

    account: str
    period: str
    amount: Decimal


def lines_of_unit(
    connection: Connection, community: str, unit: str, quarter: Quarter, fee: FeePolicy
) -> list[ChargeLine]:
    """Return the unit's lines of a quarter, for all payers, as the facts now say."""
    found = list(unit_chargings(connection, community, units=[unit], trigger=fee.trigger, vacancy=fee.vacancy))
    if not found:
        return []
    return charge_lines(found[0], quarter.first_day, quarter.last_day, fee.half_factor)


def quarters_billed(connection: Connection, community: str, unit: str) -> list[Billed]:
    """Return everything billed for the unit's quarters: bills less the adjustments they took up, and adjustments."""
    bills = connection.execute(
        select(Bill.account, Bill.period, Bill.number, Bill.principal).where(
            Bill.community == community,
            Bill.unit == unit,
            Bill.item == FeeItem.MANAGEMENT_FEE,
            Bill.kind.in_((BillKind.QUARTER, BillKind.INTERIM)),
        )
    ).all()
    adjustments = connection.execute(
        select(Adjustment.account, Adjustment.period, Adjustment.amount, Adjustment.billed_in).where(
            Adjustment.community == community, Adjustment.unit == unit
        )
    ).all()
    taken_up = {row.number: ZERO for row in bills}
    for row in adjustments:
        if row.billed_in in taken_up:
            taken_up[row.billed_in] += row.amount
    billed = [Billed(row.account, _quarter(row.period), row.principal - taken_up[row.number]) for row in bills]
    return billed + [Billed(row.account, _quarter(row.period), row.amount) for row in adjustments]


def _quarter(period: str) -> Quarter:
    return Quarter.parse(period.split("-", maxsplit=1)[0])


def settle_billed_periods(
    connection: Connection, personal: PersonalDataCipher, change: Change, fee: FeePolicy
) -> list[Adjusted]:
    """Compute every billed quarter of the unit anew and settle the differences (F7).

    More waits for the next table. Less takes back what waits, and the rest is credited to the period's bill at once;
    what was paid of it becomes prepayment, which the customer leaves or has refunded (FEE-18).
    """
    billed = quarters_billed(connection, change.community, change.unit)
    recomputed: dict[tuple[str, Quarter], Decimal] = {}
    for quarter in sorted({one.period for one in billed}):
        lines = lines_of_unit(connection, change.community, change.unit, quarter, fee)
        for account in {line.account for line in lines}:
            recomputed[account, quarter] = total(lines, account)
    made = []
    for (account, quarter), difference in differences(recomputed, billed).items():
        if any(one.period == quarter for one in billed if one.account == account) or difference > 0:
            made.append(_settle(connection, personal, change, (account, quarter), difference, recomputed, billed))
    return made


def _settle(  # noqa: PLR0917 - one difference with all that explains it
    connection: Connection,
    personal: PersonalDataCipher,
    change: Change,
    whose: tuple[str, Quarter],
    difference: Decimal,
    recomputed: dict[tuple[str, Quarter], Decimal],
    billed: Sequence[Billed],
) -> Adjusted:
    account, quarter = whose
    waiting = _waiting(connection, change.community, account, quarter.code)
    settled = settle_adjustment(difference, waiting)
    so_far = sum((one.amount for one in billed if (one.account, one.period) == whose), ZERO)
    values = {
        "community": change.community,
        "account": account,
        "unit": change.unit,
        "period": quarter.code,
        "recomputed": recomputed.get(whose, ZERO),
        "billed": so_far,
        "lines": [],
        "at": change.at,
        "entered_by": change.actor.code,
        "approved_by": list(change.approved_by),
    }
    if settled.to_pending:
        waits = insert(Adjustment).values(
            **values, amount=settled.to_pending, key=derived_key(change.key, account, quarter.code)
        )
        connection.execute(waits)
    for bill, amount in _spread(connection, change.community, account, quarter, settled.to_credit):
        credited = insert(Adjustment).values(
            **values,
            amount=-amount,
            key=derived_key(change.key, account, quarter.code, bill),
            credits=bill,
        )
        connection.execute(credited)
        _credit(connection, personal, change, account, bill, amount)
    return Adjusted(account, quarter.code, difference)


def _waiting(connection: Connection, community: str, account: str, period: str) -> Decimal:
    """What waits for the next table of that period, CNY."""
    waiting = connection.scalar(
        select(func.sum(Adjustment.amount)).where(
            Adjustment.community == community,
            Adjustment.account == account,
            Adjustment.period == period,
            Adjustment.billed_in == "",
            Adjustment.credits == "",
        )
    )
    return max(waiting or ZERO, ZERO)


def _spread(
    connection: Connection, community: str, account: str, quarter: Quarter, amount: Decimal
) -> list[tuple[str, Decimal]]:
    """Which bills are credited, and by how much: those of the period, and those that took its adjustments up.

    None is credited by more than it still asks for.
    """
    taken_up = select(Adjustment.billed_in).where(
        Adjustment.community == community, Adjustment.account == account, Adjustment.period == quarter.code
    )
    credited = (
        select(func.coalesce(-func.sum(Posting.amount), 0))
        .join(JournalEntry, JournalEntry.id == Posting.entry)
        .where(
            Posting.community == Bill.community,
            Posting.bill == Bill.number,
            Posting.ledger_account == LedgerAccount.RECEIVABLE.value,
            JournalEntry.kind == EntryKind.CREDIT,
            Posting.amount < 0,
        )
        .scalar_subquery()
    )
    bills = connection.execute(
        select(Bill.number, (Bill.principal - credited).label("asks"))
        .where(
            Bill.community == community,
            Bill.account == account,
            Bill.item == FeeItem.MANAGEMENT_FEE,
            (Bill.period == quarter.code)
            | Bill.period.startswith(f"{quarter.code}-L", autoescape=True)
            | Bill.number.in_(taken_up),
        )
        .order_by(Bill.principal.desc(), Bill.number)
    )
    parts, left = [], amount
    for bill in bills:
        part = min(left, bill.asks)
        if part > 0:
            parts.append((str(bill.number), part))
            left -= part
    if left:
        raise LedgerRefusedError("nothing_to_credit", "应减金额超过该期间已出账金额:请财务部核对账单")
    return parts


def _credit(  # noqa: PLR0917 - one credit with all that explains it
    connection: Connection,
    personal: PersonalDataCipher,
    change: Change,
    account: str,
    bill: str,
    amount: Decimal,
) -> None:
    """Credit a bill. What was paid of it is set free first, as prepayment (FEE-18)."""
    lock_account(connection, change.community, account)
    open_principal = connection.scalar(
        select(Bill.open_principal).where(Bill.community == change.community, Bill.number == bill)
    )
    assert open_principal is not None  # noqa: S101 - the bill was found a moment ago
    item = FeeItem.MANAGEMENT_FEE
    legs = credit(account, bill, item, amount)
    if amount > open_principal:
        legs = [*payment_set_free(account, bill, item, amount - open_principal), *legs]
    post(
        connection,
        personal,
        NewEntry(
            community=change.community,
            key=derived_key("credit", change.key, bill),
            book=Book.MANAGEMENT,
            kind=EntryKind.CREDIT,
            on_day=change.at.date(),
            at=change.at,
            actor=change.actor,
            legs=legs,
            approved_by=change.approved_by,
            source=change.unit,
        ),
    )
