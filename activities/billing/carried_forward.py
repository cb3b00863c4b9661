"""What a quarter's table carries forward 结转: 上期调整, 上季度欠费, 滞纳金, 预存抵扣, by account (F7, F13).

Only accounts that have something to carry are held in memory.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, TextClause, text

from activities.ledger.account_state import bill_states
from workflows.messages.billing import QuarterJob, UnitRange
from workflows.rules.amounts import ZERO

_ACCOUNTS_AT_ONCE: Final = 1000
_IN_CHUNK: Final = """
    (SELECT code, unit FROM fee_accounts WHERE community = :community
     AND (:first = '' OR unit COLLATE "C" >= :first) AND (:until = '' OR unit COLLATE "C" < :until)
     AND (NOT :named OR unit = ANY(:units))) AS accounts ON account = code
"""


def _of_chunk(amount: str, table: str, condition: str) -> TextClause:
    """Sum an amount by account of the chunk; the parts are constants of this module."""
    return text(
        f"SELECT code, accounts.unit, {amount} AS amount FROM {table} JOIN {_IN_CHUNK} "  # noqa: S608
        f"WHERE community = :community AND {condition} GROUP BY code, accounts.unit"
    )


_ADJUSTMENTS: Final = _of_chunk("sum(amount)", "adjustments", "billed_in = '' AND credits = ''")
_BILLED: Final = _of_chunk(
    "sum(principal)",
    "bills",
    "item = 'management_fee' AND kind IN ('quarter', 'interim') AND (period = :quarter OR period LIKE :interim)",
)
_BILLED_BY_ADJUSTMENT: Final = _of_chunk("sum(amount)", "adjustments", "period = :quarter")
"""What settled a bill of this quarter that was there before its table (an interim bill, F12)."""
_PREPAID: Final = _of_chunk(
    "sum(balance)", "liabilities", "book = 'management' AND ledger_account = 'prepayment' AND balance > 0"
)
_OVERDUE: Final = _of_chunk(
    "count(*)",
    "bills",
    "due_on < :extracted_on AND (open_principal > 0 OR settled_on > due_on) AND item <> 'renovation'",
)


class CarriedForward(NamedTuple):
    """CNY of one account. ``billed`` is what has been billed for the quarter already; ``prepaid`` what is deducted."""

    adjustment: Decimal = ZERO
    arrears: Decimal = ZERO
    late_fee: Decimal = ZERO
    prepaid: Decimal = ZERO
    billed: Decimal = ZERO

    def with_prepayment_for(self, charge: Decimal) -> "CarriedForward":
        """Deduct no more prepayment than there is principal to pay: nobody told us to pay a late fee with it."""
        return self._replace(prepaid=min(self.prepaid, charge + self.adjustment + self.arrears))


_NOTHING: Final = CarriedForward()


class CarriedAccounts:
    """What is carried forward, by account; most accounts carry nothing."""

    def __init__(self) -> None:
        self._by_account: dict[str, CarriedForward] = {}
        self._of_unit: defaultdict[str, list[str]] = defaultdict(list)

    def of(self, account: str) -> CarriedForward:
        """What the account carries."""
        return self._by_account.get(account, _NOTHING)

    def accounts_of(self, unit: str) -> Sequence[str]:
        """The unit's accounts that carry something."""
        return self._of_unit.get(unit, ())

    def add(self, account: str, unit: str, name: str, amount: Decimal) -> None:
        """Add to what an account carries; ``name`` is the field."""
        if account not in self._by_account:
            self._of_unit[unit].append(account)
        carried = self.of(account)
        self._by_account[account] = carried._replace(**{name: getattr(carried, name) + amount})


def carried_forward(
    connection: Connection, job: QuarterJob, chunk: UnitRange, units: Sequence[str] | None
) -> CarriedAccounts:
    """Return what the accounts of a chunk, or of some units, carry forward on the day of extraction.

    欠费 is all principal past its due day; open interim bills that are not due yet are left out (FEE-25).
    """
    asked: dict[str, Any] = {
        "community": job.community,
        "first": chunk.first,
        "until": chunk.until,
        "named": units is not None,
        "units": list(units or ()),
        "quarter": job.quarter,
        "interim": f"{job.quarter}-L%",
        "extracted_on": job.extracted_on,
    }
    carried = CarriedAccounts()
    for statement, name in (
        (_ADJUSTMENTS, "adjustment"), (_BILLED, "billed"), (_BILLED_BY_ADJUSTMENT, "billed"), (_PREPAID, "prepaid"),
    ):  # fmt: skip
        for row in connection.execute(statement, asked):
            carried.add(row.code, row.unit, name, row.amount)
    overdue = {row.code: row.unit for row in connection.execute(_OVERDUE, asked)}
    accounts = sorted(overdue)
    for begins in range(0, len(accounts), _ACCOUNTS_AT_ONCE):
        some = accounts[begins : begins + _ACCOUNTS_AT_ONCE]
        states = bill_states(connection, job.community, some, job.extracted_on, job.late_fee)
        for account in some:
            late = [state.open for state in states[account] if state.open.due_on < job.extracted_on]
            arrears = sum((bill.principal for bill in late), ZERO)
            carried.add(account, overdue[account], "arrears", arrears)
            carried.add(account, overdue[account], "late_fee", sum((bill.late_fee for bill in late), ZERO))
    return carried
