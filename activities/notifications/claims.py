"""Claims 通知登记: one row for each (case, event, occurrence, recipient, channel), taken before anything is sent.

A row of the inbox is itself the message and begins as ``accepted`` (:func:`leave_in_inbox`).

    sending ──→ accepted ──→ delivered        the provider took it; it reached the person, or was read
       │  ↑          └─────→ failed           taken, and later reported as undeliverable
       │  └── queued                          certainly not taken yet; waits for the next attempt
       ├────→ failed                          refused: another channel is tried
       └────→ unknown                         handed over, answer lost, and the receiver cannot tell repeats

A worker may die at any point. One that dies before it claims leaves nothing; one that dies later leaves
``sending``, and nobody can know whether the message went out. So a later attempt sends again only where
the receiver recognises repeats; elsewhere the row becomes ``unknown`` and a person decides.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningInsert

from activities.connections.database import Database
from activities.notifications.channels import Answer, Channel, ChannelName, OutgoingMessage
from activities.records.case_tables import Notification
from activities.records.sealing import seal_columns, table_of
from workflows.messages.notices import Notice


class NotificationStatus(StrEnum):
    """How far a message has come; see the picture above."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Claim:
    """What an attempt found. ``mine`` means: send now; this is attempt ``attempts``, counted from 1."""

    mine: bool
    status: NotificationStatus
    attempts: int


def _taking(status: NotificationStatus, again: ColumnElement[bool]) -> ReturningInsert[int]:
    """Write the row with this status, unless another attempt has it; ``again`` says when one that is there is taken."""
    statement = insert(table_of(Notification))
    return statement.on_conflict_do_update(
        index_elements=["case", "event", "occurrence", "recipient", "channel"],
        set_={
            "status": status,
            "attempts": Notification.attempts + 1,
            # who stands in may have changed since
            **{name: statement.excluded[name] for name in ("staff", "subject", "body")},
            "updated_at": func.now(),
        },
        where=again,
    ).returning(Notification.attempts)


# built once: composing a statement costs more than running it
_QUEUED: Final = Notification.status == NotificationStatus.QUEUED
_QUEUED_OR_SENDING: Final = Notification.status.in_((NotificationStatus.QUEUED, NotificationStatus.SENDING))
_CLAIM: Final = _taking(NotificationStatus.SENDING, _QUEUED)
_CLAIM_WHERE_REPEATS_ARE_KNOWN: Final = _taking(NotificationStatus.SENDING, _QUEUED_OR_SENDING)
_LEAVE: Final = _taking(NotificationStatus.ACCEPTED, _QUEUED_OR_SENDING)
_THIS: Final = and_(
    Notification.case == bindparam("its_case"),
    Notification.event == bindparam("its_event"),
    Notification.occurrence == bindparam("its_occurrence"),
    Notification.recipient == bindparam("its_recipient"),
    Notification.channel == bindparam("its_channel"),
)
_UNSETTLED: Final = Notification.status.in_((NotificationStatus.SENDING, NotificationStatus.UNKNOWN))
_GIVE_UP: Final = (
    update(table_of(Notification))
    .where(_THIS, Notification.status == NotificationStatus.SENDING)
    .values(status=NotificationStatus.UNKNOWN, updated_at=func.now())
)
_SETTLE: Final = update(table_of(Notification)).where(_THIS, _UNSETTLED).values(updated_at=func.now())
_STANDING: Final = select(Notification.status, Notification.attempts).where(_THIS)


def message_id(notice: Notice, channel: ChannelName) -> str:
    """Return the id under which a provider gets the notice: the same on every attempt, and a row's ``provider_id``."""
    key = "\n".join((notice.case, notice.event, str(notice.occurrence), notice.recipient.key, channel))
    return f"notice_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def claim(db: Database, notice: Notice, message: OutgoingMessage, channel: Channel) -> Claim:
    """Take the row for this attempt, in one transaction; only one of several attempts at once gets it."""
    statement = _CLAIM_WHERE_REPEATS_ARE_KNOWN if channel.knows_repeats else _CLAIM
    row = _row(db, notice, message, channel.name, NotificationStatus.SENDING)
    this = _key(notice, channel.name)
    with db.begin() as connection:
        attempts = connection.execute(statement, row).scalar_one_or_none()
        if attempts is not None:
            return Claim(mine=True, status=NotificationStatus.SENDING, attempts=attempts)
        # an attempt that never stored its answer: from now on nobody sends this one again
        connection.execute(_GIVE_UP, this)
        found = connection.execute(_STANDING, this).one()
        return Claim(mine=False, status=NotificationStatus(found.status), attempts=found.attempts)


def leave_in_inbox(db: Database, notice: Notice, message: OutgoingMessage) -> NotificationStatus:
    """Write the message that its reader finds in the inbox, once, and return how it stands: perhaps already read.

    The row is itself the message, so nothing is handed over that could be lost between a claim and its answer.
    """
    row = _row(db, notice, message, ChannelName.INBOX, NotificationStatus.ACCEPTED)
    with db.begin() as connection:
        if connection.execute(_LEAVE, row).scalar_one_or_none() is not None:
            return NotificationStatus.ACCEPTED
        return NotificationStatus(connection.execute(_STANDING, _key(notice, ChannelName.INBOX)).one().status)


def store_answer(
    db: Database, notice: Notice, channel: ChannelName, status: NotificationStatus, answer: Answer
) -> NotificationStatus:
    """Store what became of an attempt and return how the row stands: a receipt that came sooner is kept.

    An attempt that answers after it was given up for lost still knows better than ``unknown``.
    """
    word = seal_columns(db.personal, Notification, {"provider_word": f"{answer.code} {answer.text}".strip()[:500]})
    settled = {**_key(notice, channel), "status": status, **word}
    try:
        return _settle(db, settled)
    except DBAPIError as error:
        # PostgreSQL was away while the provider answered: what is known now would be lost with this attempt
        if not error.connection_invalidated:
            raise
        return _settle(db, settled)


def _settle(db: Database, settled: dict[str, Any]) -> NotificationStatus:
    with db.begin() as connection:
        connection.execute(_SETTLE, settled)
        return NotificationStatus(connection.execute(_STANDING, settled).one().status)


def _key(notice: Notice, channel: ChannelName) -> dict[str, Any]:
    return {
        "its_case": notice.case,
        "its_event": notice.event,
        "its_occurrence": notice.occurrence,
        "its_recipient": notice.recipient.key,
        "its_channel": channel,
    }


def _row(
    db: Database, notice: Notice, message: OutgoingMessage, channel: ChannelName, status: NotificationStatus
) -> dict[str, Any]:
    """The row as it is first written."""
    columns = {
        "case": notice.case,
        "event": notice.event,
        "occurrence": notice.occurrence,
        "recipient": notice.recipient.key,
        "channel": channel,
        "community": notice.community,
        "status": status,
        "attempts": 1,
        "staff": message.addressee.staff,
        "subject": message.subject,
        "body": message.body,
        "provider_id": message.id,
        "at": notice.at,
    }
    return seal_columns(db.personal, Notification, columns)
