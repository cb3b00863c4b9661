"""Delivery receipts 送达回执: what a provider says later of a message that it had taken."""

from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import RowMapping, case, func, select, update

from activities.connections.database import Database
from activities.notifications.by_hand import ask_to_tell
from activities.notifications.channels import ChannelName
from activities.notifications.claims import NotificationStatus
from activities.notifications.directory import read_directory
from activities.notifications.texts import Text
from activities.records.case_tables import Case, Notification
from activities.records.sealing import open_columns
from workflows.messages.notices import Notice, NoticeEvent, Recipient, to_customer, to_role, to_staff
from workflows.messages.people import Role

_log = structlog.get_logger(__name__)


class DeliveryStatus(StrEnum):
    """A receipt's word."""

    DELIVERED = "delivered"
    FAILED = "failed"


def record_receipt(db: Database, community: str, provider_id: str, status: DeliveryStatus) -> bool:
    """Store a receipt; False if the community has no message of that id. Repeats and wrong order are harmless.

    ``provider_id`` is the id under which the message was handed over (``webhook-id``, or the mail's
    ``Message-ID`` without its domain). Delivered is final: a failure reported after it changes nothing, and
    a delivery reported after a failure is believed. A failure becomes a task for a person, once.
    """
    settled = case((Notification.status == NotificationStatus.DELIVERED, Notification.status), else_=status.value)
    statement = (
        update(Notification)
        .where(
            Notification.provider_id == provider_id,
            Notification.community == community,
            Notification.channel != ChannelName.INBOX,
        )
        .values(status=settled, updated_at=func.now())
    )
    with db.begin() as connection:
        row = connection.execute(statement.returning(*Notification.__table__.columns)).mappings().one_or_none()
        if row is None:
            return False
        place = connection.execute(select(Case.unit, Case.area).where(Case.number == row["case"])).one_or_none()
    _log.info("delivery_receipt", case=row["case"], channel=row["channel"], status=row["status"])
    if row["status"] == NotificationStatus.FAILED:
        told = open_columns(db.personal, Notification, dict(row))
        notice = _notice(row, unit=place.unit if place else "", area=place.area if place else "")
        ask_to_tell(db, notice, Text(told["subject"], told["body"]), "failed", read_directory(db, community))
    return True


def _notice(row: RowMapping, **place: Any) -> Notice:
    return Notice(
        case=row["case"],
        community=row["community"],
        event=NoticeEvent(row["event"]),
        occurrence=row["occurrence"],
        recipient=_recipient(row["recipient"]),
        at=row["at"],
        **place,
    )


def _recipient(key: str) -> Recipient:
    """The recipient whose :attr:`Recipient.key` this is."""
    kind, _, name = key.partition(":")
    match kind:
        case "staff":
            return to_staff(name)
        case "role":
            return to_role(Role(name))
        case _:
            return to_customer()
