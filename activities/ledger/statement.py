"""《业主收费台账》 of an account (S4 篇4.2; §9.11): every charge, payment, receipt and balance, in their order.

An account is one payer of one unit, so a new owner's statement holds nothing of the one before him. It is of the
management book; of the renovation book it holds the deposits. Late fee stands on it when it is paid.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, text

from activities.connections.personal_data import PersonalDataCipher
from activities.documents.payers import payers_of
from activities.ledger.principal import MAKES_PRINCIPAL, in_sql
from activities.ledger.receipt_books import spelled_receipt
from activities.ledger.refused import LedgerRefusedError
from workflows.messages.ledger import EntryKind
from workflows.messages.money import Amount
from workflows.rules.amounts import ZERO

_MOVED: Final = text(
    f"""
    SELECT entries.id, entries.on_day, entries.kind, entries.source,
        coalesce(sum(amount) FILTER (WHERE ledger_account = 'receivable' AND makes_principal), 0.00) AS charged,
        coalesce(-sum(amount) FILTER (WHERE ledger_account = 'receivable' AND NOT makes_principal), 0.00) AS paid,
        coalesce(-sum(amount) FILTER (WHERE ledger_account = 'late_fee_income'), 0.00) AS late_fee,
        coalesce(-sum(amount) FILTER (WHERE ledger_account = 'prepayment'), 0.00) AS prepaid,
        coalesce(-sum(amount) FILTER (WHERE ledger_account = 'deposit'), 0.00) AS deposit,
        array_agg(DISTINCT bill ORDER BY bill) FILTER (WHERE bill <> '') AS bills,
        (SELECT array_agg(number ORDER BY number) FROM receipts
         WHERE receipts.community = :community AND receipts.payment = entries.source) AS receipts
    FROM postings JOIN journal_entries AS entries ON entries.id = postings.entry
    LEFT JOIN journal_entries AS undone ON undone.id = entries.reverses
    CROSS JOIN LATERAL (
        SELECT coalesce(undone.kind, entries.kind) IN {in_sql(MAKES_PRINCIPAL)} AS makes_principal
    ) AS what
    WHERE postings.community = :community AND account = :account AND postings.on_day <= :last
      AND (entries.book = 'management' OR ledger_account = 'deposit')
      AND ledger_account IN ('receivable', 'late_fee_income', 'prepayment', 'deposit')
    GROUP BY entries.id ORDER BY entries.on_day, entries.id
    """  # noqa: S608 - constants
)


class StatementLine(BaseModel):
    """What one entry did, CNY: charged, paid of the principal, late fee, prepayment, deposit; and what is owed then."""

    model_config = ConfigDict(frozen=True)

    entry: int
    day: date
    kind: EntryKind
    kind_label: str
    source: str
    bills: tuple[str, ...]
    receipts: tuple[str, ...]
    charged: Amount
    paid: Amount
    late_fee: Amount
    prepaid: Amount
    deposit: Amount
    owed: Amount
    prepaid_balance: Amount


class Statement(BaseModel):
    """An account's statement between two days, both included; what was ``owed_before`` them is brought forward."""

    model_config = ConfigDict(frozen=True)

    account: str
    unit: str
    payer: str
    payer_kind: str
    first: date
    last: date
    owed_before: Amount
    prepaid_before: Amount
    lines: tuple[StatementLine, ...]
    owed: Amount
    prepaid: Amount
    deposit: Amount

    @property
    def payer_label(self) -> str:
        """Who pays and what he is to the unit; the developer, and whom nobody has named, is only that."""
        return self.payer if self.payer == self.payer_kind else f"{self.payer}({self.payer_kind})"


def statement(  # noqa: PLR0917 - whose statement, from when to when
    connection: Connection, personal: PersonalDataCipher, community: str, account: str, first: date, last: date
) -> Statement:
    """Return the account's statement. Raises :class:`LedgerRefusedError` (``unknown_account``)."""
    payer = payers_of(connection, personal, community, [account]).get(account)
    if payer is None:
        raise LedgerRefusedError("unknown_account", "本项目没有这个缴费账户:请核对编码")
    owed = prepaid = deposit = owed_before = prepaid_before = ZERO
    lines = []
    for row in connection.execute(_MOVED, {"community": community, "account": account, "last": last}):
        owed += row.charged - row.paid
        prepaid += row.prepaid
        deposit += row.deposit
        if row.on_day < first:
            owed_before, prepaid_before = owed, prepaid
            continue
        kind = EntryKind(row.kind)
        lines.append(
            StatementLine(
                entry=row.id,
                day=row.on_day,
                kind=kind,
                kind_label=kind.label,
                source=row.source,
                bills=tuple(row.bills or ()),
                receipts=tuple(map(spelled_receipt, row.receipts or ())),
                charged=row.charged,
                paid=row.paid,
                late_fee=row.late_fee,
                prepaid=row.prepaid,
                deposit=row.deposit,
                owed=owed,
                prepaid_balance=prepaid,
            )
        )
    return Statement(
        account=account,
        unit=payer.unit,
        payer=payer.name,
        payer_kind=payer.kind,
        first=first,
        last=last,
        owed_before=owed_before,
        prepaid_before=prepaid_before,
        lines=tuple(lines),
        owed=owed,
        prepaid=prepaid,
        deposit=Decimal(deposit),
    )
