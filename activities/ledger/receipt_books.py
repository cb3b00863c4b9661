"""Receipt books 收据本 (§9.7, §9.11): consecutive numbers, handed to a cashier; each is used once or not yet.

What is handed in with the month's report is read off here: used, void and unused numbers. A number that a book has
given and of which there is no receipt is missing, and blocks the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select, text, update
from sqlalchemy.dialects.postgresql import insert

from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import ReceiptBook
from activities.records.community_tables import Community
from activities.records.sealing import table_of
from workflows.messages.cash_desk import ReceiptState
from workflows.rules.duty import DUTY_ZONE

_DIGITS: Final = 7


@dataclass(frozen=True)
class BookHandIn:
    """交回 of one book: its numbers issued in a month by state, those not used yet, and those that are missing."""

    book: str
    holder: str
    used: tuple[int, ...]
    void: tuple[int, ...]
    red: tuple[int, ...]
    unused_from: int
    unused_to: int
    missing: tuple[int, ...]


def spelled_receipt(number: int) -> str:
    """A receipt's number as it is printed, such as 0001234."""
    return f"{number:0{_DIGITS}}"


def open_book(  # noqa: PLR0917 - the columns of a book, in their order
    connection: Connection, community: str, code: str, first: int, last: int, holder: str, at: datetime
) -> None:
    """Register a book of the numbers ``first`` to ``last`` and hand it to a cashier; registered again it is there.

    Raises :class:`LedgerRefusedError`: ``bad_numbers``, ``book_exists``, ``numbers_taken`` (another book has them).
    """
    if not 0 < first <= last:
        raise LedgerRefusedError("bad_numbers", "收据起止号有误:起号应大于0,且不大于止号")
    # one book at a time, so that two books can never hold the same number
    connection.execute(select(Community.code).where(Community.code == community).with_for_update(key_share=True))
    books = connection.execute(select(table_of(ReceiptBook)).where(ReceiptBook.community == community)).all()
    same = next((book for book in books if book.code == code), None)
    if same is not None:
        if (same.first, same.last) != (first, last):
            raise LedgerRefusedError("book_exists", "该收据本号已登记为别的号段:请核对本号")
        return
    if any(first <= book.last and book.first <= last for book in books):
        raise LedgerRefusedError("numbers_taken", "号段与已登记的收据本重叠:收据号只能使用一次")
    connection.execute(
        insert(ReceiptBook).values(
            community=community, code=code, first=first, last=last, next=first, holder=holder, opened_at=at
        )
    )


def hand_over_book(connection: Connection, community: str, code: str, holder: str) -> None:
    """移交: what is left of a book goes to another cashier. Raises :class:`LedgerRefusedError` (``unknown_book``)."""
    handed = connection.execute(
        update(ReceiptBook).where(ReceiptBook.community == community, ReceiptBook.code == code).values(holder=holder)
    )
    if not handed.rowcount:
        raise LedgerRefusedError("unknown_book", "没有这本收据:请核对本号")


def take_number(connection: Connection, community: str, cashier: str) -> tuple[str, int]:
    """Return the book and next number of the cashier; the book stays locked until the transaction ends.

    A number that was given is used, or given again when the transaction fails: none is skipped, none doubled. Raises
    :class:`LedgerRefusedError` (``no_receipt_book``).
    """
    book = _next_book(connection, community, cashier)
    if book is None:
        raise LedgerRefusedError("no_receipt_book", "您没有可用的收据本:请先领用收据本")
    connection.execute(
        update(ReceiptBook)
        .where(ReceiptBook.community == community, ReceiptBook.code == book.code)
        .values(next=book.next + 1)
    )
    return book.code, book.next


def _next_book(connection: Connection, community: str, cashier: str) -> Row[str, int] | None:
    return connection.execute(
        select(ReceiptBook.code, ReceiptBook.next)
        .where(
            ReceiptBook.community == community,
            ReceiptBook.holder == cashier,
            ReceiptBook.closed_at.is_(None),
            ReceiptBook.next <= ReceiptBook.last,
        )
        .order_by(ReceiptBook.first)
        .limit(1)
        .with_for_update()
    ).one_or_none()


_MISSING: Final = text(
    """
    SELECT book.code, given.number
    FROM receipt_books AS book CROSS JOIN generate_series(book.first, book.next - 1) AS given(number)
    LEFT JOIN receipts ON receipts.community = :community AND receipts.number = given.number
    WHERE book.community = :community AND book.opened_at < :until AND receipts.number IS NULL
    ORDER BY given.number
    """
)
_OF_MONTH: Final = text(
    """
    SELECT book, number, state FROM receipts
    WHERE community = :community AND issued_at >= :since AND issued_at < :until ORDER BY number
    """
)


def missing_numbers(connection: Connection, community: str, month: str, tz: str = DUTY_ZONE) -> tuple[int, ...]:
    """缺号: numbers given by books of up to the end of a month (``2026-04``) of which there is no receipt.

    A missing number blocks the month's report (§9.11).
    """
    found = connection.execute(_MISSING, {"community": community, **_bounds(month, tz)})
    return tuple(row.number for row in found)


def hand_in(connection: Connection, community: str, month: str, tz: str = DUTY_ZONE) -> tuple[BookHandIn, ...]:
    """《票据交回》 of a month, book by book: what goes to finance and the office with the report (S4 篇4.5)."""
    asked = {"community": community, **_bounds(month, tz)}
    receipts = connection.execute(_OF_MONTH, asked).all()
    missing = connection.execute(_MISSING, asked).all()
    books = connection.execute(
        select(table_of(ReceiptBook))
        .where(ReceiptBook.community == community, ReceiptBook.opened_at < asked["until"])
        .order_by(ReceiptBook.first)
    ).all()

    def numbers(book: str, *states: ReceiptState) -> tuple[int, ...]:
        return tuple(row.number for row in receipts if row.book == book and row.state in states)

    return tuple(
        BookHandIn(
            book=book.code,
            holder=book.holder,
            used=numbers(book.code, ReceiptState.ISSUED, ReceiptState.REVERSED),
            void=numbers(book.code, ReceiptState.VOID),
            red=numbers(book.code, ReceiptState.RED),
            unused_from=book.next,
            unused_to=book.last,
            missing=tuple(row.number for row in missing if row.code == book.code),
        )
        for book in books
    )


def _bounds(month: str, tz: str) -> Mapping[str, datetime]:
    """The first instants of a month and of the next one."""
    since = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZoneInfo(tz))
    return {"since": since, "until": (since + timedelta(days=31)).replace(day=1)}
