"""Reversals of payments 收款冲回 (§9.5): as if the money had never come (PAY-05; ``docs/domain/fees.md``).

Money without a bill is reversed by the same rules: a wrong entry, for which nobody's bank has taken anything back, so
it needs its reason (own).
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import prepaid_balance
from activities.ledger.fee_accounts import lock_unit_of
from activities.ledger.journal import NewEntry, post
from activities.ledger.late_fee_taken_back import bring_back
from activities.ledger.money_passed_on import refuse_passed_on
from activities.ledger.parking import wait_for_check_again
from activities.ledger.payments import legs_of
from activities.ledger.prepayment_taken_back import Undoing, take_back
from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import Bill
from activities.records.cash_tables import Payment, Shift
from activities.records.journal_tables import JournalEntry
from workflows.messages.ledger import Book, EntryKind, FeeItem, LedgerAccount, PaymentMethod
from workflows.messages.people import Actor
from workflows.rules.amounts import ZERO
from workflows.rules.postings import Leg, payment_set_free, reversal

_SET_FREE_BY_CREDIT: Final = text(
    """
    SELECT freed.entry, journal_entries.reverses AS paid_by, freed.bill, freed.item,
        freed.amount + coalesce(used.amount, 0) AS amount
    FROM postings AS freed JOIN journal_entries ON journal_entries.id = freed.entry
    LEFT JOIN LATERAL (
        SELECT sum(postings.amount) AS amount
        FROM journal_entries AS later JOIN postings ON postings.entry = later.id
        WHERE later.community = freed.community AND later.source = 'set-free:' || freed.entry
          AND postings.bill = freed.bill AND ledger_account = 'receivable'
    ) AS used ON true
    WHERE freed.community = :community AND freed.bill = ANY(:bills) AND freed.ledger_account = 'receivable'
      AND freed.amount > 0 AND journal_entries.kind = 'set_free'
    ORDER BY freed.entry
    """
)
"""What had been paid of bills and was set free for a credit (FEE-18), CNY, less what has been used for them since."""


def reverse_payment(  # noqa: PLR0917 - who, what, when, by which key
    connection: Connection,
    personal: PersonalDataCipher,
    community: str,
    number: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> tuple[str, ...]:
    """Reverse a payment as if it had never come; return whose debts changed, the payment's own account first (PAY-05).

    The bills are open again with their own due days. What was prepaid by it and used since is taken back from the
    latest bills that prepayment has paid; late fee that has gone with an assumed debt, or was given back for a credit,
    comes back too. A car park's hand-in waits for its check again. ``reason`` is sealed.

    Raises :class:`LedgerRefusedError`: ``unknown_payment``, ``two_persons``, ``reason_required``,
    ``prepayment_refunded``, ``deposit_spent``, ``agency_paid_out``.
    """
    found = _locked(connection, community, number)
    if found.reversed_at is not None:
        return _accounts(found)
    _refuse(found, actor, reason)
    legs = legs_of(connection, found.entry)
    refuse_passed_on(connection, community, legs)
    book = Book(connection.scalars(select(JournalEntry.book).where(JournalEntry.id == found.entry)).one())
    others = _bring_all_back(connection, personal, Undoing(community, number, actor, at), found, legs, book)
    entry = post(
        connection,
        personal,
        NewEntry(
            community=community,
            key=f"reversal:{number}",
            book=book,
            kind=EntryKind.REVERSAL,
            on_day=at.date(),
            at=at,
            actor=actor,
            legs=_given_back(connection, found, reversal(legs)),
            source=number,
            reason=reason,
            reverses=found.entry,
        ),
    )
    wait_for_check_again(connection, community, found.entry)
    _use_again(connection, personal, found, book, [leg.bill for leg in legs if leg.bill], actor, at)
    is_it = Payment.community == community, Payment.number == number
    connection.execute(update(Payment).where(*is_it).values(reversed_at=at, reversal=entry))
    return (*_accounts(found), *sorted(others - {found.account}))


def _locked(connection: Connection, community: str, number: str) -> Row[*tuple[Any, ...]]:
    found = connection.execute(
        select(Payment).where(Payment.community == community, Payment.number == number).with_for_update()
    ).one_or_none()
    if found is None:
        raise LedgerRefusedError("unknown_payment", "没有这笔收款:请核对编号")
    if found.account:
        lock_unit_of(connection, community, found.account)
    return found


def _refuse(found: Row[*tuple[Any, ...]], actor: Actor, reason: str) -> None:
    if found.cashier and found.cashier == actor.code:
        raise LedgerRefusedError("two_persons", "收款人不能自己冲回:请由财务部办理")
    if not found.account and not reason.strip():
        raise LedgerRefusedError("reason_required", "请写明冲回的原因")


def _accounts(found: Row[*tuple[Any, ...]]) -> tuple[str, ...]:
    return (found.account,) if found.account else ()


def _bring_all_back(  # noqa: PLR0917 - the payment with what it had settled
    connection: Connection,
    personal: PersonalDataCipher,
    undoing: Undoing,
    found: Row[*tuple[Any, ...]],
    legs: list[Leg],
    book: Book,
) -> set[str]:
    """Late fees first, which may have become prepayment: what the payment itself had prepaid is beside them."""
    late_fees = [leg for leg in legs if leg.ledger_account is LedgerAccount.LATE_FEE_INCOME]
    accounts = [
        bring_back(connection, personal, undoing, leg.bill, -leg.amount, found.entry) for leg in late_fees if leg.bill
    ]
    prepaid = -sum((leg.amount for leg in legs if leg.ledger_account is LedgerAccount.PREPAYMENT), ZERO)
    take_back(connection, personal, undoing, found.account, book, prepaid)
    return set[str]().union(*accounts)


def _given_back(connection: Connection, found: Row[*tuple[Any, ...]], legs: list[Leg]) -> list[Leg]:
    """Cash that was counted goes to the bank whole and is given back from there, never from later cash (不得坐支).

    The shift is held: whoever counts it meanwhile counts after this.
    """
    if found.method != PaymentMethod.CASH or found.shift is None:
        return legs
    closed_at = connection.scalar(select(Shift.closed_at).where(Shift.id == found.shift).with_for_update(read=True))
    if closed_at is None:
        return legs
    return [
        leg._replace(ledger_account=LedgerAccount.BANK) if leg.ledger_account is PaymentMethod.CASH.into else leg
        for leg in legs
    ]


def _use_again(  # noqa: PLR0917 - the payment with the bills that are open again
    connection: Connection,
    personal: PersonalDataCipher,
    found: Row[*tuple[Any, ...]],
    book: Book,
    bills: list[str],
    actor: Actor,
    at: datetime,
) -> None:
    """What a credit had set free of the bills, as far as it is still prepaid, pays them again: they ask for less."""
    asked = {"community": found.community, "bills": bills}
    for place, row in enumerate(connection.execute(_SET_FREE_BY_CREDIT, asked).all()):
        left = prepaid_balance(connection, found.community, found.account, book=book)
        open_now = select(Bill.open_principal).where(Bill.community == found.community, Bill.number == row.bill)
        amount = min(row.amount, left, connection.scalars(open_now).one())
        if amount <= 0:
            continue
        post(
            connection,
            personal,
            NewEntry(
                community=found.community,
                key=f"used-again:{found.number}:{place}",
                book=book,
                kind=EntryKind.PREPAYMENT_APPLIED,
                on_day=at.date(),
                at=at,
                actor=actor,
                legs=reversal(payment_set_free(found.account, row.bill, FeeItem(row.item), amount)),
                source=f"set-free:{row.entry}",
                reverses=row.paid_by or row.entry,
            ),
        )
