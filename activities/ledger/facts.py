"""Facts about a unit 房屋事实: entered once, with all that follows from them in one transaction (F2, F5–F8, F12).

A takeover makes its interim bill; what changes a billed quarter is settled; a row of a table that finance has not
approved yet is computed anew. The move-in and renovation processes will enter facts; until then the desk does.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, insert, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.billed_periods import Adjusted, Change, settle_change
from activities.ledger.fee_accounts import account_for, lock_unit, next_account
from activities.ledger.interim_bills import bill_takeover
from activities.ledger.refused import LedgerRefusedError, key_reused
from activities.ledger.table_lock import lock_tables
from activities.ledger.unapproved_rows import make_dirty
from activities.records.fee_tables import UnitFact
from activities.records.payer_households import name_payers
from activities.records.sealing import seal_columns
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.ledger import PayerKind
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.messages.unit_facts import UnitFactKind
from workflows.rules import full_price
from workflows.rules.amounts import ZERO

_K = UnitFactKind
CONFIRMED: Final = frozenset({_K.OCCUPIED, _K.VACANCY_GRANTED})
"""Facts that rest on what somebody has seen and move money at once: one person enters, a superior confirms (§1.1)."""
MAY_CONFIRM: Final = frozenset({Role.CS_SUPERVISOR, Role.SITE_MANAGER, Role.COMPANY_MANAGER})
_OLDEST_TAKEOVER: Final = timedelta(days=3 * 366)
"""What is older is beyond the limitation of action, and is entered as old debt or not at all (own)."""
_NEW_PAYER: Final = {_K.TAKEOVER: PayerKind.OWNER, _K.TRANSFER: PayerKind.OWNER, _K.TENANCY: PayerKind.TENANT}


@dataclass(frozen=True)
class NewFact:
    """A fact to be entered. ``key`` makes entering it twice harmless.

    ``account`` names who pays again when a tenant has left. ``works_seen`` matters for a permit that is cancelled.
    ``confirmed_by`` confirms an occupation or a vacancy: another person than who enters it. ``evidence`` is sealed.
    """

    community: str
    unit: str
    kind: UnitFactKind
    day: date
    key: str
    at: datetime
    actor: Actor
    account: str = ""
    until: date | None = None
    works_seen: bool = False
    confirmed_by: str = ""
    evidence: str = field(default="", repr=False)


@dataclass(frozen=True)
class FactEntered:
    """What followed: the account that pays from the day on, new bills, adjustments, the cycle whose rows changed."""

    id: int
    account: str = ""
    bills: tuple[str, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()
    dirty_cycle: str = ""

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts whose debts changed."""
        changed = {one.account for one in self.adjusted} | {self.account}
        return frozenset(changed - {""})

    @property
    def late_fee_returned(self) -> Decimal:
        """The late fee that became prepayment, because it was paid on what should not have been billed, CNY."""
        return sum((one.late_fee_returned for one in self.adjusted), ZERO)


def enter_fact(
    connection: Connection, personal: PersonalDataCipher, new: NewFact, policy: Policy, calendar: WorkingCalendar
) -> FactEntered:
    """Enter the fact and settle what follows from it; entered again it returns the same fact and does nothing.

    Raises :class:`LedgerRefusedError`: ``unknown_unit``, ``fact_in_future``, ``fact_too_old``, ``no_permit``,
    ``permit_not_cancellable``, ``supervisor_only``, ``two_persons``, ``unknown_account``, ``taken_over_already``,
    ``idempotency_key_reused``.
    """
    lock_tables(connection, new.community)
    lock_unit(connection, new.community, new.unit)
    entered = connection.execute(
        select(UnitFact.id, UnitFact.unit, UnitFact.kind, UnitFact.day).where(
            UnitFact.community == new.community, UnitFact.key == new.key
        )
    ).one_or_none()
    if entered is not None:
        if (entered.unit, entered.kind, entered.day) != (new.unit, new.kind, new.day):
            raise key_reused()
        return FactEntered(id=entered.id)
    _check(connection, new, policy)
    account = _payer(connection, new)
    fact = _insert(connection, personal, new, account)
    if account:  # another fact says nothing of whose an account is
        name_payers(connection, new.community, [new.unit])
    change = Change(
        community=new.community,
        unit=new.unit,
        key=new.key,
        at=new.at,
        actor=new.actor,
        late_fee=policy.late_fee,
        approved_by=(new.confirmed_by,) if new.confirmed_by else (),
    )
    bills = bill_takeover(connection, personal, new, account, policy, calendar) if new.kind is _K.TAKEOVER else ()
    adjusted = settle_change(connection, personal, change, policy.fee)
    return FactEntered(
        id=fact,
        account=account,
        bills=bills,
        adjusted=tuple(adjusted),
        dirty_cycle=make_dirty(connection, new.community, new.unit),
    )


def _check(connection: Connection, new: NewFact, policy: Policy) -> None:
    if new.day > new.at.date():
        raise LedgerRefusedError("fact_in_future", "事实日期不能晚于今天:发生后再登记")
    if new.kind is _K.TAKEOVER and new.day < new.at.date() - _OLDEST_TAKEOVER:
        raise LedgerRefusedError("fact_too_old", "收房日期超过三年,不能补登:请由财务部按期初欠费登记")
    if new.kind in CONFIRMED:
        if not new.confirmed_by:
            raise LedgerRefusedError("two_persons", f"{new.kind.label}须由客服主管以上确认")
        if new.confirmed_by == new.actor.code:
            raise LedgerRefusedError("two_persons", "登记人与确认人不能是同一人")
    if new.kind is _K.PERMIT_CANCELLED:
        _check_cancellation(connection, new, policy)
    if new.kind is _K.TAKEOVER and account_for(connection, new.community, new.unit, PayerKind.OWNER):
        raise LedgerRefusedError("taken_over_already", "该房号已收房:业主变更请登记过户")
    if new.kind is _K.VACATED and not account_for(connection, new.community, new.unit, code=new.account):
        raise LedgerRefusedError("unknown_account", "退租后由谁缴费:请填写该房号的缴费账户")


def _check_cancellation(connection: Connection, new: NewFact, policy: Policy) -> None:
    """Within three days and without works the supervisor may cancel a permit, so that it never counts (FEE-21)."""
    if new.actor.role not in MAY_CONFIRM:
        raise LedgerRefusedError("supervisor_only", "撤销装修许可只能由客服主管以上办理")
    entered = connection.execute(
        select(UnitFact.kind, UnitFact.day).where(
            UnitFact.community == new.community,
            UnitFact.unit == new.unit,
            UnitFact.kind.in_((_K.PERMIT_ISSUED, _K.PERMIT_CANCELLED)),
            UnitFact.day <= new.day,
        )
    )
    facts = [full_price.UnitFact(_K(row.kind), row.day) for row in entered]
    permits = [fact.day for fact in facts if fact.kind is _K.PERMIT_ISSUED]
    standing = full_price.not_taken_back(facts, _K.PERMIT_ISSUED)
    # of an older permit that still stands, nobody has said anything
    if not standing or standing[-1] != max(permits):
        raise LedgerRefusedError("no_permit", "该房号没有可撤销的装修许可,或已经撤销")
    if not full_price.may_cancel_permit(standing[-1], new.day, new.works_seen, policy.fee):
        days = policy.fee.permit_withdrawal_days
        raise LedgerRefusedError("permit_not_cancellable", f"许可签发{days}日内且未施工才能撤销,否则全价不变")


def _payer(connection: Connection, new: NewFact) -> str:
    if new.kind in _NEW_PAYER:
        return next_account(connection, new.community, new.unit, _NEW_PAYER[new.kind], new.day)
    return new.account if new.kind is _K.VACATED else ""


def _insert(connection: Connection, personal: PersonalDataCipher, new: NewFact, account: str) -> int:
    values = {
        "community": new.community,
        "unit": new.unit,
        "kind": new.kind,
        "day": new.day,
        "until": new.until,
        "account": account,
        "key": new.key,
        "entered_at": new.at,
        "entered_role": new.actor.role,
        "entered_by": new.actor.code,
        "confirmed_by": new.confirmed_by,
        "evidence": new.evidence,
    }
    statement = insert(UnitFact).values(seal_columns(personal, UnitFact, values)).returning(UnitFact.id)
    return int(connection.execute(statement).scalar_one())
