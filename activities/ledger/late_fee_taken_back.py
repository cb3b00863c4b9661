"""Paid late fee that has left its bill 已转出的违约金, and is brought back for a reversal (PAY-05, FEE-17, FEE-18).

What was paid of a late fee goes with an assumed debt to the new account's bill, and becomes prepayment where a credit
has made it too much. When its payment is reversed later it comes back first, as if neither had been: the new bill owes
it again and what went on from there comes back too, the prepayment falls away.
"""

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, post
from activities.ledger.payments import legs_of
from activities.ledger.prepayment_taken_back import Undoing, take_back
from workflows.messages.ledger import Book, EntryKind
from workflows.rules.postings import reversal

_GONE: Final = text(
    """
    SELECT gone.entry, journal_entries.book, journal_entries.kind, gone.account, came.account AS to_account,
        came.bill AS to_bill, gone.amount - coalesce(came_back.amount, 0) AS amount
    FROM postings AS gone JOIN journal_entries ON journal_entries.id = gone.entry
    JOIN postings AS came ON came.entry = gone.entry AND came.line <> gone.line
    LEFT JOIN LATERAL (
        SELECT -sum(postings.amount) AS amount
        FROM journal_entries AS later JOIN postings ON postings.entry = later.id
        WHERE later.reverses = gone.entry AND postings.bill = gone.bill AND ledger_account = 'late_fee_income'
    ) AS came_back ON true
    WHERE gone.community = :community AND gone.bill = :bill AND gone.ledger_account = 'late_fee_income'
      AND gone.amount > 0 AND gone.entry > :since AND journal_entries.kind IN ('transfer_of_debt', 'set_free')
      AND journal_entries.reverses IS NULL AND gone.amount > coalesce(came_back.amount, 0)
    ORDER BY gone.entry
    """
)
"""What of a bill's paid late fee has left it after an entry and has not come back, CNY, the earliest first: a later
payment has paid what left later, and may be reversed too."""


def bring_back(  # noqa: PLR0917 - how much for which payment, of which bill, since when
    connection: Connection, personal: PersonalDataCipher, undoing: Undoing, bill: str, amount: Decimal, since: int
) -> set[str]:
    """Bring back up to ``amount`` CNY of the late fee that has left the bill since an entry; return whose bills owe it.

    Nothing is brought back where the bill still has what was paid of it. Raises :class:`LedgerRefusedError`
    (``prepayment_refunded``).
    """
    accounts: set[str] = set()
    for gone in connection.execute(_GONE, {"community": undoing.community, "bill": bill, "since": since}).all():
        part = min(gone.amount, amount)
        if part <= 0:
            break
        if gone.to_bill:
            accounts |= {gone.to_account} | bring_back(connection, personal, undoing, gone.to_bill, part, gone.entry)
        else:
            take_back(connection, personal, undoing, gone.to_account, Book(gone.book), part, f"{gone.entry}:")
        _post(connection, personal, undoing, gone, part)
        amount -= part
    return accounts


def _post(
    connection: Connection, personal: PersonalDataCipher, undoing: Undoing, gone: Row[Any], amount: Decimal
) -> None:
    legs = [
        leg._replace(amount=amount if leg.amount > 0 else -amount) for leg in reversal(legs_of(connection, gone.entry))
    ]
    post(
        connection,
        personal,
        NewEntry(
            community=undoing.community,
            key=f"late-fee-back:{undoing.payment}:{gone.entry}",
            book=gone.book,
            kind=EntryKind(gone.kind),
            on_day=undoing.at.date(),
            at=undoing.at,
            actor=undoing.actor,
            legs=legs,
            source=undoing.payment,
            reverses=gone.entry,
        ),
    )
