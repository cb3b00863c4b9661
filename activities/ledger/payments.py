"""Payments 收款 (§9.5; ``docs/domain/fees.md``): taken once, used for what the customer names, else the oldest debt.

What counts is the moment of success, on the community's clock. Money that nobody needs to wait for is booked in one
transaction with its number and its entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import open_bills
from activities.ledger.journal import NewEntry, lock_key, post
from activities.ledger.numbers import Series, next_numbers
from activities.ledger.refused import LedgerRefusedError, key_reused
from activities.ledger.shifts import open_shift_of
from activities.records.bill_tables import Bill
from activities.records.cash_tables import Payment
from activities.records.fee_tables import FeeAccount
from activities.records.journal_tables import Posting
from workflows.messages.ledger import Book, EntryKind, FeeItem, LedgerAccount, PaymentMethod
from workflows.messages.people import Actor
from workflows.messages.policy import Policy
from workflows.rules.allocation import Part, PartKind, allocate
from workflows.rules.amounts import to_cents
from workflows.rules.business_time import local
from workflows.rules.postings import Leg, payment

BY_HAND: Final = frozenset({PaymentMethod.CASH, PaymentMethod.POS, PaymentMethod.QR_CODE})
"""Methods that are taken at the desk, in a shift; a provider's own callback brings QR codes too, without a shift."""


@dataclass(frozen=True)
class NewPayment:
    """Money that has come. ``key`` and ``body_digest`` tell a request that comes again from another one.

    ``transaction`` is the provider's or the bank's own number and posted once for each ``provider``; of what is entered
    at the desk, the method stands for the provider. ``designated`` are the bills that the customer names, in his order.
    ``entered_at`` is when somebody at the desk enters it, None for a gateway's own word, which is taken as it comes.
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
    entered_at: datetime | None = None


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
    ``idempotency_key_reused``, ``transaction_reused``, ``value_date_too_old``, ``bank_reference_required``.
    """
    lock_key(connection, new.community, new.key)  # a word that comes twice at once may name two accounts
    if new.transaction:
        lock_key(connection, new.community, f"transaction:{new.provider}:{new.transaction}")
    lock_account(connection, new.community, new.account)
    if (taken := _taken_before(connection, new)) is not None:
        return taken
    if new.amount <= 0 or new.amount != to_cents(new.amount):
        raise LedgerRefusedError("invalid_amount", "金额应大于0,最多两位小数")
    shift = _shift_of(connection, new)
    on_day = local(new.succeeded_at, policy.calendar.tz).date()
    _refuse_unlike_the_bank(new, on_day, policy)
    bills = open_bills(connection, new.community, new.account, on_day, policy.late_fee)
    try:
        parts = allocate(new.amount, bills, policy.fee.order, new.designated)
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
    _enter(connection, new, number, on_day, entry, shift)
    return PaymentTaken(number, new.account, on_day, tuple(parts))


def _enter(  # noqa: PLR0917 - the payment with its number, day, entry and shift
    connection: Connection, new: NewPayment, number: str, on_day: date, entry: int, shift: int | None
) -> None:
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


def _shift_of(connection: Connection, new: NewPayment) -> int | None:
    """The cashier's open shift, for money that is taken by hand."""
    if new.method not in BY_HAND or new.provider:
        return None
    shift = open_shift_of(connection, new.community, new.actor.code)
    if shift is None:
        raise LedgerRefusedError("no_open_shift", "没有当班:请先开班再收款")
    return shift


def _refuse_unlike_the_bank(new: NewPayment, on_day: date, policy: Policy) -> None:
    """A slip of the pen in the year would move late fees and old reports; without its reference money comes twice."""
    if new.entered_at is None:
        return
    cash = policy.cash
    oldest = local(new.entered_at, policy.calendar.tz).date() - timedelta(days=cash.value_date_days)
    if on_day < oldest:
        said = f"到账日期不能早于 {oldest}(政策允许补录 {cash.value_date_days} 天):请核对日期"
        raise LedgerRefusedError("value_date_too_old", said)
    if new.method in cash.reference_required and not new.transaction:
        raise LedgerRefusedError("bank_reference_required", f"{new.method.label}须填写银行流水号:同一流水只入账一次")


def items_of(connection: Connection, community: str, parts: Sequence[Part]) -> dict[str, FeeItem]:
    """The item of every bill among the parts."""
    numbers = sorted({part.bill for part in parts if part.bill})
    rows = connection.execute(
        select(Bill.number, Bill.item).where(Bill.community == community, Bill.number.in_(numbers))
    )
    return {row.number: FeeItem(row.item) for row in rows}


def lock_account(connection: Connection, community: str, account: str) -> None:
    """One movement of an account at a time. Raises :class:`LedgerRefusedError` (``unknown_account``)."""
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
            raise key_reused()
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
    if same_transaction is None:
        return None
    if (same_transaction.account, same_transaction.amount) != (new.account, new.amount):
        raise LedgerRefusedError("transaction_reused", "这笔银行流水已经入账到别的账户或金额不同:请核对流水号")
    return _as_taken(connection, same_transaction)


def _as_taken(connection: Connection, row: Row[*tuple[Any, ...]]) -> PaymentTaken:
    kinds = {
        LedgerAccount.RECEIVABLE: PartKind.PRINCIPAL,
        LedgerAccount.LATE_FEE_INCOME: PartKind.LATE_FEE,
        LedgerAccount.PREPAYMENT: PartKind.PREPAYMENT,
    }
    parts = [
        Part(leg.bill, kinds[leg.ledger_account], -leg.amount)
        for leg in legs_of(connection, row.entry)
        if leg.ledger_account in kinds
    ]
    return PaymentTaken(row.number, row.account, row.on_day, tuple(parts), created=False)


def legs_of(connection: Connection, entry: int) -> list[Leg]:
    """The legs of an entry, in their order."""
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
