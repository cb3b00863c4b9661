"""Telling by hand 人工告知: what no channel could bring, or may not have brought, becomes a task for a person."""

from activities.connections.database import Database
from activities.notifications import texts
from activities.notifications.channels import ChannelName, OutgoingMessage
from activities.notifications.claims import NotificationStatus, leave_in_inbox, message_id
from activities.notifications.directory import Directory
from activities.notifications.recipients import who_phones
from workflows.messages.notices import Notice, NoticeEvent


def ask_to_tell(
    db: Database, notice: Notice, told: texts.Text, cause: texts.Cause, directory: Directory
) -> NotificationStatus:
    """Leave a task in the inbox of the unit's steward (for a customer) or of the desk; once a notice.

    ``told`` is what the recipient was to read; ``cause`` says why a person has to tell it.
    """
    facts = {"original_subject": told.subject, "original_body": told.body, "cause": cause}
    text = texts.render(
        notice.model_copy(update={"event": NoticeEvent.DELIVERY_FAILED, "facts": facts}), "zh_CN", directory.name
    )
    task = OutgoingMessage(
        id=message_id(notice, ChannelName.INBOX),
        case=notice.case,
        community=notice.community,
        event=notice.event,
        addressee=who_phones(db.personal, notice, directory),
        subject=text.subject,
        body=text.body,
        at=notice.at,
    )
    return leave_in_inbox(db, notice, task)
