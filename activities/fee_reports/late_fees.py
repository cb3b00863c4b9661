"""The late fee that bills owe on a report's cut-off day 未收滞纳金 (§9.3): by the one rule, for all at once."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from activities.fee_reports.movements import Asked
from activities.fee_reports.report import Scope
from workflows.messages.fee_policy import LateFeePolicy
from workflows.messages.ledger import FeeItem
from workflows.rules.amounts import ZERO
from workflows.rules.late_fee import PrincipalChange, accrued

_LATE: Final = text(
    """
    SELECT moved.scope, moved.number, moved.unit, moved.account, moved.item, moved.due_on, moved.late_fee_clause,
        moved.late_fee_daily, moved.disputed, counted_on,
        coalesce(sum(amount) FILTER (WHERE is_due), 0) AS due,
        coalesce(-sum(amount) FILTER (WHERE NOT is_due), 0) AS received
    FROM moved JOIN by_bill USING (scope, number)
    WHERE moved.due_on < :cut_off AND (by_bill.unpaid > 0 OR last_paid_on > moved.due_on)
    GROUP BY moved.scope, moved.number, moved.unit, moved.account, moved.item, moved.due_on, moved.late_fee_clause,
        moved.late_fee_daily, moved.disputed, counted_on
    ORDER BY moved.number, counted_on
    """
)
_SETTLED: Final = text(
    """
    SELECT bill, sum(amount) AS amount FROM (
        SELECT bill, -amount AS amount FROM postings
        WHERE community = :community AND ledger_account = 'late_fee_income' AND bill <> '' AND on_day <= :cut_off
        UNION ALL
        SELECT bill, amount FROM late_fee_waivers
        WHERE community = :community AND (at AT TIME ZONE :tz)::date <= :cut_off
    ) AS settled GROUP BY bill
    """
)


class LateFeeOwed(NamedTuple):
    """What a bill owes in late fee at the cut-off, CNY."""

    scope: Scope
    unit: str
    account: str
    item: FeeItem
    bill: str
    amount: Decimal


def late_fees_owed(connection: Connection, asked: Asked, policy: LateFeePolicy, tz: str) -> Iterator[LateFeeOwed]:
    """Yield every bill of the report that owes a late fee: accrued to the cut-off, less what was paid and waived.

    The report's rows are laid out (``movements.py``). Nothing is counted on what is in dispute (§9.6).
    """
    settled: dict[str, Decimal] = {
        row.bill: row.amount for row in connection.execute(_SETTLED, {**asked.values, "tz": tz})
    }
    for number, rows in groupby(connection.execute(_LATE, asked.values).all(), key=lambda row: str(row.number)):
        moved = list(rows)
        bill = moved[0]
        principal = sum((row.due for row in moved), ZERO)
        changes = [PrincipalChange(row.counted_on, -row.received) for row in moved if row.received]
        unpaid = principal - sum((row.received for row in moved), ZERO)
        fee = accrued(
            principal - min(bill.disputed, unpaid), bill.due_on, changes, asked.cut_off, policy,
            clause=bill.late_fee_clause, rate=bill.late_fee_daily,
        )  # fmt: skip
        if (owed := fee - settled.get(number, ZERO)) > 0:
            yield LateFeeOwed(Scope(bill.scope), bill.unit, bill.account, FeeItem(bill.item), number, owed)
