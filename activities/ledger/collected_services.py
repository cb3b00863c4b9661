"""Money of paid services 有偿服务款 on its way to the cashier (S4 4.3; §9.9): collected on the case, handed in, booked.

The technician or the desk collects and records it on the case; the money is the cashier's as soon as it is handed in,
and not only when the month is gathered.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.direct_income import Taking, take_in
from activities.ledger.journal import lock_key
from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import Payment, ServiceGathering
from activities.records.sealing import table_of
from workflows.messages.ledger import PaymentMethod
from workflows.messages.people import Actor
from workflows.rules.amounts import ZERO
from workflows.rules.postings import service_collected

_COLLECTED: Final = """
    SELECT * FROM (
        SELECT charges."case", charges.agency, service_gatherings.bill,
            -- what comes in after the month was gathered is paid on the bill
            CASE WHEN service_gatherings.bill <> '' THEN service_gatherings.collected ELSE charges.collected END
                AS collected,
            coalesce((
                SELECT -sum(amount) FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
                WHERE postings.community = charges.community AND postings.bill = charges."case"
                  AND journal_entries.kind = 'income' AND amount < 0
                  AND NOT EXISTS (  -- a wrong entry that was reversed is to be handed in again
                    SELECT FROM journal_entries AS later
                    WHERE later.reverses = postings.entry AND later.kind = 'reversal'
                  )
            ), 0) AS booked
        FROM charges
        LEFT JOIN service_gatherings ON service_gatherings.community = charges.community
            AND service_gatherings."case" = charges."case"
        WHERE charges.community = :community AND charges.collected > 0
    ) AS found WHERE collected > booked
"""
_ALL: Final = text(f'{_COLLECTED} ORDER BY "case"')
_ONE: Final = text(f'{_COLLECTED} AND "case" = :case')


@dataclass(frozen=True)
class ToHandIn:
    """CNY collected on a case and not with the cashier yet."""

    case: str
    amount: Decimal


def not_handed_in(connection: Connection, community: str) -> tuple[ToHandIn, ...]:
    """What was collected on cases and is not with the cashier yet 未交款."""
    rows = connection.execute(_ALL, {"community": community})
    return tuple(ToHandIn(row.case, row.collected - row.booked) for row in rows)


def take_over_collected(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    key: str,
    body_digest: str,
    case: str,
    method: PaymentMethod,
    cashier: Actor,
    at: datetime,
) -> str:
    """交款: the cashier takes over what was collected on a case; return the payment's number.

    Money laid out for the customer is repaid first. Raises :class:`LedgerRefusedError`: ``nothing_to_hand_in``,
    ``idempotency_key_reused``, ``no_open_shift``.
    """
    lock_key(connection, community, f"service:{case}")
    known = connection.scalar(select(Payment.amount).where(Payment.community == community, Payment.key == key))
    row = connection.execute(_ONE, {"community": community, "case": case}).one_or_none()
    if known is None and row is None:
        raise LedgerRefusedError("nothing_to_hand_in", "该单没有待交的款项:已交清、未收款,或应按账单收款")
    booked, agency, collected = (row.booked, row.agency, row.collected) if row else (ZERO, ZERO, ZERO)
    amount = known if known is not None else collected - booked
    repaid = min(max(agency - booked, ZERO), amount)
    return take_in(
        connection,
        personal,
        Taking(
            community=community,
            key=key,
            body_digest=body_digest,
            amount=amount,
            method=method,
            legs=service_collected(method, case, amount - repaid, repaid),
            at=at,
            actor=cashier,
        ),
    )


def gathered_of(connection: Connection, community: str, month: str) -> list[Row[Any]]:
    """《有偿服务费明细》 of a month (``2026-04``): its gathered jobs by time of acceptance (S4 4.3.2)."""
    rows = connection.execute(
        select(table_of(ServiceGathering))
        .where(ServiceGathering.community == community, ServiceGathering.month == month)
        .order_by(ServiceGathering.booked_at, ServiceGathering.case)
    )
    return list(rows)
