"""Prepayment that is taken back for a reversal 预存追回 (PAY-05): first what lies there, then what it has paid."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, text

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import prepaid_balance
from activities.ledger.journal import NewEntry, post
from activities.ledger.refused import LedgerRefusedError
from workflows.messages.ledger import Book, EntryKind, FeeItem
from workflows.messages.people import Actor
from workflows.rules.postings import payment_set_free

_PAID_BY_PREPAYMENT: Final = text(
    """
    SELECT applied.entry, applied.bill, applied.item, -applied.amount - coalesce(taken_back.amount, 0) AS amount
    FROM postings AS applied JOIN journal_entries ON journal_entries.id = applied.entry
    LEFT JOIN LATERAL (
        SELECT sum(postings.amount) AS amount
        FROM journal_entries AS later JOIN postings ON postings.entry = later.id
        WHERE later.reverses = applied.entry AND postings.bill = applied.bill AND ledger_account = 'receivable'
    ) AS taken_back ON true
    WHERE applied.community = :community AND applied.account = :account AND applied.ledger_account = 'receivable'
      AND applied.amount < 0 AND journal_entries.kind = 'prepayment_applied' AND journal_entries.book = :book
      AND -applied.amount > coalesce(taken_back.amount, 0)
    ORDER BY applied.entry DESC, applied.line
    """
)
"""What the account's prepayment has paid and has not been taken back, CNY, the latest first."""


@dataclass(frozen=True)
class Undoing:
    """The payment that is reversed, by whom and when (local); its account and every other of the unit are locked."""

    community: str
    payment: str
    actor: Actor
    at: datetime


def take_back(  # noqa: PLR0917 - how much of whose prepayment, for which payment
    connection: Connection,
    personal: PersonalDataCipher,
    undoing: Undoing,
    account: str,
    book: Book,
    needed: Decimal,
    of: str = "",
) -> None:
    """Set free what prepayment has paid since, the latest first, until ``needed`` CNY of it can fall away.

    ``of`` tells two takings for one payment apart. Raises :class:`LedgerRefusedError` (``prepayment_refunded``).
    """
    missing = needed - prepaid_balance(connection, undoing.community, account, book=book)
    if missing <= 0:
        return
    asked = {"community": undoing.community, "account": account, "book": book}
    for place, row in enumerate(connection.execute(_PAID_BY_PREPAYMENT, asked).all()):
        amount = min(row.amount, missing)
        if amount <= 0:
            break
        post(
            connection,
            personal,
            NewEntry(
                community=undoing.community,
                key=f"taken-back:{undoing.payment}:{of}{place}",
                book=book,
                kind=EntryKind.PREPAYMENT_APPLIED,
                on_day=undoing.at.date(),
                at=undoing.at,
                actor=undoing.actor,
                legs=payment_set_free(account, row.bill, FeeItem(row.item), amount),
                source=undoing.payment,
                reverses=row.entry,
            ),
        )
        missing -= amount
    if missing > 0:
        raise LedgerRefusedError("prepayment_refunded", "该笔收款的预存已退还,不能冲回:请联系财务部另行追收")
