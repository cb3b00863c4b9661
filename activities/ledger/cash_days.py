"""The day's closing 日结 with its 《缴款单》 (S4 4.2.1.7; §9.7): all cash goes to the bank the same day, no 坐支.

Every shift of the day is closed first. Only cash goes into the slip; POS and codes are compared in the shift. What the
bank no longer takes is 在途 up to a limit, and more goes to finance the same day (``workflows/rules/cash_desk.py``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, func, insert, select, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, post
from activities.ledger.numbers import Series, next_numbers
from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import CashDay, Payment, Shift, ShiftCount
from activities.records.journal_tables import JournalEntry, Posting
from activities.records.sealing import table_of
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.cash_desk import CashDestination
from workflows.messages.fee_policy import CashPolicy
from workflows.messages.ledger import Book, EntryKind, PaymentMethod
from workflows.messages.people import Actor, Role
from workflows.rules.amounts import ZERO
from workflows.rules.cash_desk import where_cash_goes
from workflows.rules.postings import banked

_IN_TRANSIT: Final = (CashDay.destination == CashDestination.IN_TRANSIT, CashDay.banked_at.is_(None))


@dataclass(frozen=True)
class Deposit:
    """存款: the bank's reference, when the money was paid in (local), and how much, CNY."""

    reference: str
    at: datetime
    amount: Decimal


@dataclass(frozen=True)
class DayClosing:
    """《缴款单》: CNY of cash, booked and counted by method, and where the cash is."""

    slip: str
    day: date
    cash: Decimal
    totals: Mapping[str, Mapping[str, str]]
    destination: CashDestination
    bank_reference: str
    banked_at: datetime | None
    closed_by: str
    received_by: str


def close_day(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    day: date,
    actor: Actor,
    at: datetime,
    policy: CashPolicy,
    calendar: WorkingCalendar,
    deposit: Deposit | None = None,
) -> DayClosing:
    """Close the day's shifts into a 《缴款单》 at a local time; closed already, its last slip is given again.

    Raises :class:`LedgerRefusedError`: ``shifts_open``, ``cash_without_shift``, ``nothing_to_close``,
    ``not_all_banked``, ``bad_deposit_time``, ``deposit_first``.
    """
    shifts = _open_to_closing(connection, community, day)
    if not shifts:
        return _last_slip(connection, community, day)
    totals = _totals(connection, [shift.id for shift in shifts])
    cash = Decimal(totals.get(PaymentMethod.CASH, {}).get("counted", ZERO))
    destination = _destination(connection, community, day, cash, at, policy, calendar, deposit)
    (slip,) = next_numbers(connection, community, Series.CASH_SLIP, at.year)
    values = {"community": community, "day": day, "slip": slip, "cash": cash, "totals": totals}
    values |= {"destination": destination, "closed_at": at, "closed_by": actor.code}
    connection.execute(insert(CashDay).values(values))
    connection.execute(update(Shift).where(Shift.id.in_([shift.id for shift in shifts])).values(slip=slip))
    if deposit is not None:
        _post_banking(connection, personal, _locked(connection, community, slip), deposit.reference, actor, deposit.at)
    return _closing(_locked(connection, community, slip))


def receive_cash(connection: Connection, *, community: str, slip: str, receiver: Actor) -> DayClosing:
    """财务接收 of cash that may not lie overnight, by finance's own word (CSH-02); repeated, it stands.

    Raises :class:`LedgerRefusedError`: ``unknown_slip``, ``not_for_finance``, ``beyond_authority``, ``two_persons``.
    """
    row = _locked(connection, community, slip)
    if row.destination != CashDestination.FINANCE:
        raise LedgerRefusedError("not_for_finance", "该缴款单的现金不需要交财务")
    if receiver.role is not Role.FINANCE:
        raise LedgerRefusedError("beyond_authority", "现金须由财务部接收")
    if receiver.code == row.closed_by:
        raise LedgerRefusedError("two_persons", "缴款人不能自己接收:请由财务部另一人接收")
    if not row.received_by:
        connection.execute(update(CashDay).where(*_is(community, slip)).values(received_by=receiver.code))
    return _closing(_locked(connection, community, slip))


def confirm_banking(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    slip: str,
    deposit: Deposit,
    actor: Actor,
    at: datetime,
) -> DayClosing:
    """存行确认 of cash 在途, or that finance has received; confirmed again with the same reference, it stands.

    Raises :class:`LedgerRefusedError`: ``unknown_slip``, ``banked_already``, ``not_received_yet``,
    ``beyond_authority``, ``not_all_banked``, ``bad_deposit_time``.
    """
    row = _locked(connection, community, slip)
    if row.banked_at is not None and row.bank_reference == deposit.reference:
        return _closing(row)
    if row.banked_at is not None or row.cash == ZERO:
        raise LedgerRefusedError("banked_already", "该缴款单已存行或没有现金")
    if row.destination == CashDestination.FINANCE and not row.received_by:
        raise LedgerRefusedError("not_received_yet", "现金尚未由财务部接收:请财务部先确认接收")
    if row.destination == CashDestination.FINANCE and actor.role is not Role.FINANCE:
        raise LedgerRefusedError("beyond_authority", "现金已交财务:请由财务部存行")
    _refuse_wrong(deposit, row.cash, row.day, at)
    _post_banking(connection, personal, row, deposit.reference, actor, deposit.at)
    return _closing(_locked(connection, community, slip))


def slips_of(connection: Connection, community: str, day: date) -> tuple[DayClosing, ...]:
    """Every 《缴款单》 of a day."""
    rows = connection.execute(
        select(table_of(CashDay)).where(CashDay.community == community, CashDay.day == day).order_by(CashDay.slip)
    ).all()
    return tuple(_closing(row) for row in rows)


def _open_to_closing(connection: Connection, community: str, day: date) -> Sequence[Row[int, datetime | None]]:
    """The day's shifts that are in no slip yet, locked; all of them closed."""
    shifts = connection.execute(
        select(Shift.id, Shift.closed_at)
        .where(Shift.community == community, Shift.day == day, Shift.slip == "")
        .order_by(Shift.id)
        .with_for_update()
    ).all()
    if any(shift.closed_at is None for shift in shifts):
        raise LedgerRefusedError("shifts_open", "当日还有未过账的当班:请先清点、关闭全部当班")
    stray = connection.scalar(
        select(func.count()).where(
            Payment.community == community,
            Payment.on_day == day,
            Payment.method == PaymentMethod.CASH,
            Payment.shift.is_(None),
            Payment.reversed_at.is_(None),
        )
    )
    if stray:
        raise LedgerRefusedError("cash_without_shift", f"有 {stray} 笔现金收款不属于任何当班:请财务部核对后再日结")
    return shifts


def _totals(connection: Connection, shifts: Sequence[int]) -> dict[str, dict[str, str]]:
    sums = [
        func.sum(column).label(column.key) for column in (ShiftCount.booked, ShiftCount.counted, ShiftCount.variance)
    ]
    rows = connection.execute(
        select(ShiftCount.method, *sums).where(ShiftCount.shift.in_(shifts)).group_by(ShiftCount.method)
    )
    return {
        row.method: {"booked": str(row.booked), "counted": str(row.counted), "variance": str(row.variance)}
        for row in rows
    }


def _destination(  # noqa: PLR0917 - the cash of a day, when it is closed and by which rules
    connection: Connection,
    community: str,
    day: date,
    cash: Decimal,
    at: datetime,
    policy: CashPolicy,
    calendar: WorkingCalendar,
    deposit: Deposit | None,
) -> CashDestination:
    if deposit is not None:
        _refuse_wrong(deposit, cash, day, at)
        return CashDestination.BANK
    held = connection.scalar(select(func.sum(CashDay.cash)).where(CashDay.community == community, *_IN_TRANSIT))
    destination = where_cash_goes(cash, held or ZERO, at, policy, calendar)
    if destination is CashDestination.BANK:
        raise LedgerRefusedError("deposit_first", f"银行尚在营业:请先把现金 {cash} 元存行,再填回单号日结")
    return destination


def _refuse_wrong(deposit: Deposit, cash: Decimal, day: date, at: datetime) -> None:
    """All of the cash is paid in, nothing is kept back or paid out of it 坐支."""
    if deposit.amount != cash:
        raise LedgerRefusedError("not_all_banked", f"存款须为全部现金 {cash} 元,不得坐支")
    if not deposit.at <= at or deposit.at.astimezone(at.tzinfo).date() < day:
        raise LedgerRefusedError("bad_deposit_time", "存款时间应在收款当日之后、现在之前")


def _post_banking(  # noqa: PLR0917 - the slip, the bank's reference, who and when
    connection: Connection, personal: PersonalDataCipher, row: Row[Any], reference: str, actor: Actor, at: datetime
) -> None:
    """Post cash on hand to the bank, each book's own; what no payment explains is the management book's.

    What was reversed after the count was in it and goes to the bank like the rest: it was given back from there.
    """
    out_of_the_till = exists().where(
        Posting.entry == Payment.reversal, Posting.ledger_account == PaymentMethod.CASH.into
    )
    rows = connection.execute(
        select(JournalEntry.book, func.sum(Payment.amount))
        .join(Payment, Payment.entry == JournalEntry.id)
        .join(Shift, Shift.id == Payment.shift)
        .where(
            Shift.community == row.community,
            Shift.slip == row.slip,
            Payment.method == PaymentMethod.CASH,
            ~out_of_the_till,
            JournalEntry.book != Book.MANAGEMENT,
        )
        .group_by(JournalEntry.book)
    )
    amounts = {Book(book): amount for book, amount in rows}
    amounts[Book.MANAGEMENT] = row.cash - sum(amounts.values(), ZERO)
    entries = [
        post(
            connection,
            personal,
            NewEntry(
                community=row.community,
                key=f"bank:{row.slip}:{book}",
                book=book,
                kind=EntryKind.BANKING,
                on_day=at.date(),
                at=at,
                actor=actor,
                source=row.slip,
                legs=banked(amount),
            ),
        )
        for book, amount in amounts.items()
        if amount
    ]
    connection.execute(
        update(CashDay)
        .where(*_is(row.community, row.slip))
        .values(bank_reference=reference, banked_at=at, entry=entries[-1] if entries else None)
    )


def _last_slip(connection: Connection, community: str, day: date) -> DayClosing:
    slips = slips_of(connection, community, day)
    if not slips:
        raise LedgerRefusedError("nothing_to_close", "当日没有当班,无需日结")
    return slips[-1]


def _locked(connection: Connection, community: str, slip: str) -> Row[Any]:
    row = connection.execute(select(table_of(CashDay)).where(*_is(community, slip)).with_for_update()).one_or_none()
    if row is None:
        raise LedgerRefusedError("unknown_slip", "没有这张缴款单:请核对单号")
    return row


def _is(community: str, slip: str) -> tuple[Any, Any]:
    return CashDay.community == community, CashDay.slip == slip


def _closing(row: Row[Any]) -> DayClosing:
    return DayClosing(
        slip=row.slip,
        day=row.day,
        cash=row.cash,
        totals=row.totals,
        destination=CashDestination(row.destination),
        bank_reference=row.bank_reference,
        banked_at=row.banked_at,
        closed_by=row.closed_by,
        received_by=row.received_by,
    )
