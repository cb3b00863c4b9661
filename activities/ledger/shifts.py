"""Shifts at the cash desk 当班与过账: opened, counted by method, closed; a difference has its slip (§9.7, §9.11).

A shift takes money in until it is closed. What the system holds and what was counted is compared method by method; a
difference 长款/短款 closes the shift only when a second person has approved it, and is posted then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, post
from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import Payment, Shift, ShiftCount
from activities.records.sealing import seal_columns, table_of
from workflows.messages.ledger import Book, EntryKind, PaymentMethod
from workflows.messages.people import Actor, Role
from workflows.rules.amounts import ZERO
from workflows.rules.postings import cash_differs

SUPERVISORS: Final = frozenset({Role.CS_SUPERVISOR, Role.SITE_MANAGER, Role.COMPANY_MANAGER})
"""Who approves a difference or a void receipt: the cashier's superiors (§1.1)."""


@dataclass(frozen=True)
class MethodCount:
    """过账 of one method: CNY booked and counted; ``variance`` = counted − booked."""

    method: PaymentMethod
    booked: Decimal
    counted: Decimal
    variance: Decimal


@dataclass(frozen=True)
class ShiftStanding:
    """How a shift stands. ``awaits_approval`` while its slip 长款/短款 waits for another person."""

    shift: int
    staff: str
    day: date
    opened_at: datetime
    closed_at: datetime | None
    slip: str
    counts: tuple[MethodCount, ...]
    awaits_approval: bool


def open_shift(connection: Connection, community: str, staff: str, day: date, at: datetime) -> int:
    """Open the person's shift 接班 on a local day and return its id; the open one of the day is given again.

    Raises :class:`LedgerRefusedError`: ``earlier_shift_open``.
    """
    opening = (
        upsert(Shift)
        .values(community=community, staff=staff, day=day, opened_at=at)
        .on_conflict_do_nothing()
        .returning(Shift.id)
    )
    opened = connection.scalar(opening)
    if opened is not None:
        return opened
    there = connection.execute(
        select(Shift.id, Shift.day).where(Shift.community == community, Shift.staff == staff, Shift.closed_at.is_(None))
    ).one()
    if there.day != day:
        raise LedgerRefusedError("earlier_shift_open", f"{there.day} 的当班尚未过账:请先清点、关闭该班")
    return int(there.id)


def open_shift_of(connection: Connection, community: str, staff: str) -> int | None:
    """The person's open shift, None without one. It cannot be closed until the caller's transaction has ended."""
    return connection.scalar(
        select(Shift.id)
        .where(Shift.community == community, Shift.staff == staff, Shift.closed_at.is_(None))
        .with_for_update(read=True)
    )


def required_shift(connection: Connection, community: str, staff: str) -> int:
    """As :func:`open_shift_of`; raises :class:`LedgerRefusedError` (``no_open_shift``) without one."""
    shift = open_shift_of(connection, community, staff)
    if shift is None:
        raise LedgerRefusedError("no_open_shift", "没有打开的当班:请先开班再收款")
    return shift


def count_shift(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    shift: int,
    counted: Mapping[PaymentMethod, Decimal],
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> ShiftStanding:
    """Compare by method and close the shift, or leave it waiting for the approval of its difference.

    Counted again, an open shift's count is replaced. Raises :class:`LedgerRefusedError`: ``unknown_shift``,
    ``not_your_shift``, ``count_missing`` (a method that the system holds was not counted), ``slip_reason_required``.
    """
    row = _locked(connection, community, shift)
    if actor.role is Role.CASHIER and actor.code != row.staff:
        raise LedgerRefusedError("not_your_shift", "只能清点自己的当班;代为清点请由财务办理")
    if row.closed_at is not None:
        return shift_standing(connection, community, shift)
    booked = booked_on(connection, community, shift)
    missing = [method.label for method, amount in booked.items() if amount and method not in counted]
    if missing:
        raise LedgerRefusedError("count_missing", f"尚未清点:{'、'.join(missing)}")
    counts = [_compared(method, booked, counted) for method in PaymentMethod if method in booked or method in counted]
    differs = any(count.variance for count in counts)
    if differs and not reason.strip():
        raise LedgerRefusedError("slip_reason_required", "实点与系统不符:请填写长款/短款原因,交主管审批")
    _keep_counts(connection, personal, row, counts, actor, reason)
    if not differs:
        _close(connection, shift, at)
    return shift_standing(connection, community, shift)


def approve_difference(
    connection: Connection,
    personal: PersonalDataCipher,
    *,
    community: str,
    shift: int,
    approver: Actor,
    at: datetime,
) -> ShiftStanding:
    """长款/短款审批 by a superior who is neither the cashier nor who counted: posts the difference, closes the shift.

    Raises :class:`LedgerRefusedError`: ``unknown_shift``, ``nothing_to_approve``, ``beyond_authority``,
    ``own_difference``, ``count_overtaken`` (money came in after the count).
    """
    row = _locked(connection, community, shift)
    counts = connection.execute(select(table_of(ShiftCount)).where(ShiftCount.shift == shift)).all()
    if row.closed_at is not None and approver.code in {count.approved_by for count in counts}:
        return shift_standing(connection, community, shift)
    if row.closed_at is not None or not counts:
        raise LedgerRefusedError("nothing_to_approve", "该班没有待审批的长款/短款")
    if approver.role not in SUPERVISORS:
        raise LedgerRefusedError("beyond_authority", "长款/短款须由客服主管或管理处经理审批")
    if approver.code in {row.staff, *(count.counted_by for count in counts)}:
        raise LedgerRefusedError("own_difference", "长款/短款须由当班人、清点人以外的人审批")
    booked = booked_on(connection, community, shift)
    held = {PaymentMethod(count.method): count.booked for count in counts}
    if any(booked.get(method, ZERO) != held.get(method, ZERO) for method in PaymentMethod):
        raise LedgerRefusedError("count_overtaken", "清点之后又有收款:请重新清点")
    for count in counts:
        if count.variance:
            _post_difference(connection, personal, row, count, approver, at)
    _close(connection, shift, at)
    return shift_standing(connection, community, shift)


def booked_on(connection: Connection, community: str, shift: int) -> dict[PaymentMethod, Decimal]:
    """What the system holds of a shift by method, CNY; a payment that was reversed does not count."""
    rows = connection.execute(
        select(Payment.method, func.sum(Payment.amount))
        .where(Payment.community == community, Payment.shift == shift, Payment.reversed_at.is_(None))
        .group_by(Payment.method)
    )
    return {PaymentMethod(method): amount for method, amount in rows}


def shift_standing(connection: Connection, community: str, shift: int) -> ShiftStanding:
    """How the shift stands. Raises :class:`LedgerRefusedError` (``unknown_shift``)."""
    row = connection.execute(
        select(table_of(Shift)).where(Shift.community == community, Shift.id == shift)
    ).one_or_none()
    return _standing(connection, row or _unknown())


def shifts_of(connection: Connection, community: str, day: date) -> tuple[ShiftStanding, ...]:
    """Every shift of a day, in the order in which they were opened."""
    rows = connection.execute(
        select(table_of(Shift)).where(Shift.community == community, Shift.day == day).order_by(Shift.id)
    ).all()
    return tuple(_standing(connection, row) for row in rows)


def _standing(connection: Connection, row: Row[Any]) -> ShiftStanding:
    counted = connection.execute(
        select(ShiftCount.method, ShiftCount.booked, ShiftCount.counted, ShiftCount.variance).where(
            ShiftCount.shift == row.id
        )
    ).all()
    counts = {PaymentMethod(each.method): each for each in counted}
    return ShiftStanding(
        shift=row.id,
        staff=row.staff,
        day=row.day,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        slip=row.slip,
        counts=tuple(
            MethodCount(method, counts[method].booked, counts[method].counted, counts[method].variance)
            for method in PaymentMethod
            if method in counts
        ),
        awaits_approval=row.closed_at is None and bool(counts),
    )


def _locked(connection: Connection, community: str, shift: int) -> Row[Any]:
    row = connection.execute(
        select(table_of(Shift)).where(Shift.community == community, Shift.id == shift).with_for_update()
    ).one_or_none()
    return row or _unknown()


def _unknown() -> Row[Any]:
    raise LedgerRefusedError("unknown_shift", "没有这个当班:请核对班次号")


def _compared(
    method: PaymentMethod, booked: Mapping[PaymentMethod, Decimal], counted: Mapping[PaymentMethod, Decimal]
) -> MethodCount:
    held, found = booked.get(method, ZERO), counted.get(method, ZERO)
    return MethodCount(method, held, found, found - held)


def _keep_counts(  # noqa: PLR0917 - the counts of a shift, who made them and why they differ
    connection: Connection,
    personal: PersonalDataCipher,
    row: Row[Any],
    counts: Sequence[MethodCount],
    actor: Actor,
    reason: str,
) -> None:
    connection.execute(delete(ShiftCount).where(ShiftCount.shift == row.id))
    for count in counts:
        values = {
            "shift": row.id,
            "method": count.method,
            "community": row.community,
            "booked": count.booked,
            "counted": count.counted,
            "variance": count.variance,
            "counted_by": actor.code,
            "reason": reason if count.variance else "",
        }
        connection.execute(insert(ShiftCount).values(seal_columns(personal, ShiftCount, values)))


def _post_difference(  # noqa: PLR0917 - the difference of a shift, who approved it and when
    connection: Connection,
    personal: PersonalDataCipher,
    shift: Row[Any],
    count: Row[Any],
    approver: Actor,
    at: datetime,
) -> None:
    entry = post(
        connection,
        personal,
        NewEntry(
            community=shift.community,
            key=f"shift:{shift.id}:{count.method}",
            book=Book.MANAGEMENT,
            kind=EntryKind.CASH_DIFFERENCE,
            on_day=shift.day,
            at=at,
            actor=Actor(role=Role.CASHIER, code=shift.staff),
            approved_by=(approver.code,),
            source=f"shift:{shift.id}",
            legs=cash_differs(PaymentMethod(count.method), count.variance),
        ),
    )
    connection.execute(
        update(ShiftCount)
        .where(ShiftCount.shift == shift.id, ShiftCount.method == count.method)
        .values(approved_by=approver.code, entry=entry)
    )


def _close(connection: Connection, shift: int, at: datetime) -> None:
    connection.execute(update(Shift).where(Shift.id == shift).values(closed_at=at))
