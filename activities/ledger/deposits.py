"""Deposits 押金 (§8; ``docs/domain/fees.md``): money of others in the renovation book, no income, never below zero."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.direct_income import Taking, take_in
from activities.records.journal_tables import Liability
from workflows.messages.ledger import Book, EntryKind, LedgerAccount, PaymentMethod
from workflows.messages.people import Actor
from workflows.rules.amounts import ZERO
from workflows.rules.postings import deposit_taken


@dataclass(frozen=True)
class NewDeposit:
    """A deposit that an account pays, CNY; ``at`` is local, ``key`` at most 64 characters."""

    community: str
    key: str
    body_digest: str
    account: str
    amount: Decimal
    method: PaymentMethod
    at: datetime
    actor: Actor


def take_deposit(connection: Connection, personal: PersonalDataCipher, new: NewDeposit) -> str:
    """Take the deposit and return the payment's number; the same request again is the same payment.

    Raises :class:`LedgerRefusedError` as :func:`take_in`.
    """
    taking = Taking(
        community=new.community,
        key=new.key,
        body_digest=new.body_digest,
        amount=new.amount,
        method=new.method,
        legs=deposit_taken(new.account, new.method, new.amount),
        at=new.at,
        actor=new.actor,
        book=Book.RENOVATION,
        kind=EntryKind.DEPOSIT,
        account=new.account,
    )
    return take_in(connection, personal, taking)


def deposit_held(connection: Connection, community: str, account: str) -> Decimal:
    """What is held of the account's deposits, CNY; its row is locked until the transaction ends."""
    held = connection.scalar(
        select(Liability.balance)
        .where(
            Liability.community == community,
            Liability.account == account,
            Liability.book == Book.RENOVATION,
            Liability.ledger_account == LedgerAccount.DEPOSIT,
        )
        .with_for_update()
    )
    return held or ZERO
