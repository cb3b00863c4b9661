"""Reversals of payments 收款冲回 (§9.5): as if the money had never come (PAY-05; ``docs/domain/fees.md``)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import prepaid_balance
from activities.ledger.journal import NewEntry, post
from activities.ledger.payments import legs_of, lock_account
from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import Bill
from activities.records.cash_tables import Payment
from activities.records.journal_tables import Posting
from workflows.messages.ledger import Book, EntryKind, FeeItem, LedgerAccount
from workflows.messages.people import Actor
from workflows.rules.amounts import ZERO
from workflows.rules.postings import payment_set_free, reversal


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
    lock_account(connection, community, found.account)
    if found.reversed_at is not None:
        return str(found.account)
    if found.cashier and found.cashier == actor.code:
        raise LedgerRefusedError("two_persons", "收款人不能自己冲回:请由财务部办理")
    legs = legs_of(connection, found.entry)
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
    applied = connection.execute(_paid_by_prepayment(found)).all()
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


def _paid_by_prepayment(found: Row[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """What the account's prepayment has paid, the latest first."""
    return (
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
    )
