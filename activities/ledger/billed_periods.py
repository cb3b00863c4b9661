"""What was billed for a unit's quarters, and what should have been 已出账期间 (F7; §9.4; ``docs/domain/fees.md``)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, insert, select, text

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.credits import NewCredit, credit_bill
from activities.ledger.journal import derived_key
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.unit_charging import unit_chargings
from activities.records.bill_tables import Bill
from activities.records.fee_tables import Adjustment, FeeTable
from workflows.messages.fee_policy import FeePolicy, LateFeePolicy
from workflows.messages.ledger import BillKind, FeeItem
from workflows.messages.people import Actor
from workflows.rules.adjustments import Billed, differences, settle_adjustment
from workflows.rules.amounts import ZERO
from workflows.rules.charges import ChargeLine, charge_lines, total
from workflows.rules.quarters import Quarter


@dataclass(frozen=True)
class Change:
    """What changed billed periods: who entered it, when, under which key, and who approved it.

    ``late_fee`` are the rules by which the late fee of what is credited is reckoned anew.
    """

    community: str
    unit: str
    key: str
    at: datetime
    actor: Actor
    late_fee: LateFeePolicy
    approved_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adjusted:
    """An adjustment that was made: recomputed less billed, CNY, and the late fee that became prepayment for it."""

    account: str
    period: str
    amount: Decimal
    late_fee_returned: Decimal = ZERO


_AWAITS_ITS_BILL: Final = text(
    """
    SELECT EXISTS (
        SELECT FROM fee_tables AS approved
        CROSS JOIN LATERAL (
            SELECT DISTINCT ON (account) account, charge + adjustment AS principal FROM fee_table_rows
            WHERE community = :community AND quarter = approved.quarter AND unit = :unit
              AND version <= approved.version
            ORDER BY account, version DESC
        ) AS present
        WHERE approved.community = :community AND approved.state = 'approved' AND principal > 0
          AND NOT EXISTS (
            SELECT FROM bills WHERE community = :community AND number = present.account || '/' || approved.quarter)
    )
    """
)

_ASKED: Final = text(
    """
    SELECT number,
        CASE WHEN of_period THEN principal - taken_up ELSE 0 END + taken_up_of_period + credited_of_period AS asks,
        principal - credited - moved AS asks_in_all, greatest(credited - recorded, 0) AS waived
    FROM (
        SELECT number, principal, period = :period OR period LIKE :period || '-L%' AS of_period FROM bills
        WHERE community = :community AND account = :account AND item = 'management_fee'
          AND kind IN ('quarter', 'interim')
    ) AS bill
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount) FILTER (WHERE billed_in = number), 0) AS taken_up,
            coalesce(sum(amount) FILTER (WHERE billed_in = number AND period = :period), 0) AS taken_up_of_period,
            coalesce(sum(amount) FILTER (WHERE credits = number AND period = :period), 0) AS credited_of_period,
            coalesce(-sum(amount) FILTER (WHERE credits = number), 0) AS recorded
        FROM adjustments WHERE community = :community AND account = :account
    ) AS adjusted
    CROSS JOIN LATERAL (
        SELECT coalesce(-sum(amount) FILTER (WHERE kind = 'credit'), 0) AS credited,
            coalesce(-sum(amount) FILTER (WHERE kind = 'transfer_of_debt'), 0) AS moved
        FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
        WHERE postings.community = :community AND bill = number AND ledger_account = 'receivable'
    ) AS lowered
    ORDER BY asks DESC, number
    """
)
"""What the account's bills still ask for of a period, CNY: of their own, and of adjustments that they took up."""


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


def settle_change(
    connection: Connection, personal: PersonalDataCipher, change: Change, fee: FeePolicy
) -> list[Adjusted]:
    """Settle what a change makes of the unit's billed quarters, at once.

    Between the approval of a table and its bill the row is what was billed but no bill can take a difference up yet:
    then the bill's own transaction settles the change (``activities/billing/quarter_bills.py``).
    """
    if connection.scalar(_AWAITS_ITS_BILL, {"community": change.community, "unit": change.unit}):
        return []
    return settle_billed_periods(connection, personal, change, fee)


def settle_billed_periods(
    connection: Connection, personal: PersonalDataCipher, change: Change, fee: FeePolicy
) -> list[Adjusted]:
    """Compute every billed quarter of the unit anew and settle the differences (F7).

    A quarter whose table is approved is billed, also where it came to nothing for the unit: for want of a price, say.

    More waits for the next table. Less takes back what waits, and the rest is credited to the period's bill at once;
    what was paid of it becomes prepayment, which the customer leaves or has refunded (FEE-18).
    """
    billed = quarters_billed(connection, change.community, change.unit)
    recomputed: dict[tuple[str, Quarter], Decimal] = {}
    for quarter in sorted({one.period for one in billed} | _approved(connection, change.community)):
        lines = lines_of_unit(connection, change.community, change.unit, quarter, fee)
        for account in {line.account for line in lines}:
            recomputed[account, quarter] = total(lines, account)
    made = []
    for (account, quarter), difference in differences(recomputed, billed).items():
        if any(one.period == quarter for one in billed if one.account == account) or difference > 0:
            made.append(_settle(connection, personal, change, (account, quarter), difference, recomputed, billed))
    return made


def _approved(connection: Connection, community: str) -> set[Quarter]:
    """The quarters whose table is approved."""
    quarters = select(FeeTable.quarter).where(FeeTable.community == community, FeeTable.state == "approved")
    return {Quarter.parse(quarter) for quarter in connection.scalars(quarters)}


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
    returned = ZERO
    for part in _spread(connection, change.community, account, quarter, settled.to_credit):
        key = derived_key(change.key, account, quarter.code, part.bill)
        credited = insert(Adjustment).values(**values, amount=-part.amount, key=key, credits=part.bill)
        connection.execute(credited)
        if part.credited:
            new = NewCredit(
                community=change.community,
                bill=part.bill,
                amount=part.credited,
                key=f"{change.key} {quarter.code}",
                at=change.at,
                actor=change.actor,
                approved_by=change.approved_by,
                source=change.unit,
                late_fee=change.late_fee,
            )
            returned += credit_bill(connection, personal, new)
    return Adjusted(account, quarter.code, difference, returned)


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


class _Part(NamedTuple):
    """What a bill is lowered by, CNY; of it ``credited`` now, and the rest had been waived before."""

    bill: str
    amount: Decimal
    credited: Decimal


def _spread(connection: Connection, community: str, account: str, quarter: Quarter, amount: Decimal) -> list[_Part]:
    """Which bills are credited, and by how much: those of the period, and those that took its adjustments up.

    None is credited by more than it still asks for of this period. What was waived of a bill is not credited again.
    """
    bills = connection.execute(_ASKED, {"community": community, "account": account, "period": quarter.code})
    parts, left = [], amount
    for bill in bills:
        part = min(left, bill.asks, bill.asks_in_all + bill.waived)
        if part > 0:
            parts.append(_Part(str(bill.number), part, min(part, bill.asks_in_all)))
            left -= part
    if left:
        raise LedgerRefusedError("nothing_to_credit", "应减金额超过该期间已出账金额:请财务部核对账单")
    return parts
