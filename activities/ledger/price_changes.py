"""Changes of area, price or clause 收费约定变更 (F4; §9.4): from a day on, by three people (FEE-14, FEE-18)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, insert, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.billed_periods import Adjusted, Change, settle_change
from activities.ledger.fee_accounts import lock_unit
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.table_lock import lock_tables
from activities.ledger.unapproved_rows import make_dirty
from activities.records.fee_tables import FeeTerms
from activities.records.sealing import seal_columns
from workflows.messages.people import Actor
from workflows.messages.policy import Policy
from workflows.rules.amounts import ZERO


@dataclass(frozen=True)
class NewTerms:
    """Terms of a unit from a day on: m², CNY per m² and month, the contract's late fee clause and own daily rate.

    ``supervisor`` and ``finance`` approve what the cashier enters: three persons. ``reason`` is sealed.
    """

    community: str
    unit: str
    since: date
    area: Decimal
    price: Decimal
    key: str
    at: datetime
    actor: Actor
    supervisor: str
    finance: str
    late_fee_clause: bool = True
    late_fee_daily: Decimal | None = None
    reason: str = field(default="", repr=False)


@dataclass(frozen=True)
class TermsEntered:
    """What followed: adjustments, and the cycle whose rows changed."""

    adjusted: tuple[Adjusted, ...] = ()
    dirty_cycle: str = ""

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts whose debts changed."""
        return frozenset(one.account for one in self.adjusted)

    @property
    def late_fee_returned(self) -> Decimal:
        """The late fee that became prepayment, because it was paid on what should not have been billed, CNY."""
        return sum((one.late_fee_returned for one in self.adjusted), ZERO)


def enter_terms(connection: Connection, personal: PersonalDataCipher, new: NewTerms, policy: Policy) -> TermsEntered:
    """Enter the terms and settle billed quarters; entered again it does nothing.

    Raises :class:`LedgerRefusedError`: ``unknown_unit``, ``invalid_amount``, ``three_persons``.
    """
    lock_tables(connection, new.community)
    lock_unit(connection, new.community, new.unit)
    known = select(FeeTerms.id).where(FeeTerms.community == new.community, FeeTerms.key == new.key)
    if connection.scalar(known) is not None:
        return TermsEntered()
    if new.area <= 0 or new.price < 0:
        raise LedgerRefusedError("invalid_amount", "面积应大于0,单价不能为负")
    people = {new.actor.code, new.supervisor, new.finance}
    if len(people) != 3 or "" in people:
        raise LedgerRefusedError("three_persons", "更正面积或单价须由收银员录入,并经客服主管和财务部两人批准")
    values = {
        "community": new.community,
        "unit": new.unit,
        "since": new.since,
        "area": new.area,
        "price": new.price,
        "late_fee_clause": new.late_fee_clause,
        "late_fee_daily": new.late_fee_daily,
        "key": new.key,
        "entered_at": new.at,
        "entered_by": new.actor.code,
        "approved_by": [new.supervisor, new.finance],
        "reason": new.reason,
    }
    connection.execute(insert(FeeTerms).values(seal_columns(personal, FeeTerms, values)))
    change = Change(
        community=new.community,
        unit=new.unit,
        key=new.key,
        at=new.at,
        actor=new.actor,
        late_fee=policy.late_fee,
        approved_by=(new.supervisor, new.finance),
    )
    adjusted = settle_change(connection, personal, change, policy.fee)
    return TermsEntered(tuple(adjusted), make_dirty(connection, new.community, new.unit))
