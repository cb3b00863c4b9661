"""What the tests of notifications say again and again: peers, settings, a notice, the rows."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import EmergencyContact, Settings, Smtp, Webhook
from activities.notifications.notify import Notifications
from activities.records.case_tables import Case, Notification
from activities.records.community_tables import Area, Community, Contact, Household, Post, Staff, Unit
from activities.records.sealing import open_columns, seal_columns
from workflows.messages.notices import Notice, NoticeEvent, Recipient, to_customer
from workflows.messages.people import Role

COMMUNITY, OTHER = "YGHY", "BJJ"
CASE = "BX-7K3QM-9TXAB"
CUSTOMER_PHONE, CUSTOMER_MAIL, CUSTOMER_NAME = "+8613800000001", "wang.canary@example.com", "王金丝雀"
SECRET = "whsec_" + "Z3VhbmppYS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5"
AFTERNOON = datetime(2026, 4, 15, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

STAFF = {
    "T001": ("欧阳师", Role.TECHNICIAN, "", False),
    "T002": ("李修", Role.TECHNICIAN, "", False),
    "L001": ("周工", Role.ENGINEERING_LEAD, "", False),
    "G001": ("管甲", Role.STEWARD, "A1", False),
    "G002": ("管乙", Role.STEWARD, "A1", True),
    "G003": ("管丙", Role.STEWARD, "A2", False),
    "K001": ("前台", Role.CS_ASSISTANT, "", False),
    "Z001": ("中控", Role.CONTROL_ROOM, "", False),
    "V001": ("主管", Role.CS_SUPERVISOR, "", False),
    "M001": ("经理", Role.SITE_MANAGER, "", False),
}


def mail_of(staff: str) -> str:
    return f"{staff.lower()}@example.com"


def phone_of(staff: str) -> str:
    return f"+861390000{list(STAFF).index(staff):04}"


@dataclass
class SmtpPeer:
    """A mail server; ``answers`` are taken one a mail, then it accepts."""

    port: int
    answers: list[str] = field(default_factory=list)
    recipient_answers: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    while_receiving: Callable[[], None] = lambda: None

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 - named by aiosmtpd
        envelope.rcpt_tos.append(address)
        return self.recipient_answers.pop(0) if self.recipient_answers else "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - named by aiosmtpd
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer[0] in "45":
            return answer
        self.mails.append(envelope.content)
        self.while_receiving()
        if answer == "hang up":
            server.transport.abort()
        return answer


@dataclass
class HttpPeer:
    """A provider; ``answers`` (status, body) are taken one a request, then it says ``default``."""

    url: str
    default: tuple[int, str]
    answers: list[tuple[int, str] | str] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.requests]


def answering(peer_of: Callable[[], HttpPeer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            peer = peer_of()
            body = self.rfile.read(int(self.headers["content-length"]))
            peer.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            peer.arrived.set()
            answer = peer.answers.pop(0) if peer.answers else peer.default
            if isinstance(answer, str):
                peer.released.wait(60)
                return
            status, text = answer
            self.send_response(status)
            self.send_header("content-length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            """Keep the test's output quiet."""

    return Handler


def settings(
    smtp: SmtpPeer | None = None,
    wecom: HttpPeer | None = None,
    webhook: HttpPeer | None = None,
    contacts: tuple[EmergencyContact, ...] = (),
    **others: Any,
) -> Settings:
    return Settings(
        database_url="postgresql+psycopg2://unused",
        keys_file="/unused",
        smtp=Smtp(host="127.0.0.1", port=smtp.port, sender="客服中心 <service@example.com>", starttls=False)
        if smtp
        else None,
        wecom={COMMUNITY: wecom.url} if wecom else {},
        webhook={COMMUNITY: Webhook(url=webhook.url, secret=SECRET)} if webhook else {},
        emergency_contacts={COMMUNITY: contacts},
        **others,
    )


def notice(event: NoticeEvent = NoticeEvent.CASE_ACCEPTED, recipient: Recipient | None = None, **others: Any) -> Notice:
    values: dict[str, Any] = {
        "case": CASE,
        "community": COMMUNITY,
        "event": event,
        "recipient": recipient or to_customer(),
        "at": AFTERNOON,
        "unit": "A-1-101",
        "area": "A1",
        "facts": {"level_label": "一般", "due_at": "2026-04-15 14:35", "technician": "T001", "hazard_label": "爆管"},
    }
    return Notice(**{**values, **others})


def rows(db: Database) -> list[dict[str, Any]]:
    """All notifications, oldest first, opened."""
    with db.begin() as connection:
        found = connection.execute(select(Notification.__table__).order_by(Notification.id)).mappings().all()
    return [open_columns(db.personal, Notification, dict(row)) for row in found]


def standing(db: Database) -> list[tuple[str, str]]:
    """(channel, status) of all notifications, oldest first."""
    return [(row["channel"], row["status"]) for row in rows(db)]


def add(db: Database, row: Any, **values: Any) -> Any:
    with db.begin() as connection:
        return connection.execute(insert(row).values(seal_columns(db.personal, row, values))).inserted_primary_key


def add_case(db: Database, number: str = CASE, community: str = COMMUNITY, **others: Any) -> None:
    phone = others.get("reporter_phone", CUSTOMER_PHONE)
    values: dict[str, Any] = {
        "number": number,
        "community": community,
        "kind": "repair",
        "unit": "A-1-101",
        "unit_verified": True,
        "area": "A1",
        "channel": "platform",
        "identity": "owner",
        "reporter_name": CUSTOMER_NAME,
        "reporter_phone": phone,
        "reporter_phone_index": db.personal.phone_index(phone) if phone else None,
        "reporter_mail": CUSTOMER_MAIL,
        "description": "水管漏水",
        "policy_version": 1,
        "linked": [],
        "received_at": AFTERNOON,
        "accepted_role": "",
        "accepted_by": "",
        "state": "received",
        "state_label": "待受理",
        "level": "general",
        "level_label": "一般",
        "assignee": "",
        "breached": False,
        "last_sequence": 1,
    }
    add(db, Case, **{**values, **others})


def add_contact(db: Database, **values: Any) -> None:
    household = add(db, Household, community=COMMUNITY, unit="A-1-101", since=date(2020, 1, 1))
    add(db, Contact, community=COMMUNITY, household=household[0], position=1, identity="owner", name="王", **values)


def telling(db: Database, **peers: Any) -> Notifications:
    return Notifications(db, settings(**peers))


def furnish(database: Database) -> None:
    """Enter the community, its staff, a unit and the case ``CASE``."""
    since = date(2020, 1, 1)
    for code, name in ((COMMUNITY, "阳光花园"), (OTHER, "北街")):
        add(database, Community, code=code, name=name, preset="residential-S1")
    for area in ("A1", "A2"):
        add(database, Area, community=COMMUNITY, code=area, name=area)
    add(database, Unit, community=COMMUNITY, code="A-1-101", area="A1", building="A", kind="home")
    for code, (name, role, area, deputy) in STAFF.items():
        add(database, Staff, community=COMMUNITY, code=code, name=name, phone=phone_of(code), mail=mail_of(code))
        add(database, Post, community=COMMUNITY, staff=code, role=role, area=area, deputy=deputy, since=since)
    add_case(database)


def notify_elsewhere(url: str, keyring: KeyRing, settings: Settings, notice: Notice) -> None:
    """What a worker's own process does with one notice."""
    Notifications(Database.connect(url, keyring), settings).notify(notice)
