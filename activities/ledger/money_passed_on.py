"""Money of others that has been passed on 已付出的代管款: what is held for them no more is not reversed (§8, §9.9)."""

from collections.abc import Iterable

from sqlalchemy import Connection

from activities.ledger.deposits import deposit_held
from activities.ledger.direct_income import agency_held
from activities.ledger.journal import lock_key
from activities.ledger.refused import LedgerRefusedError
from workflows.messages.ledger import LedgerAccount
from workflows.rules.postings import Leg


def refuse_passed_on(connection: Connection, community: str, legs: Iterable[Leg]) -> None:
    """Refuse the reversal of what came in for others where less than that is held of it; the rest stays held.

    Raises :class:`LedgerRefusedError`: ``deposit_spent``, ``agency_paid_out``.
    """
    for leg in legs:
        if leg.amount >= 0:
            continue
        if leg.ledger_account is LedgerAccount.DEPOSIT:
            if deposit_held(connection, community, leg.account) < -leg.amount:
                raise LedgerRefusedError("deposit_spent", "该笔押金已退还或扣款,不能冲回:请联系财务部另行处理")
        elif leg.ledger_account is LedgerAccount.AGENCY:
            lock_key(connection, community, f"agency:{leg.bill}")
            if agency_held(connection, community, leg.bill) < -leg.amount:
                raise LedgerRefusedError("agency_paid_out", "该项目的代收款已代付,不能冲回:请联系财务部另行处理")
