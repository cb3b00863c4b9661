"""Payments 收款 (§9.5; ``docs/domain/fees.md``): taken once, used for what the customer names, else the oldest debt.

What counts is the moment of success, on the community's clock. Money that nobody needs to wait for is booked in one
transaction with its number and its entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import open_bills, prepaid_balance
from activities.ledger.journal import NewEntry, post
from activities.ledger.numbers import Series, next_numbers
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.shifts import open_shift_of
from activities.records.bill_tables import Bill
from activities.records.cash_tables import Payment
from activities.records.fee_tables import FeeAccount
from activities.records.journal_tables import Posting
from workflows.messages.ledger import Book, EntryKind, FeeItem, LedgerAccount, PaymentMethod
from workflows.messages.people import Actor
from workflows.messages.policy import Policy
from workflows.rules.allocation import Part, PartKind, allocate
from workflows.rules.amounts import ZERO, to_cents
from workflows.rules.business_time import local
from workflows.rules.postings import Leg, payment, payment_set_free, reversal

BY_HAND: Final = frozenset({PaymentMethod.CASH, PaymentMethod.POS, PaymentMethod.QR_CODE})
"""Methods that are taken at the desk, in a shift; a provider's own callback brings QR codes too, without a shift."""


@dataclass(frozen=True)
class NewPayment:
    """Money that has come. ``key`` and ``body_digest`` tell a request that comes again from another one.

    ``transaction`` is the provider's own number and posted once for each ``provider``. ``designated`` are the bills
    that the customer names, in his order.
    """

    community: str
    key: str
    body_digest: str
    account: str
    amount: Decimal
    method: PaymentMethod
    succeeded_at: datetime
    actor: Actor
    provider: str = ""
    transaction: str = ""
    designated: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class PaymentTaken:
    """What became of it. ``created`` is False for a payment that had been taken before."""

    number: str
    account: str
    on_day: date
    parts: tuple[Part, ...]
    created: bool = True


def take_payment(connection: Connection, personal: PersonalDataCipher, new: NewPayment, policy: Policy) -> PaymentTaken:
    """Take the payment: number, allocation and entry in one transaction; the same one again is the same one.

    Raises :class:`LedgerRefusedError`: ``unknown_account``, ``invalid_amount``, ``unknown_bill``, ``no_open_shift``,
    ``idempotency_key_reused``.
    """
    _lock(connection, new.community, new.account)
    if (taken := _taken_before(connection, new)) is not None:
        return taken
    if new.amount <= 0 or new.amount != to_cents(new.amount):
        raise LedgerRefusedError("invalid_amount", "金额应大于0,最多两位小数")
    shift = None
    if new.method in BY_HAND and not new.provider:
        shift = open_shift_of(connection, new.community, new.actor.code)
        if shift is None:
            raise LedgerRefusedError("no_open_shift", "没有当班:请先开班再收款")
    on_day = local(new.succeeded_at, policy.calendar.tz).date()
    bills = open_bills(connection, new.community, new.account, on_day, policy.late_fee)
    try:
        parts = allocate(new.amount, bills, policy.fee.allocation, new.designated)
    except ValueError as unknown:
        raise LedgerRefusedError("unknown_bill", str(unknown)) from None
    number = next_numbers(connection, new.community, Series.PAYMENT, on_day.year)[0]
    entry = post(
        connection,
        personal,
        NewEntry(
            community=new.community,
            key=f"payment:{number}",
            book=Book.MANAGEMENT,
            kind=EntryKind.PAYMENT,
            on_day=on_day,
            at=new.succeeded_at,
            actor=new.actor,
            legs=payment(new.account, new.method, parts, items_of(connection, new.community, parts)),
            source=number,
        ),
    )
    connection.execute(
        insert(Payment).values(
            community=new.community,
            number=number,
            key=new.key,
            body_digest=new.body_digest,
            account=new.account,
            amount=new.amount,
            method=new.method,
            provider=new.provider,
            transaction=new.transaction,
            succeeded_at=new.succeeded_at,
            on_day=on_day,
            designated=list(new.designated),
            cashier=new.actor.code,
            shift=shift,
            entry=entry,
        )
    )
    return PaymentTaken(number, new.account, on_day, tuple(parts))


def reverse_payment(  # noqa: PLR0917 - who, what, when, by which key
    connection: Connection, personal: PersonalDataCipher, community: str, number: str, actor: Actor, at: datetime
) -> str:
    """Reverse a payment as if it had never come, and return its account (PAY-05).

    The bills are open again with their own due days. What was prepaid by it and used since is taken back from the
    latest bills that prepayment has paid. Raises :class:`LedgerRefusedError`: ``unknown_payment``, ``two_persons``,
    ``prepayment_refunded``.
    """
    found = connection.execute(
        select(Payment).where(Payment.community == community, Payment.number == number).with_for_update()
    ).one_or_none()
    if found is None or not found.account:
        raise LedgerRefusedError("unknown_payment", "没有这笔收款:请核对编号")
    _lock(connection, community, found.account)
    if found.reversed_at is not None:
        return str(found.account)
    if found.cashier and found.cashier == actor.code:
        raise LedgerRefusedError("two_persons", "收款人不能自己冲回:请由财务部办理")
    legs = _legs_of(connection, found.entry)
    prepaid = -sum((leg.amount for leg in legs if leg.ledger_account is LedgerAccount.PREPAYMENT), ZERO)
    on_day = at.date()
    _take_back(connection, personal, found, prepaid, actor, at)
    entry = post(
        connection,
        personal,
        NewEntry(
            community=community,
            key=f"reversal:{number}",
            book=Book.MANAGEMENT,
            kind=EntryKind.REVERSAL,
            on_day=on_day,
            at=at,
            actor=actor,
            legs=reversal(legs),
            source=number,
            reverses=found.entry,
        ),
    )
    connection.execute(
        update(Payment)
        .where(Payment.community == community, Payment.number == number)
        .values(reversed_at=at, reversal=entry)
    )
    return str(found.account)


def items_of(connection: Connection, community: str, parts: Sequence[Part]) -> dict[str, FeeItem]:
    """The item of every bill among the parts."""
    numbers = sorted({part.bill for part in parts if part.bill})
    rows = connection.execute(
        select(Bill.number, Bill.item).where(Bill.community == community, Bill.number.in_(numbers))
    )
    return {row.number: FeeItem(row.item) for row in rows}


def _lock(connection: Connection, community: str, account: str) -> None:
    """One movement of an account at a time."""
    found = connection.scalar(
        select(FeeAccount.code).where(FeeAccount.community == community, FeeAccount.code == account).with_for_update()
    )
    if found is None:
        raise LedgerRefusedError("unknown_account", "本项目没有这个缴费账户:请核对编码")


def _taken_before(connection: Connection, new: NewPayment) -> PaymentTaken | None:
    same_key = connection.execute(
        select(Payment).where(Payment.community == new.community, Payment.key == new.key)
    ).one_or_none()
    if same_key is not None:
        if same_key.body_digest != new.body_digest:
            raise LedgerRefusedError("idempotency_key_reused", "该 Idempotency-Key 已用于另一内容:新的请求请换新的键")
        return _as_taken(connection, same_key)
    if not new.transaction:
        return None
    same_transaction = connection.execute(
        select(Payment).where(
            Payment.community == new.community,
            Payment.provider == new.provider,
            Payment.transaction == new.transaction,
        )
    ).one_or_none()
    return None if same_transaction is None else _as_taken(connection, same_transaction)


def _as_taken(connection: Connection, row: Row[*tuple[Any, ...]]) -> PaymentTaken:
    kinds = {
        LedgerAccount.RECEIVABLE: PartKind.PRINCIPAL,
        LedgerAccount.LATE_FEE_INCOME: PartKind.LATE_FEE,
        LedgerAccount.PREPAYMENT: PartKind.PREPAYMENT,
    }
    parts = [
        Part(leg.bill, kinds[leg.ledger_account], -leg.amount)
        for leg in _legs_of(connection, row.entry)
        if leg.ledger_account in kinds
    ]
    return PaymentTaken(row.number, row.account, row.on_day, tuple(parts), created=False)


def _legs_of(connection: Connection, entry: int) -> list[Leg]:
    rows = connection.execute(select(Posting).where(Posting.entry == entry).order_by(Posting.line))
    return [
        Leg(
            LedgerAccount(row.ledger_account),
            row.amount,
            row.account,
            row.bill,
            FeeItem(row.item) if row.item else None,
        )
        for row in rows
    ]


def _take_back(  # noqa: PLR0917 - the payment with what is to be taken back of it
    connection: Connection,
    personal: PersonalDataCipher,
    found: Row[*tuple[Any, ...]],
    prepaid: Decimal,
    actor: Actor,
    at: datetime,
) -> None:
    """Set free what prepayment has paid since, until the prepayment of the reversed payment can fall away."""
    missing = prepaid - prepaid_balance(connection, found.community, found.account)
    if missing <= 0:
        return
    applied = connection.execute(
        select(Posting.entry, Posting.bill, Posting.item, Posting.amount)
        .join_from(Posting, Bill, (Bill.community == Posting.community) & (Bill.number == Posting.bill))
        .where(
            Posting.community == found.community,
            Posting.account == found.account,
            Posting.ledger_account == LedgerAccount.RECEIVABLE,
            Posting.amount < 0,
            Posting.entry.in_(
                select(Posting.entry).where(
                    Posting.community == found.community,
                    Posting.account == found.account,
                    Posting.ledger_account == LedgerAccount.PREPAYMENT,
                    Posting.amount > 0,
                )
            ),
        )
        .order_by(Posting.entry.desc(), Posting.line)
    ).all()
    for place, row in enumerate(applied):
        amount = min(-row.amount, missing)
        if amount <= 0:
            break
        post(
            connection,
            personal,
            NewEntry(
                community=found.community,
                key=f"taken-back:{found.number}:{place}",
                book=Book.MANAGEMENT,
                kind=EntryKind.PREPAYMENT_APPLIED,
                on_day=at.date(),
                at=at,
                actor=actor,
                legs=payment_set_free(found.account, row.bill, FeeItem(row.item), amount),
                source=found.number,
                reverses=row.entry,
            ),
        )
        missing -= amount
    if missing > 0:
        raise LedgerRefusedError("prepayment_refunded", "该笔收款的预存已退还,不能冲回:请联系财务部另行追收")
