"""《缴费通知单》 as the stewards send them (S4 4.2.1.4; §9.11): written by hand, checked to the cent, then sent.

A notice that goes out after the month's end moves only that household's due day (F10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, select, update

from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import Bill, FeeNotice
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.people import Actor
from workflows.messages.policy import Policy
from workflows.rules.business_time import local
from workflows.rules.fee_calendar import late_dispatch_due
from workflows.rules.quarters import Quarter

BILL_NOTICE = "bill"
_NAMED: Final = 20
"""Notices that a refusal names."""


class WrittenNotice(NamedTuple):
    """A notice as the steward has written it: its number and the total on it, CNY."""

    number: str
    total: Decimal


@dataclass(frozen=True)
class NoticeSent:
    """A notice that went out, and the due day that holds for it."""

    number: str
    account: str
    due_on: date


@dataclass(frozen=True)
class NoticesSent:
    """What was sent, and the cycle that waits for it."""

    sent: tuple[NoticeSent, ...]
    cycles: frozenset[str]


def send_notices(  # noqa: PLR0917 - who sends what, when, by which rules
    connection: Connection,
    community: str,
    written: Sequence[WrittenNotice],
    actor: Actor,
    at: datetime,
    policy: Policy,
    calendar: WorkingCalendar,
    areas: frozenset[str] | None = None,
) -> NoticesSent:
    """Send the notices, all or none; one that was sent before stays as it was.

    ``areas`` are those that the sender looks after, None for any. Raises :class:`LedgerRefusedError`:
    ``unknown_notice``, ``not_your_area``, ``amount_differs`` (CYC-12).
    """
    day = local(at, policy.calendar.tz).date()
    rows = {
        row.number: row
        for row in connection.execute(
            select(
                FeeNotice.number, FeeNotice.account, FeeNotice.total, FeeNotice.steward_area, FeeNotice.sent_at,
                FeeNotice.lines, FeeNotice.case,
            )
            .where(
                FeeNotice.community == community,
                FeeNotice.kind == BILL_NOTICE,
                FeeNotice.number.in_([one.number for one in written]),
            )
            .order_by(FeeNotice.number)
            .with_for_update()
        )
    }  # fmt: skip
    _refuse_wrong(written, rows, areas)
    bills = _bills_of(connection, community, [str(row.lines[0]["bill"]) for row in rows.values()])
    sent = []
    for one in written:
        row = rows[one.number]
        bill = bills[str(row.lines[0]["bill"])]
        if row.sent_at is not None:
            sent.append(NoticeSent(one.number, bill.account, bill.due_on))
        else:
            sent.append(_send(connection, community, one.number, bill, actor, at, day, policy, calendar))
    return NoticesSent(tuple(sent), frozenset(str(row.case) for row in rows.values()))


def _refuse_wrong(
    written: Sequence[WrittenNotice], rows: Mapping[str, Row[*tuple[Any, ...]]], areas: frozenset[str] | None
) -> None:
    """Refuse the batch if anything is wrong with it, and name every notice that is: a batch is never half sent."""
    unknown = [one.number for one in written if one.number not in rows]
    if unknown:
        raise LedgerRefusedError("unknown_notice", f"没有编号为{'、'.join(unknown[:_NAMED])}的缴费通知单")
    foreign = [one.number for one in written if areas is not None and rows[one.number].steward_area not in areas]
    if foreign:
        raise LedgerRefusedError("not_your_area", f"通知单{'、'.join(foreign[:_NAMED])}不在您负责的片区")
    differing = [one.number for one in written if one.total != rows[one.number].total]
    if differing:
        numbers = "、".join(differing[:_NAMED])
        raise LedgerRefusedError("amount_differs", f"通知单{numbers}填写金额与应收明细表不符,不能派发:请核对后重写")


def _bills_of(connection: Connection, community: str, numbers: Sequence[str]) -> dict[str, Row[*tuple[Any, ...]]]:
    """The bills that the notices are of, by number."""
    asked = select(Bill.number, Bill.due_on, Bill.period, Bill.account)
    found = connection.execute(asked.where(Bill.community == community, Bill.number.in_(numbers)))
    return {row.number: row for row in found}


def _send(  # noqa: PLR0917 - one notice with all that decides its due day
    connection: Connection,
    community: str,
    notice: str,
    bill: Row[*tuple[Any, ...]],
    actor: Actor,
    at: datetime,
    day: date,
    policy: Policy,
    calendar: WorkingCalendar,
) -> NoticeSent:
    due_on = bill.due_on
    if day > Quarter.parse(bill.period).previous.last_day:
        due_on = late_dispatch_due(due_on, day, policy.fee, calendar, policy.calendar.customer_roll)
    connection.execute(
        update(FeeNotice)
        .where(FeeNotice.community == community, FeeNotice.number == notice)
        .values(sent_at=at, sent_by=actor.code, written_by=actor.code)
    )
    connection.execute(
        update(Bill).where(Bill.community == community, Bill.number == bill.number).values(sent_on=day, due_on=due_on)
    )
    return NoticeSent(notice, bill.account, due_on)
