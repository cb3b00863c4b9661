"""What every kind of case shares: how it opens, is acted on, answered, recorded and told of."""

from enum import StrEnum
from typing import Any, Final

from workflows.messages.attachments import AttachmentRef
from workflows.messages.clocks import Clock
from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Message, Moment
from workflows.messages.people import Actor, Role


class Channel(StrEnum):
    """How the matter came in 渠道 (``docs/domain/cases.md``; S0 4.1.1, S3, S4)."""

    FRONT_DESK = "front_desk"
    PHONE = "phone"
    PLATFORM = "platform"
    LETTER = "letter"
    SUPERIOR = "superior"
    STEWARD = "steward"
    CONTROL_ROOM = "control_room"
    HOTLINE_400 = "hotline_400"
    PATROL = "patrol"
    REVISIT = "revisit"
    SCHEDULE = "schedule"

    @property
    def label(self) -> str:
        """The Chinese term on the form."""
        return _CHANNELS[self]


_CHANNELS: Final[dict[Channel, str]] = {
    Channel.FRONT_DESK: "前台",
    Channel.PHONE: "电话",
    Channel.PLATFORM: "QQ/微信/网上平台",
    Channel.LETTER: "来函",
    Channel.SUPERIOR: "上级转办",
    Channel.STEWARD: "管家代报",
    Channel.CONTROL_ROOM: "中控室",
    Channel.HOTLINE_400: "400热线",
    Channel.PATROL: "巡查",
    Channel.REVISIT: "回访中提出",
    Channel.SCHEDULE: "按期开立",
}


class Identity(StrEnum):
    """What the reporter is to the unit 身份."""

    OWNER = "owner"
    TENANT = "tenant"
    OCCUPANT = "occupant"
    AGENT = "agent"
    VISITOR = "visitor"
    CAMPUS_USER = "campus_user"
    STAFF = "staff"

    @property
    def label(self) -> str:
        """The Chinese term on the form."""
        return _IDENTITIES[self]


_IDENTITIES: Final[dict[Identity, str]] = {
    Identity.OWNER: "业主",
    Identity.TENANT: "租户",
    Identity.OCCUPANT: "使用人",
    Identity.AGENT: "受托人",
    Identity.VISITOR: "访客",
    Identity.CAMPUS_USER: "师生",
    Identity.STAFF: "员工",
}


class Reporter(Message):
    """Who reported 报修人/投诉人. Personal data: only start and reply messages and the record hold it."""

    name: str = ""
    phone: str = ""
    mail: str = ""
    identity: Identity = Identity.OWNER


class CaseOpening(Message):
    """The header that every form begins with 单据抬头, as it was when the case was opened.

    ``received_at`` is the business instant at which the system took the message over, and with it the
    origin of the case's business time (``workflows/rules/business_time.py``). ``accepted_by`` is the
    member of staff who entered it at the desk and thereby accepted it 受理; None for a message that still
    waits to be accepted. ``unit`` is the code of a unit 房号 or public place; ``unit_verified`` is False
    for 房号待核. ``policy_version`` is the version that bound the clocks. ``entered_at`` is set for a matter entered
    afterwards 补单: then ``received_at`` is the true time of the call and business time begins at ``entered_at``.
    """

    number: str
    kind: CaseKind
    community: str
    channel: Channel
    received_at: Moment
    unit: str = ""
    unit_verified: bool = True
    area: str = ""
    reporter: Reporter = Reporter()
    description: str = ""
    policy_version: int = 0
    accepted_by: Actor | None = None
    linked: tuple[str, ...] = ()
    entered_at: Moment | None = None
    attachments: tuple[AttachmentRef, ...] = ()


class EventLine(Message):
    """One line of a case's record 记录: what changed, when, who did it and why. Append-only.

    ``sequence`` counts from 1 without a gap within the case; (case, sequence) is the key that makes
    writing it twice harmless. ``at`` is business time. ``state`` is the state after the event and
    ``state_before`` the state it found; they differ for a change of state. ``reason`` is free text and
    sealed at rest; ``facts`` are not, so they hold codes, labels and dates only.
    """

    sequence: int
    at: Moment
    event: str
    label: str
    actor: Actor
    state_before: str = ""
    state: str = ""
    reason: str = ""
    facts: dict[str, str] = {}


class ActionRequest(Message):
    """A member of staff's wish to act on a case: the one argument of every process's ``act`` update.

    ``message_id`` is also the update's id, so that a resent request returns the first answer;
    ``digest`` is the SHA-256 of the request's body, returned so that the starter can tell a resent
    request from another one under the same key. ``details`` are those of the action's own model.
    """

    action: str
    community: str
    actor: Actor
    message_id: str
    digest: str = ""
    details: dict[str, Any] = {}


class ActionResult(Message):
    """What an action led to: the new state and what the same person may do next."""

    number: str
    state: str
    state_label: str
    at: Moment
    allowed: tuple[str, ...] = ()
    digest: str = ""


class ReplyIntent(StrEnum):
    """What a customer's reply asks for 客户意见."""

    CONFIRM = "confirm"
    REJECT = "reject"
    CANCEL = "cancel"
    REOPEN = "reopen"
    COMMENT = "comment"
    RESCHEDULE = "reschedule"
    DISPUTE = "dispute"
    RATE = "rate"
    CONFIRM_QUOTE = "confirm_quote"
    DECLINE_QUOTE = "decline_quote"

    @property
    def label(self) -> str:
        """How the event line says it."""
        return _INTENTS[self]


_INTENTS: Final[dict[ReplyIntent, str]] = {
    ReplyIntent.CONFIRM: "客户确认",
    ReplyIntent.REJECT: "客户不认可",
    ReplyIntent.CANCEL: "客户取消",
    ReplyIntent.REOPEN: "客户要求返修",
    ReplyIntent.COMMENT: "客户留言",
    ReplyIntent.RESCHEDULE: "客户改约",
    ReplyIntent.DISPUTE: "客户对费用有异议",
    ReplyIntent.RATE: "客户评价",
    ReplyIntent.CONFIRM_QUOTE: "客户确认报价",
    ReplyIntent.DECLINE_QUOTE: "客户不同意报价",
}


class CustomerReply(Message):
    """What the customer said: the one argument of every process's ``reply`` signal. Personal data: text and phone.

    ``recorded_by`` is the member of staff who took it down, or the customer for a message that came by itself.
    ``appointment_at`` comes with :attr:`ReplyIntent.RESCHEDULE`, ``rating`` (1 to 5, 5 the best) with
    :attr:`ReplyIntent.RATE`. ``sender_phone`` is the telephone number that the platform vouches for, or "" where it
    knows none: a number that is not the reporter's may say what it likes, but decides nothing.
    """

    message_id: str
    community: str
    intent: ReplyIntent
    text: str = ""
    sender_phone: str = ""
    recorded_by: Actor = Actor(role=Role.CUSTOMER)
    appointment_at: Moment | None = None
    rating: int | None = None


class CaseView(Message):
    """Live answer of a process's ``view`` query: no personal data, for the page of one case."""

    number: str
    kind: CaseKind
    community: str
    unit: str
    state: str
    state_label: str
    level: str
    assignee: str
    now: Moment
    due_at: Moment | None
    breached: bool
    clocks: tuple[Clock, ...] = ()
    waiting_for: str = ""
    allowed: dict[str, tuple[str, ...]] = {}


class CaseHeader(Message):
    """The part of a record that changes as the case goes on, as of its line ``last_sequence``."""

    number: str
    kind: CaseKind
    community: str
    state: str
    state_label: str
    level: str = ""
    level_label: str = ""
    assignee: str = ""
    due_at: Moment | None = None
    breached: bool = False
    accepted_at: Moment | None = None
    accepted_by: Actor | None = None
    closed_at: Moment | None = None
    last_sequence: int = 0


class CaseProgress(Message):
    """What every process knows of its case besides the start, carried over continue-as-new.

    ``seen`` maps the ids of the messages already acted on to the answers given, because Temporal forgets
    update ids at continue-as-new. ``occurrences`` counts the notices of each event and recipient.
    ``started_at`` is the workflow time at which the case's first run started.
    """

    started_at: Moment
    header: CaseHeader
    clocks: tuple[Clock, ...] = ()
    seen: dict[str, ActionResult] = {}
    occurrences: dict[str, int] = {}
