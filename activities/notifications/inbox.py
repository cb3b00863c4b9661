"""Inbox 站内消息: the channel that is always there, and what a member of staff reads in it.

The row is itself the message (``claims.leave_in_inbox``), so there is nobody to hand it to. A customer has no
inbox: what no channel could bring to a customer lies here as a task for whoever phones (``recipients.who_phones``).
"""

from collections.abc import Collection
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, func, or_, select, update

from activities.connections.database import Database
from activities.notifications.channels import ChannelName
from activities.notifications.claims import NotificationStatus
from activities.records.case_tables import Notification
from activities.records.sealing import open_columns

_VISIBLE = (NotificationStatus.ACCEPTED, NotificationStatus.DELIVERED)


class InboxMessage(BaseModel):
    """One message as a member of staff reads it. Personal data: ``subject``, ``body``.

    ``recipient`` is the notice's, so ``customer`` marks a task to phone. ``staff`` is empty for a message to
    whoever looks. ``at`` is business time, ``read_at`` the machine's.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    community: str
    case: str
    event: str
    recipient: str
    staff: str
    subject: str
    body: str
    at: datetime
    read_at: datetime | None


class InboxPage(BaseModel):
    """Messages, newest first; ``next_cursor`` asks for the older ones, None when there are none."""

    model_config = ConfigDict(frozen=True)

    messages: tuple[InboxMessage, ...]
    next_cursor: int | None


def list_inbox(
    db: Database,
    communities: Collection[str],
    staff: str | None = None,
    *,
    unread_only: bool = False,
    cursor: int | None = None,
    limit: int = 50,
) -> InboxPage:
    """Return the messages in these communities: of one member of staff and of whoever looks, or all for None."""
    mine = _scoped(select(Notification), communities, staff).order_by(Notification.id.desc()).limit(limit + 1)
    if unread_only:
        mine = mine.where(Notification.read_at.is_(None))
    if cursor is not None:
        mine = mine.where(Notification.id < cursor)
    with db.begin() as connection:
        rows = [
            open_columns(db.personal, Notification, dict(row))
            for row in connection.execute(mine.with_only_columns(*Notification.__table__.columns)).mappings()
        ]
    messages = tuple(InboxMessage.model_validate(row) for row in rows[:limit])
    return InboxPage(messages=messages, next_cursor=messages[-1].id if len(rows) > limit else None)


def mark_read(db: Database, communities: Collection[str], staff: str, message: int) -> bool:
    """Note that ``staff`` has read the own message, or one to whoever looks; the first time counts.

    False if there is none in this scope: nobody reads a message for somebody else.
    """
    readable = _scoped(select(Notification.id), communities, staff).where(Notification.id == message)
    with db.begin() as connection:
        found = connection.execute(
            update(Notification)
            .where(Notification.id.in_(readable))
            .values(
                status=NotificationStatus.DELIVERED,
                read_at=func.coalesce(Notification.read_at, func.now()),
                updated_at=func.now(),
            )
        )
        return found.rowcount == 1


def _scoped(query: Select, communities: Collection[str], staff: str | None) -> Select:  # type: ignore[type-arg]
    query = query.where(
        Notification.channel == ChannelName.INBOX,
        Notification.status.in_(_VISIBLE),
        Notification.community.in_(communities),
    )
    return query if staff is None else query.where(or_(Notification.staff == staff, Notification.staff == ""))
