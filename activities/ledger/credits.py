"""Credits of bills 账单减免与更正 (§9.4): a bill becomes less; what was paid too much becomes prepayment (FEE-18).

That is principal beyond what the bill still asks for, and late fee beyond what accrues on it.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, select, text

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import late_fee_of
from activities.ledger.journal import NewEntry, derived_key, post
from activities.ledger.payments import lock_account
from activities.records.bill_tables import Bill
from workflows.messages.fee_policy import LateFeePolicy
from workflows.messages.ledger import EntryKind, FeeItem
from workflows.messages.people import Actor
from workflows.rules.late_fee import to_return
from workflows.rules.postings import Leg, credit, late_fee_returned, payment_set_free

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
    """A bill's credit in CNY. ``key`` makes it harmless to post twice; ``at`` is local.

    ``late_fee`` are the rules by which the bill's late fee is reckoned anew.
    """

    community: str
    bill: str
    amount: Decimal
    key: str
    at: datetime
    actor: Actor
    approved_by: tuple[str, ...]
    source: str
    late_fee: LateFeePolicy
    reason: str = ""


def credit_bill(connection: Connection, personal: PersonalDataCipher, new: NewCredit) -> Decimal:
    """Credit the bill; return the late fee (CNY) that was paid on what it never should have asked for.

    What was paid of the bill is set free first, by an entry of its own, so a credit is a credit wherever principals
    are summed: in the late fee's base, in reports. What is set free undoes a part of the last payment, and counts from
    that payment's day. The late fee that it makes too much becomes prepayment too. The caller has seen that the bill
    asks for as much.
    """
    row = connection.execute(
        select(Bill.account, Bill.item).where(Bill.community == new.community, Bill.number == new.bill)
    ).one()
    lock_account(connection, new.community, row.account)
    open_principal = connection.scalars(
        select(Bill.open_principal).where(Bill.community == new.community, Bill.number == new.bill)
    ).one()
    before = late_fee_of(connection, new.community, new.bill, new.at.date(), new.late_fee)
    item, paid = FeeItem(row.item), new.amount - open_principal
    if paid > 0:
        last = connection.scalar(_LAST_PAYMENT, {"community": new.community, "bill": new.bill})
        _post(
            connection,
            personal,
            new,
            item,
            EntryKind.SET_FREE,
            payment_set_free(row.account, new.bill, item, paid),
            last,
        )
    _post(connection, personal, new, item, EntryKind.CREDIT, credit(row.account, new.bill, item, new.amount))
    after = late_fee_of(connection, new.community, new.bill, new.at.date(), new.late_fee)
    returned = to_return(before.accrued, after.accrued, after.paid, after.waived)
    if returned:
        legs = late_fee_returned(row.account, new.bill, item, returned)
        _post(connection, personal, new, item, EntryKind.SET_FREE, legs, of="late_fee")
    return returned


def _post(  # noqa: PLR0917 - an entry of the credit, and what it undoes
    connection: Connection,
    personal: PersonalDataCipher,
    new: NewCredit,
    item: FeeItem,
    kind: EntryKind,
    legs: list[Leg],
    undone: int | None = None,
    *,
    of: str = "",
) -> None:
    """``of`` tells two entries of one kind apart, by their key."""
    post(
        connection,
        personal,
        NewEntry(
            community=new.community,
            key=derived_key(f"{kind}{of}", new.key, new.bill),
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
