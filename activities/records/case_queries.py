"""Reading cases 查询: lists by keyset, and the page of one case. Every query names the communities it may see."""

import base64
import binascii
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Row, exists, func, or_, select, tuple_

from activities.connections.database import Database
from activities.connections.personal_data import PersonalDataCipher
from activities.records.case_forms import forms_of
from activities.records.case_tables import Case, CaseLine, LateMessage, Notification
from activities.records.reading import one_state
from activities.records.sealing import open_columns, table_of
from workflows.messages.case import Channel, EventLine, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Moment
from workflows.messages.people import Actor
from workflows.messages.records import Form

MOST_PER_PAGE: Final = 200


class InvalidCursorError(ValueError):
    """A cursor that did not come from an earlier page."""


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class CaseFilter(_View):
    """Which cases to list; what is not set does not restrict. ``overdue_at`` asks for open cases due by then.

    ``received_from`` and ``received_before`` bound the time of receipt, the first counts and the second does not.
    ``open_at`` asks for what had been received by then and was not closed yet; states are shown as they are now.
    """

    kind: CaseKind | None = None
    state: str = ""
    assignee: str = ""
    unit: str = ""
    level: str = ""
    breached: bool | None = None
    overdue_at: datetime | None = None
    open_only: bool = False
    open_at: datetime | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    area: str = ""
    phone: str = ""


class CaseSummary(_View):
    """One case in a list. ``description`` is the customer's words: personal data. ``recorded_at`` says as of when."""

    number: str
    kind: CaseKind
    community: str
    unit: str
    unit_verified: bool
    area: str
    channel: Channel
    description: str
    received_at: Moment
    accepted_at: Moment | None
    state: str
    state_label: str
    level: str
    level_label: str
    assignee: str
    due_at: Moment | None
    breached: bool
    closed_at: Moment | None
    recorded_at: Moment


class CasePage(_View):
    """Cases, latest first. ``next_cursor`` is "" on the last page; ``as_of`` is when the database was read."""

    cases: tuple[CaseSummary, ...]
    next_cursor: str
    as_of: Moment


class ToldNotice(_View):
    """What became of one notification of the case."""

    event: str
    occurrence: int
    recipient: str
    channel: str
    status: str
    attempts: int
    at: Moment
    updated_at: Moment


class LateWord(_View):
    """A reply or action that came after the case was over, by the machine's clock. Personal data: text and phone."""

    message_id: str
    at: Moment
    actor: Actor
    intent: str
    text: str
    sender_phone: str


class CaseRecordView(CaseSummary):
    """The whole record of one case, with personal data, as it stood at ``as_of``."""

    reporter: Reporter
    policy_version: int
    linked: tuple[str, ...]
    accepted_by: Actor | None
    lines: tuple[EventLine, ...]
    forms: tuple[Form, ...]
    notifications: tuple[ToldNotice, ...]
    late_messages: tuple[LateWord, ...]
    as_of: Moment


def has_record(db: Database, number: str) -> bool:
    """Whether any community has a case of this number."""
    with db.begin() as connection:
        return bool(connection.scalar(select(exists().where(Case.number == number))))


def list_cases(
    db: Database, communities: Collection[str], filters: CaseFilter, cursor: str = "", limit: int = 50
) -> CasePage:
    """Return a page of the communities' cases, latest ``received_at`` first, at most ``MOST_PER_PAGE``.

    A case that was there when the first page was read is on exactly one page, however many are added
    meanwhile, unless its own change moves it in or out of the filter. Raises :class:`InvalidCursorError`.
    """
    limit = max(1, min(limit, MOST_PER_PAGE))
    columns = [table_of(Case).c[name] for name in CaseSummary.model_fields]
    statement = (
        select(*columns)
        .where(Case.community.in_(communities), *_conditions(filters, db.personal))
        .order_by(Case.received_at.desc(), Case.number.desc())
        .limit(limit + 1)
    )
    if cursor:
        statement = statement.where(tuple_(Case.received_at, Case.number) < tuple_(*_position(cursor)))
    with one_state(db) as connection:
        rows = connection.execute(statement).all()
        as_of = _now(connection)
    page = tuple(CaseSummary(**_opened(db.personal, row)) for row in rows[:limit])
    return CasePage(cases=page, next_cursor=_cursor(page[-1]) if len(rows) > limit else "", as_of=as_of)


def get_case(db: Database, community: str, number: str) -> CaseRecordView | None:
    """Return the record of the community's case, or None where the community has no case of that number."""
    with one_state(db) as connection:
        row = connection.execute(
            select(table_of(Case)).where(Case.community == community, Case.number == number)
        ).one_or_none()
        if row is None:
            return None
        case = _opened(db.personal, row)
        return CaseRecordView(
            **{name: case[name] for name in CaseSummary.model_fields},
            reporter=Reporter(
                name=case["reporter_name"],
                phone=case["reporter_phone"],
                mail=case["reporter_mail"],
                identity=case["identity"],
            ),
            policy_version=case["policy_version"],
            linked=tuple(case["linked"]),
            accepted_by=Actor(role=case["accepted_role"], code=case["accepted_by"]) if case["accepted_role"] else None,
            lines=_lines(connection, db.personal, community, number),
            forms=forms_of(connection, db.personal, community, number),
            notifications=_notifications(connection, community, number),
            late_messages=_late_messages(connection, db.personal, community, number),
            as_of=_now(connection),
        )


def _conditions(filters: CaseFilter, personal: PersonalDataCipher) -> Iterable[ColumnElement[bool]]:
    for column, value in (
        (Case.kind, filters.kind),
        (Case.state, filters.state),
        (Case.assignee, filters.assignee),
        (Case.unit, filters.unit),
        (Case.level, filters.level),
        (Case.area, filters.area),
    ):
        if value:
            yield column == value
    if filters.breached is not None:
        yield Case.breached.is_(filters.breached)
    if filters.overdue_at is not None:
        yield Case.due_at <= filters.overdue_at
    if filters.open_only or filters.overdue_at is not None:
        yield Case.closed_at.is_(None)
    if filters.open_at is not None:
        yield Case.received_at <= filters.open_at
        yield or_(Case.closed_at.is_(None), Case.closed_at > filters.open_at)
    if filters.received_from is not None:
        yield Case.received_at >= filters.received_from
    if filters.received_before is not None:
        yield Case.received_at < filters.received_before
    if filters.phone:
        yield Case.reporter_phone_index == personal.phone_index(filters.phone)


def _cursor(last: CaseSummary) -> str:
    return base64.urlsafe_b64encode(f"{last.received_at.isoformat()}|{last.number}".encode()).decode()


def _position(cursor: str) -> tuple[datetime, str]:
    try:
        received_at, number = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        instant = datetime.fromisoformat(received_at)
    except (ValueError, binascii.Error):
        raise InvalidCursorError("翻页标记无效:请从第一页重新读取") from None
    if instant.tzinfo is None or "\x00" in number:
        raise InvalidCursorError("翻页标记无效:请从第一页重新读取")
    return instant, number


def _opened(personal: PersonalDataCipher, row: Row[Any]) -> dict[str, Any]:
    return open_columns(personal, Case, dict(row._mapping))


def _now(connection: Connection) -> datetime:
    return connection.execute(select(func.now())).scalar_one()


def _lines(connection: Connection, personal: PersonalDataCipher, community: str, number: str) -> tuple[EventLine, ...]:
    found = connection.execute(
        select(table_of(CaseLine))
        .where(CaseLine.community == community, CaseLine.case == number)
        .order_by(CaseLine.sequence)
    )
    opened = (open_columns(personal, CaseLine, dict(row)) for row in found.mappings())
    return tuple(EventLine(**row, actor=Actor(role=row["actor_role"], code=row["actor_code"])) for row in opened)


def _notifications(connection: Connection, community: str, number: str) -> tuple[ToldNotice, ...]:
    columns: Sequence[Any] = [table_of(Notification).c[name] for name in ToldNotice.model_fields]
    found = connection.execute(
        select(*columns)
        .where(Notification.community == community, Notification.case == number)
        .order_by(Notification.id)
    )
    return tuple(ToldNotice(**row) for row in found.mappings())


def _late_messages(
    connection: Connection, personal: PersonalDataCipher, community: str, number: str
) -> tuple[LateWord, ...]:
    found = connection.execute(
        select(table_of(LateMessage))
        .where(LateMessage.community == community, LateMessage.case == number)
        .order_by(LateMessage.at, LateMessage.message_id)
    )
    opened = (open_columns(personal, LateMessage, dict(row)) for row in found.mappings())
    return tuple(LateWord(**row, actor=Actor(role=row["actor_role"], code=row["actor_code"])) for row in opened)
