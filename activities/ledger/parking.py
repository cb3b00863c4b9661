"""The car park's daily hand-in 停车场交账 (S4 4.6; §9.8): the attendant hands in, the cashier checks and takes over.

Tickets due, cash received and free passes are the cashier's own figures after the check; what the attendant had
declared stays beside them. A shortage stays on the attendant's shift; nobody's income is made up for it.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.direct_income import Taking, take_in
from activities.ledger.journal import lock_key
from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import ParkingDay, Payment
from activities.records.community_tables import Post
from activities.records.sealing import table_of
from workflows.messages.ledger import FeeItem, PaymentMethod
from workflows.messages.people import Actor, Role
from workflows.rules.amounts import ZERO, to_cents
from workflows.rules.cash_desk import share_received
from workflows.rules.postings import direct_income


@dataclass(frozen=True)
class ParkingFigures:
    """车票 sold, CNY due for them and received in cash; ``free_passes`` are authorised and due nothing."""

    tickets: int
    due: Decimal
    received: Decimal
    free_passes: int = 0


@dataclass(frozen=True)
class HandIn:
    """交账 of a day: ``rate`` is received over due, None where nothing was due; ``checked_by`` "" while it waits.

    ``target_met`` is whether everything that was due was received: 收费率 100 % (S4 4.6). ``declared`` is what the
    attendant said, None where he said nothing; ``difference`` is the cash that was counted less what he declared.
    """

    day: date
    attendant: str
    figures: ParkingFigures
    shortage: Decimal
    rate: Decimal | None
    target_met: bool
    checked_by: str
    declared: ParkingFigures | None
    difference: Decimal | None


def hand_in(
    connection: Connection,
    *,
    community: str,
    key: str,
    day: date,
    attendant: str,
    figures: ParkingFigures,
    at: datetime,
) -> HandIn:
    """交账 by the attendant; it waits for the cashier's check, and until then the later figures hold.

    Raises :class:`LedgerRefusedError`: ``day_in_future``, ``invalid_amount``, ``checked_already``.
    """
    _refuse_wrong(day, figures, at)
    lock_key(connection, community, f"parking:{day}:{attendant}")
    there = _row(connection, community, day, attendant)
    if there is not None and there.checked_by and (_declared(there) or _figures(there)) != figures:
        raise LedgerRefusedError("checked_already", "当日停车交账已由收银员核对,不能再改")
    if there is None or not there.checked_by:
        _keep(connection, community, key, day, attendant, figures, at, declared=figures)
    return hand_in_of(connection, community, day, attendant)


def check_hand_in(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    key: str,
    body_digest: str,
    day: date,
    attendant: str,
    figures: ParkingFigures,
    cashier: Actor,
    at: datetime,
) -> HandIn:
    """核对 of tickets, system and cash by a cashier, who takes the cash into the own shift (PKG-01).

    Raises :class:`LedgerRefusedError`: ``two_persons``, ``unknown_attendant``, ``checked_already``, ``day_in_future``,
    ``invalid_amount``, ``no_open_shift``, ``payment_reversed``.
    """
    _refuse_wrong(day, figures, at)
    if cashier.code == attendant:
        raise LedgerRefusedError("two_persons", "停车交账须由车管员以外的收银员核对")
    lock_key(connection, community, f"parking:{day}:{attendant}")
    there = _row(connection, community, day, attendant)
    if there is None and not _is_attendant(connection, community, attendant, day):
        raise LedgerRefusedError("unknown_attendant", "本项目当日没有这个工号的车管员:请核对工号")
    if there is not None and there.checked_by:
        if (there.checked_by, _figures(there)) != (cashier.code, figures):
            raise LedgerRefusedError("checked_already", "当日停车交账已核对入账:如有差错请财务部更正")
        return hand_in_of(connection, community, day, attendant)
    entry = _take_over(connection, personal, community, key, body_digest, figures.received, cashier, at)
    _keep(connection, community, key, day, attendant, figures, at, checked_by=cashier.code, entry=entry)
    return hand_in_of(connection, community, day, attendant)


def wait_for_check_again(connection: Connection, community: str, entry: int) -> None:
    """The check that was booked by an entry was wrong and is reversed: the day is as it was before it."""
    row = connection.execute(
        select(table_of(ParkingDay))
        .where(ParkingDay.community == community, ParkingDay.entry == entry)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return
    before = _declared(row) or _figures(row)
    values = {"checked_by": "", "entry": None, "shortage": before.due - before.received, **asdict(before)}
    connection.execute(
        update(ParkingDay)
        .where(ParkingDay.community == community, ParkingDay.day == row.day, ParkingDay.attendant == row.attendant)
        .values(values)
    )


def hand_in_of(connection: Connection, community: str, day: date, attendant: str) -> HandIn:
    """The attendant's hand-in of a day. Raises :class:`LedgerRefusedError` (``unknown_hand_in``)."""
    row = _row(connection, community, day, attendant)
    if row is None:
        raise LedgerRefusedError("unknown_hand_in", "该车管员当日没有交账")
    return _as_hand_in(row)


def hand_ins_of(connection: Connection, community: str, day: date) -> tuple[HandIn, ...]:
    """Every hand-in of a day."""
    rows = connection.execute(
        select(table_of(ParkingDay))
        .where(ParkingDay.community == community, ParkingDay.day == day)
        .order_by(ParkingDay.attendant)
    ).all()
    return tuple(_as_hand_in(row) for row in rows)


def _take_over(  # noqa: PLR0917 - the cash, by which key, who and when
    connection: Connection,
    personal: PersonalDataCipher,
    community: str,
    key: str,
    body_digest: str,
    received: Decimal,
    cashier: Actor,
    at: datetime,
) -> int | None:
    if received == ZERO:
        return None
    number = take_in(
        connection,
        personal,
        Taking(
            community=community,
            key=key,
            body_digest=body_digest,
            amount=received,
            method=PaymentMethod.CASH,
            legs=direct_income(FeeItem.PARKING, PaymentMethod.CASH, received),
            at=at,
            actor=cashier,
        ),
    )
    taken = connection.execute(
        select(Payment.entry, Payment.reversed_at).where(Payment.community == community, Payment.number == number)
    ).one()
    if taken.reversed_at is not None:  # the first check's request, come again late
        raise LedgerRefusedError("payment_reversed", "该次核对已冲回:请重新核对")
    return int(taken.entry)


def _keep(  # noqa: PLR0917 - the columns of a hand-in, in their order
    connection: Connection,
    community: str,
    key: str,
    day: date,
    attendant: str,
    figures: ParkingFigures,
    at: datetime,
    *,
    checked_by: str = "",
    entry: int | None = None,
    declared: ParkingFigures | None = None,
) -> None:
    """What was declared stays where a check says nothing of it."""
    found = {
        "tickets": figures.tickets,
        "due": figures.due,
        "received": figures.received,
        "free_passes": figures.free_passes,
        "shortage": figures.due - figures.received,
        "checked_by": checked_by,
        "at": at,
        "key": key,
        "entry": entry,
        **({} if declared is None else _as_declared(declared)),
    }
    connection.execute(
        insert(ParkingDay)
        .values(community=community, day=day, attendant=attendant, **found)
        .on_conflict_do_update(index_elements=["community", "day", "attendant"], set_=found)
    )


def _refuse_wrong(day: date, figures: ParkingFigures, at: datetime) -> None:
    if day > at.date():
        raise LedgerRefusedError("day_in_future", "交账日期不能晚于今天")
    amounts = (figures.due, figures.received)
    negative = min(amounts) < 0 or min(figures.tickets, figures.free_passes) < 0
    if negative or any(each != to_cents(each) for each in amounts):
        raise LedgerRefusedError("invalid_amount", "张数和金额不能小于0,金额最多两位小数")


def _is_attendant(connection: Connection, community: str, staff: str, day: date) -> bool:
    held = select(Post.id).where(
        Post.community == community,
        Post.staff == staff,
        Post.role == Role.PARKING_ATTENDANT,
        Post.since <= day,
        Post.until.is_(None) | (Post.until > day),
    )
    return connection.scalar(held.limit(1)) is not None


def _row(connection: Connection, community: str, day: date, attendant: str) -> Row[Any] | None:
    return connection.execute(
        select(table_of(ParkingDay)).where(
            ParkingDay.community == community, ParkingDay.day == day, ParkingDay.attendant == attendant
        )
    ).one_or_none()


def _figures(row: Row[Any]) -> ParkingFigures:
    return ParkingFigures(row.tickets, row.due, row.received, row.free_passes)


def _declared(row: Row[Any]) -> ParkingFigures | None:
    if row.declared_received is None:
        return None
    return ParkingFigures(row.declared_tickets, row.declared_due, row.declared_received, row.declared_free_passes)


def _as_declared(figures: ParkingFigures) -> dict[str, Decimal | int]:
    return {
        "declared_tickets": figures.tickets,
        "declared_due": figures.due,
        "declared_received": figures.received,
        "declared_free_passes": figures.free_passes,
    }


def _as_hand_in(row: Row[Any]) -> HandIn:
    declared = _declared(row)
    return HandIn(
        day=row.day,
        attendant=row.attendant,
        figures=_figures(row),
        shortage=row.shortage,
        rate=share_received(row.received, row.due),
        target_met=row.shortage <= ZERO,
        checked_by=row.checked_by,
        declared=declared,
        difference=None if declared is None else row.received - declared.received,
    )
