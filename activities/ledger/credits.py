"""Credits of bills 账单减免与更正 (§9.4): a bill becomes less; what was paid of it becomes prepayment (FEE-18)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, select, text

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, derived_key, post
from activities.ledger.payments import lock_account
from activities.records.bill_tables import Bill
from workflows.messages.ledger import EntryKind, FeeItem
from workflows.messages.people import Actor
from workflows.rules.postings import credit, payment_set_free

_LAST_PAYMENT: Final = text(
    """
    SELECT max(postings.entry) FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
    WHERE postings.community = :community AND bill = :bill AND ledger_account = 'receivable' AND amount < 0
      AND kind IN ('payment', 'prepayment_applied')
      AND NOT EXISTS (SELECT FROM journal_entries AS later WHERE later.reverses = postings.entry AND kind = 'reversal')
    """
)
"""The last entry that has paid the bill and stands."""


@dataclass(frozen=True)
class NewCredit:
    """A bill's credit in CNY. ``key`` makes it harmless to post twice; ``at`` is local."""

    community: str
    bill: str
    amount: Decimal
    key: str
    at: datetime
    actor: Actor
    approved_by: tuple[str, ...]
    source: str
    reason: str = ""


def credit_bill(connection: Connection, personal: PersonalDataCipher, new: NewCredit) -> str:
    """Credit the bill and return its account. What was paid of it is set free first, by an entry of its own.

    So a credit is a credit wherever principals are summed: in the late fee's base, in reports. What is set free undoes
    a part of the last payment, and counts from that payment's day. The caller has seen that the bill asks for as much.
    """
    row = connection.execute(
        select(Bill.account, Bill.item).where(Bill.community == new.community, Bill.number == new.bill)
    ).one()
    lock_account(connection, new.community, row.account)
    open_principal = connection.scalars(
        select(Bill.open_principal).where(Bill.community == new.community, Bill.number == new.bill)
    ).one()
    item, paid = FeeItem(row.item), new.amount - open_principal
    entries = [(EntryKind.CREDIT, credit(row.account, new.bill, item, new.amount), None)]
    if paid > 0:
        last = connection.scalar(_LAST_PAYMENT, {"community": new.community, "bill": new.bill})
        entries.insert(0, (EntryKind.SET_FREE, payment_set_free(row.account, new.bill, item, paid), last))
    for kind, legs, undone in entries:
        post(
            connection,
            personal,
            NewEntry(
                community=new.community,
                key=derived_key(kind, new.key, new.bill),
                book=item.book,
                kind=kind,
                on_day=new.at.date(),
                at=new.at,
                actor=new.actor,
                legs=legs,
                approved_by=new.approved_by,
                source=new.source,
                reason=new.reason,
                reverses=undone,
            ),
        )
    return str(row.account)
