"""Notify 通知: tell one recipient by the first channel that takes it, at most once by each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.connections.settings import Settings
from activities.connections.signs_of_life import signs_of_life
from activities.notifications.by_hand import ask_to_tell
from activities.notifications.channels import (
    Addressee,
    Answer,
    AnswerLostError,
    Channel,
    ChannelName,
    OutgoingMessage,
    ProviderBusyError,
    ProviderRefusedError,
)
from activities.notifications.claims import NotificationStatus, claim, leave_in_inbox, message_id, store_answer
from activities.notifications.directory import Directory, DirectorySnapshot
from activities.notifications.mail import Mail
from activities.notifications.recipients import addressee_of, emergency_addressee, staff_addressee, surname_of
from activities.notifications.signed_webhook import SignedWebhook
from activities.notifications.texts import Cause, Text, render
from activities.notifications.wecom_robot import WecomRobot
from workflows.messages.identifiers import Activity
from workflows.messages.notices import Notice, NoticeOutcome, RecipientKind

_log = structlog.get_logger(__name__)

ATTEMPTS_BY_A_CHANNEL: Final = 3
"""How often a channel that is busy is tried before the next one; an emergency does not wait for it at all."""
_TAKEN: Final = (NotificationStatus.ACCEPTED, NotificationStatus.DELIVERED)


@dataclass(frozen=True)
class _Telling:
    """One notice with all that was found out for it."""

    notice: Notice
    addressee: Addressee
    text: Text = field(repr=False)

    def by(self, channel: ChannelName) -> OutgoingMessage:
        notice = self.notice
        return OutgoingMessage(
            id=message_id(notice, channel),
            case=notice.case,
            community=notice.community,
            event=notice.event,
            addressee=self.addressee,
            subject=self.text.subject,
            body=self.text.body,
            at=notice.at,
        )


class Notifications:
    """The activity and its channels, in the order of the settings."""

    def __init__(self, db: Database, settings: Settings) -> None:
        """Raise ``SettingsError`` for channels that are set up wrongly."""
        self._db = db
        self._snapshot = DirectorySnapshot(db)
        self._contacts = settings.emergency_contacts
        self._channels = tuple(channels_of(settings))

    async def keep_directory_fresh(self) -> None:
        """Keep the directory for emergencies in memory, for as long as the task lives; a worker runs it beside."""
        await self._snapshot.keep_fresh()

    def refresh_directory(self) -> None:
        """Read the directory for emergencies now."""
        self._snapshot.refresh()

    @activity.defn(name=Activity.NOTIFY, no_thread_cancel_exception=True)
    def notify(self, notice: Notice) -> NoticeOutcome:
        """Tell the recipient; the outcome names the channel that took it, or the one whose answer was lost.

        ``inbox`` for a customer means a task for the steward. Raises ``ApplicationError``, always to be
        retried: ``records_unavailable`` (nothing is sent without a claim, except an emergency),
        ``record_not_yet_written``, ``channel_busy``, ``facts_missing``, ``emergency_not_sent``.
        """
        with signs_of_life():
            return self._told(notice)

    def _told(self, notice: Notice) -> NoticeOutcome:
        try:
            outcome = self._tell(notice)
        except SQLAlchemyError as error:
            _log.warning("notification_without_records", error=type(error).__name__, emergency=notice.emergency)
            if notice.emergency and notice.recipient.kind is not RecipientKind.CUSTOMER:
                return self._tell_from_memory(notice)
            raise ApplicationError("数据库暂不可用,恢复后再发送通知", type="records_unavailable") from None
        _log.info(
            "notified", case=notice.case, notice=notice.event, channel=outcome.channel, status=outcome.status
        )  # fmt: skip
        return outcome

    # With records

    def _tell(self, notice: Notice) -> NoticeOutcome:
        telling = self._prepared(notice)
        tried: list[str] = []
        for channel in self._reaching(telling):
            tried.append(channel.name)
            status = self._through(channel, telling)
            if status in _TAKEN:
                return NoticeOutcome(channel=channel.name, status=status, tried=tuple(tried))
            if status is NotificationStatus.UNKNOWN and not notice.emergency:
                ask_to_tell(self._db, notice, telling.text, "unknown", self._snapshot.recent(notice.community))
                return NoticeOutcome(channel=channel.name, status=status, tried=tuple(tried))
        if telling.addressee.staff:
            status = leave_in_inbox(self._db, notice, telling.by(ChannelName.INBOX))
        else:  # a customer, or somebody who is not there, has no inbox and is told by hand
            cause: Cause = "failed" if tried else "no_channel"
            status = ask_to_tell(self._db, notice, telling.text, cause, self._snapshot.recent(notice.community))
        return NoticeOutcome(channel=ChannelName.INBOX, status=status, tried=(*tried, ChannelName.INBOX))

    def _prepared(self, notice: Notice) -> _Telling:
        directory = self._snapshot.recent(notice.community)
        addressee = addressee_of(self._db, notice, directory)
        return self._written(notice, addressee, directory)

    def _written(self, notice: Notice, addressee: Addressee, directory: Directory | None) -> _Telling:
        technician = notice.facts.get("technician", "")
        surname = surname_of(self._db.personal, technician, directory) if directory else ""
        name = directory.name if directory else notice.community
        return _Telling(notice, addressee, render(notice, addressee.language, name, surname))

    def _reaching(self, telling: _Telling) -> Iterator[Channel]:
        community, addressee = telling.notice.community, telling.addressee
        return (channel for channel in self._channels if channel.reaches(community, addressee))

    def _through(self, channel: Channel, telling: _Telling) -> NotificationStatus:
        """Claim, hand over, store the answer; the status is that of the row."""
        notice = telling.notice
        message = telling.by(channel.name)
        claimed = claim(self._db, notice, message, channel)
        if not claimed.mine:
            return claimed.status
        last = notice.emergency or claimed.attempts >= ATTEMPTS_BY_A_CHANNEL
        status, answer = _attempt(channel, message, last=last)
        _log.info(
            "handed_over", case=notice.case, notice=notice.event, channel=channel.name, status=status, code=answer.code
        )  # fmt: skip
        status = store_answer(self._db, notice, channel.name, status, answer)
        if status is NotificationStatus.QUEUED:
            raise ApplicationError(f"{channel.name.label}暂时未能接收:{answer.code}", type="channel_busy")
        return status

    # Without records

    def _tell_from_memory(self, notice: Notice) -> NoticeOutcome:
        """Tell of an emergency without a claim, so that it may be told twice rather than not at all."""
        directory = self._snapshot.of(notice.community)
        nobody = Addressee(key=notice.recipient.key)
        addressees = [staff_addressee(self._db.personal, notice, directory) if directory else nobody]
        addressees += [emergency_addressee(notice, contact) for contact in self._contacts.get(notice.community, ())]
        tried: list[str] = []
        for addressee in addressees:
            telling = self._written(notice, addressee, directory)
            for channel in self._reaching(telling):
                tried.append(channel.name)
                status, answer = _attempt(channel, telling.by(channel.name), last=True)
                _log.warning("emergency_without_records", case=notice.case, channel=channel.name, code=answer.code)
                if status in _TAKEN:
                    return NoticeOutcome(channel=channel.name, status=status, tried=tuple(tried))
        raise ApplicationError("紧急通知没有送出:各渠道和紧急联系人均未接收,将继续重试", type="emergency_not_sent")


def channels_of(settings: Settings) -> Iterator[Channel]:
    """The channels that the settings describe, in their order, without the inbox."""
    for name in settings.notification_order:
        match ChannelName(name):
            case ChannelName.MAIL if settings.smtp is not None:
                yield Mail(settings.smtp)
            case ChannelName.WECOM if settings.wecom:
                yield WecomRobot(settings.wecom)
            case ChannelName.WEBHOOK if settings.webhook:
                yield SignedWebhook(settings.webhook)
            case _:
                continue


def _attempt(channel: Channel, message: OutgoingMessage, *, last: bool) -> tuple[NotificationStatus, Answer]:
    """Hand over once and judge what is known of it; ``last`` says that no further attempt will follow."""
    try:
        return NotificationStatus.ACCEPTED, channel.hand_over(message)
    except ProviderRefusedError as refusal:
        return NotificationStatus.FAILED, refusal.answer
    except ProviderBusyError as busy:
        return NotificationStatus.FAILED if last else NotificationStatus.QUEUED, busy.answer
    except AnswerLostError as lost:
        again = channel.knows_repeats and not last
        return NotificationStatus.QUEUED if again else NotificationStatus.UNKNOWN, lost.answer
