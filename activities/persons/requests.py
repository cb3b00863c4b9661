"""What was asked for, and what came of it 请求登记: one row a step, never changed, without the person's data."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, insert, select

from activities.connections.database import Database
from activities.persons.refused import PersonRefusedError
from activities.records.community_tables import Staff
from activities.records.person_tables import PersonRequest
from activities.records.suppression_list import ErasedPerson, SuppressionList

_NUMBER_BYTES: Final = 6


class RequestStep(StrEnum):
    """How far a request has come: ``exported`` and ``refused`` are ends, ``begun`` is followed by ``erased``."""

    EXPORTED = "exported"
    REFUSED = "refused"
    BEGUN = "begun"
    ERASED = "erased"


class Requester(StrEnum):
    """Who asked 请求人: the person, whom he sent, a relative after his death (PIPL art. 49), or an authority."""

    PERSON = "person"
    AGENT = "agent"
    RELATIVE = "relative"
    AUTHORITY = "authority"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"person": "本人", "agent": "受托人", "relative": "近亲属", "authority": "主管机关"}[self]


@dataclass(frozen=True)
class Request:
    """A request by its ``number``: whose data (``person``, the index of a number), who asked, who does it."""

    number: str
    person: bytes
    asked_by: Requester
    staff: str


def new_request(connection: Connection, person: bytes, asked_by: Requester, staff: str) -> Request:
    """Return a request under a new number, not yet on record.

    Raises :class:`PersonRefusedError` (``unknown_staff``) for a code that no active member of staff has.
    """
    known = select(Staff.code).where(Staff.code == staff, Staff.active).limit(1)
    if connection.scalar(known) is None:
        raise PersonRefusedError("unknown_staff", f"没有在职员工 {staff}:请填写经办人的工号")
    return Request(f"GR-{secrets.token_hex(_NUMBER_BYTES).upper()}", person, asked_by, staff)


def record_step(
    connection: Connection,
    request: Request,
    step: RequestStep,
    *,
    counts: Mapping[str, int] | None = None,
    hindrances: Iterable[str] = (),
) -> None:
    """Enter how far the request has come; ``counts`` are rows by table."""
    connection.execute(
        insert(PersonRequest).values(
            request=request.number, step=step, person=request.person, asked_by=request.asked_by, staff=request.staff,
            counts=dict(counts or {}), hindrances=list(hindrances),
        )
    )  # fmt: skip


def unfinished(connection: Connection, person: bytes) -> str:
    """Return the number of the erasure of this person that was begun and not ended, "" for none."""
    ended = select(PersonRequest.request).where(PersonRequest.step == RequestStep.ERASED)
    begun = select(PersonRequest.request).where(
        PersonRequest.person == person, PersonRequest.step == RequestStep.BEGUN, PersonRequest.request.not_in(ended)
    )
    return connection.scalar(begun.order_by(PersonRequest.id.desc()).limit(1)) or ""


def to_repeat(connection: Connection, listed: SuppressionList) -> tuple[ErasedPerson, ...]:
    """Return the listed erasures that these records know nothing of, as after a restore."""
    done = set(connection.scalars(select(PersonRequest.request).where(PersonRequest.step == RequestStep.ERASED)))
    return tuple(entry for entry in listed.erased() if entry.request not in done)


def list_erased(db: Database, listed: SuppressionList) -> None:
    """Enter every erasure on record in the list; harmless to repeat. Raises ``SuppressionListError``."""
    chosen = select(PersonRequest.request, PersonRequest.person, PersonRequest.asked_by, PersonRequest.at)
    with db.begin() as connection:
        done = connection.execute(chosen.where(PersonRequest.step == RequestStep.ERASED).order_by(PersonRequest.id))
        erasures = [(row.request, row.person, row.asked_by, row.at) for row in done]
    listed.add_erasures(erasures)


def last_erased(connection: Connection, person: bytes) -> tuple[str, datetime] | None:
    """Return number and instant of the person's last erasure; None if there was none."""
    found = connection.execute(
        select(PersonRequest.request, PersonRequest.at)
        .where(PersonRequest.person == person, PersonRequest.step == RequestStep.ERASED)
        .order_by(PersonRequest.id.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else (found.request, found.at)
