"""Posting to the journal 记账: whole entries, once for each key; PostgreSQL refuses what is out of balance."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.refused import LedgerRefusedError
from activities.records.journal_tables import JournalEntry, Posting
from activities.records.sealing import seal_columns, table_of
from workflows.messages.ledger import Book, EntryKind
from workflows.messages.people import Actor
from workflows.rules.postings import Leg


@dataclass(frozen=True)
class NewEntry:
    """An entry to be posted 凭证. ``key`` makes posting it twice harmless; ``source`` is the payment, case or table.

    ``on_day`` is the business day it belongs to, ``at`` the aware instant. ``approved_by`` are staff codes; ``reason``
    is sealed at rest. ``reverses`` is the entry that it undoes.
    """

    community: str
    key: str
    book: Book
    kind: EntryKind
    on_day: date
    at: datetime
    actor: Actor
    legs: Sequence[Leg]
    approved_by: tuple[str, ...] = ()
    source: str = ""
    reason: str = field(default="", repr=False)
    reverses: int | None = None


def derived_key(*parts: str) -> str:
    """A key that follows from what caused an entry or an adjustment, however long its parts are."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def lock_key(connection: Connection, community: str, key: str) -> None:
    """Nobody else does the same thing until the transaction ends; taken before accounts are locked."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{community}\n{key}", 0))))


def post(connection: Connection, personal: PersonalDataCipher, entry: NewEntry) -> int:
    """Post the entry and return its id; an entry of that key that is there already is left as it is.

    Raises :class:`LedgerRefusedError` (``entry_out_of_balance``) for legs that do not sum to zero, and
    ``IntegrityError`` for what PostgreSQL refuses besides: an overpaid bill, a deposit or prepayment below zero.
    """
    legs = [leg for leg in entry.legs if leg.amount]
    if not legs or sum((leg.amount for leg in legs), Decimal(0)) != 0:
        raise LedgerRefusedError("entry_out_of_balance", "分录借贷不平,未入账:请联系管理员")
    values = {
        "community": entry.community,
        "key": entry.key,
        "book": entry.book,
        "kind": entry.kind,
        "on_day": entry.on_day,
        "at": entry.at,
        "actor_role": entry.actor.role,
        "actor_code": entry.actor.code,
        "approved_by": list(entry.approved_by),
        "source": entry.source,
        "reason": entry.reason,
        "reverses": entry.reverses,
    }
    statement = (
        upsert(JournalEntry)
        .values(seal_columns(personal, JournalEntry, values))
        .on_conflict_do_nothing(index_elements=["community", "key"])
        .returning(JournalEntry.id)
    )
    number = connection.scalar(statement)
    if number is None:
        return posted_under(connection, entry.community, entry.key) or _missing(entry.key)
    connection.execute(
        insert(table_of(Posting)),
        [
            {
                "entry": number,
                "line": line,
                "community": entry.community,
                "ledger_account": leg.ledger_account,
                "account": leg.account,
                "bill": leg.bill,
                "item": leg.item or "",
                "amount": leg.amount,
                "on_day": entry.on_day,
            }
            for line, leg in enumerate(legs, start=1)
        ],
    )
    return number


def posted_under(connection: Connection, community: str, key: str) -> int | None:
    """The id of the entry that was posted under that key; None where there is none."""
    return connection.scalar(
        select(JournalEntry.id).where(JournalEntry.community == community, JournalEntry.key == key)
    )


def _missing(key: str) -> int:
    raise LookupError(f"entry {key} was there and is gone")
