"""Money without a bill 直接收入 (S4 4.4, 4.5; §9.9): operating charges by the price list, renovation, agency money.

Every posted item has its own detail account 明细账: its code stands in the place of the bill. Renovation charges are in
their own book. Agency money 代收代付 is never income, and carries no surcharge (L2 §44).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, func, insert, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, lock_key, post, posted_under
from activities.ledger.numbers import Series, next_numbers
from activities.ledger.payments import BY_HAND, legs_of
from activities.ledger.refused import LedgerRefusedError, key_reused
from activities.ledger.shifts import required_shift
from activities.records.cash_tables import Payment
from activities.records.fee_tables import FeeAccount
from activities.records.journal_tables import JournalEntry, Posting
from activities.records.price_list import PostedPrice, price_list
from activities.records.roster import PriceCategory
from workflows.messages.ledger import Book, EntryKind, FeeItem, LedgerAccount, PaymentMethod
from workflows.messages.people import Actor, Role
from workflows.rules.amounts import to_cents
from workflows.rules.postings import Leg, agency_in, agency_out, direct_income

_ITEMS: Final = {
    PriceCategory.OPERATING: FeeItem.OPERATING,
    PriceCategory.RENOVATION: FeeItem.RENOVATION,
    PriceCategory.PARKING: FeeItem.PARKING,
}
"""What is taken without a case; services are charged by their case."""


@dataclass(frozen=True)
class Taking:
    """Money that is taken without a bill. ``key`` is at most 64 characters; ``at`` is local.

    ``body_digest`` tells another request under the same key. ``account`` is the payer's, "" for one without.
    """

    community: str
    key: str
    body_digest: str
    amount: Decimal
    method: PaymentMethod
    legs: Sequence[Leg]
    at: datetime
    actor: Actor
    book: Book = Book.MANAGEMENT
    kind: EntryKind = EntryKind.INCOME
    account: str = ""


@dataclass(frozen=True)
class NewIncome:
    """A posted item that is paid at once: ``quantity`` of it, by the list of the day. ``at`` is local."""

    community: str
    key: str
    body_digest: str
    code: str
    quantity: Decimal
    method: PaymentMethod
    at: datetime
    actor: Actor
    account: str = ""


def take_in(connection: Connection, personal: PersonalDataCipher, taking: Taking) -> str:
    """Take the money and return the payment's number; the same request again is the same payment.

    Raises :class:`LedgerRefusedError`: ``idempotency_key_reused``, ``invalid_amount``, ``unknown_account``,
    ``no_open_shift``.
    """
    lock_key(connection, taking.community, taking.key)
    known = connection.execute(
        select(Payment.number, Payment.body_digest).where(
            Payment.community == taking.community, Payment.key == taking.key
        )
    ).one_or_none()
    if known is not None:
        if known.body_digest != taking.body_digest:
            raise key_reused()
        return str(known.number)
    if taking.amount <= 0 or taking.amount != to_cents(taking.amount):
        raise LedgerRefusedError("invalid_amount", "金额应大于0,最多两位小数")
    _refuse_unknown(connection, taking.community, taking.account)
    by_hand = taking.method in BY_HAND
    shift = required_shift(connection, taking.community, taking.actor.code) if by_hand else None
    (number,) = next_numbers(connection, taking.community, Series.PAYMENT, taking.at.year)
    entry = NewEntry(
        community=taking.community,
        key=f"payment:{number}",
        book=taking.book,
        kind=taking.kind,
        on_day=taking.at.date(),
        at=taking.at,
        actor=taking.actor,
        legs=taking.legs,
        source=number,
    )
    connection.execute(
        insert(Payment).values(
            community=taking.community,
            number=number,
            key=taking.key,
            body_digest=taking.body_digest,
            account=taking.account,
            amount=taking.amount,
            method=taking.method,
            succeeded_at=taking.at,
            on_day=taking.at.date(),
            cashier=taking.actor.code,
            shift=shift,
            entry=post(connection, personal, entry),
        )
    )
    return number


def take_income(connection: Connection, personal: PersonalDataCipher, new: NewIncome) -> str:
    """Take a posted operating, renovation or parking charge, or agency money; return the payment's number.

    Raises :class:`LedgerRefusedError`: ``unknown_price_item``, ``charged_by_case``, and those of :func:`take_in`.
    """
    posted = _posted(connection, new)
    amount = to_cents(posted.unit_price * new.quantity)
    item = _ITEMS.get(PriceCategory(posted.category))
    if posted.agency:
        legs, book = agency_in(new.method, amount, new.account), Book.MANAGEMENT
    elif item is None:
        raise LedgerRefusedError("charged_by_case", "维修和特约服务的费用按单收取:请在单据上收款")
    else:
        legs, book = direct_income(item, new.method, amount, new.account), item.book
    taking = Taking(
        community=new.community,
        key=new.key,
        body_digest=new.body_digest,
        amount=amount,
        method=new.method,
        legs=[legs[0], *(leg._replace(bill=posted.code) for leg in legs[1:])],
        at=new.at,
        actor=new.actor,
        book=book,
        account=new.account,
    )
    return take_in(connection, personal, taking)


def pay_agency_out(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    key: str,
    code: str,
    amount: Decimal,
    actor: Actor,
    at: datetime,
) -> int:
    """代付 by finance out of the bank, at most what was taken in for that item; return the entry.

    The till pays nothing out 坐支. Raises :class:`LedgerRefusedError`: ``beyond_authority``, ``two_persons``,
    ``invalid_amount``, ``agency_exceeded``, ``idempotency_key_reused``.
    """
    lock_key(connection, community, f"agency:{code}")
    paid = posted_under(connection, community, key)
    if paid is not None:
        if (code, amount) not in {(leg.bill, abs(leg.amount)) for leg in legs_of(connection, paid)}:
            raise key_reused()
        return paid
    if actor.role is not Role.FINANCE:
        raise LedgerRefusedError("beyond_authority", "代付款项须由财务部办理")
    if amount <= 0 or amount != to_cents(amount):
        raise LedgerRefusedError("invalid_amount", "金额应大于0,最多两位小数")
    if actor.code in _collectors(connection, community, code):
        raise LedgerRefusedError("two_persons", "代收人不能自己代付:请由财务部另一人办理")
    held = agency_held(connection, community, code)
    if amount > held:
        raise LedgerRefusedError("agency_exceeded", f"该项目代收余额为 {held} 元,代付不能超过余额")
    legs = [leg._replace(bill=code) for leg in agency_out(PaymentMethod.TRANSFER, amount)]
    return post(
        connection,
        personal,
        NewEntry(
            community=community,
            key=key,
            book=Book.MANAGEMENT,
            kind=EntryKind.INCOME,
            on_day=at.date(),
            at=at,
            actor=actor,
            legs=legs,
            source=code,
        ),
    )


def agency_held(connection: Connection, community: str, code: str) -> Decimal:
    """What is held for others under an item 代收余额, CNY."""
    return -(
        connection.scalar(
            select(func.coalesce(func.sum(Posting.amount), 0)).where(
                Posting.community == community, Posting.ledger_account == LedgerAccount.AGENCY, Posting.bill == code
            )
        )
        or Decimal(0)
    )


def _collectors(connection: Connection, community: str, code: str) -> set[str]:
    return set(
        connection.scalars(
            select(JournalEntry.actor_code)
            .join(Posting, Posting.entry == JournalEntry.id)
            .where(
                Posting.community == community,
                Posting.ledger_account == LedgerAccount.AGENCY,
                Posting.bill == code,
                Posting.amount < 0,
            )
        )
    )


def _posted(connection: Connection, new: NewIncome) -> PostedPrice:
    posted = {item.code: item for item in price_list(connection, new.community, new.at.date())}
    if new.code not in posted:
        raise LedgerRefusedError("unknown_price_item", "《收费标准》中没有这个项目编码:经营性费用只按公示标准收取")
    return posted[new.code]


def _refuse_unknown(connection: Connection, community: str, account: str) -> None:
    known = select(FeeAccount.code).where(FeeAccount.community == community, FeeAccount.code == account)
    if account and connection.scalar(known) is None:
        raise LedgerRefusedError("unknown_account", "本项目没有这个缴费账户:请核对编码")
