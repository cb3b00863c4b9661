"""Reading 款项申请单: how a request stands, with its signatures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.money_booking import NOTHING, Booked
from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import MoneyRequest as RequestRow
from activities.records.cash_tables import MoneySignature
from activities.records.sealing import open_columns, table_of
from workflows.messages.money_requests import MoneyRequestKind, MoneyRequestState
from workflows.messages.people import Role

_S = MoneyRequestState
_MOST: Final = 500
"""Requests that a list gives at once; the oldest that wait come first."""
_REMINDED: Final = 20
"""Requests that one reminder names."""


@dataclass(frozen=True)
class Signature:
    """A post's word, and who gave it in which role."""

    post: Role
    role: Role
    staff: str
    approved: bool
    at: datetime
    note: str = field(repr=False)


@dataclass(frozen=True)
class RequestStanding:
    """A request as it stands: ``needs`` are the posts that must sign, ``booked`` what followed, once it is done."""

    number: str
    kind: MoneyRequestKind
    state: MoneyRequestState
    subject: str
    amount: Decimal
    body: dict[str, Any]
    needs: tuple[Role, ...]
    signatures: tuple[Signature, ...]
    asked_at: datetime
    asked_by: str
    reason: str = field(repr=False)
    booked: Booked = NOTHING

    @property
    def waits_for(self) -> tuple[Role, ...]:
        """The posts that have not signed yet, while it waits."""
        signed = {signature.post for signature in self.signatures}
        return tuple(post for post in self.needs if post not in signed) if self.state is _S.WAITING else ()


def request_standing(
    connection: Connection, personal: PersonalDataCipher, community: str, number: str
) -> RequestStanding:
    """How a request stands. Raises :class:`LedgerRefusedError` (``unknown_request``)."""
    row = connection.execute(select(table_of(RequestRow)).where(*is_request(community, number))).one_or_none()
    return standing_of(connection, personal, row or unknown_request())


def requests_of(
    connection: Connection, personal: PersonalDataCipher, community: str, state: MoneyRequestState | None
) -> tuple[RequestStanding, ...]:
    """The community's requests, of one state or of any, by number; at most 500."""
    asked = select(table_of(RequestRow)).where(RequestRow.community == community)
    if state is not None:
        asked = asked.where(RequestRow.state == state)
    rows: Sequence[Row[Any]] = connection.execute(asked.order_by(RequestRow.number).limit(_MOST)).all()
    return tuple(standing_of(connection, personal, row) for row in rows)


def requests_waiting(connection: Connection, community: str, since: datetime) -> tuple[str, ...]:
    """The numbers of requests from before an instant that still wait, the oldest first; at most twenty."""
    asked = select(RequestRow.number).where(
        RequestRow.community == community, RequestRow.state == _S.WAITING, RequestRow.asked_at < since
    )
    return tuple(connection.scalars(asked.order_by(RequestRow.number).limit(_REMINDED)))


def is_request(community: str, number: str) -> tuple[Any, ...]:
    """The condition that picks the request."""
    return RequestRow.community == community, RequestRow.number == number


def unknown_request() -> Row[Any]:
    """Refuse a number that is none: ``unknown_request``."""
    raise LedgerRefusedError("unknown_request", "没有这张申请单:请核对编号")


def standing_of(
    connection: Connection,
    personal: PersonalDataCipher,
    row: Row[Any],
    booked: Booked = NOTHING,
) -> RequestStanding:
    """Return how a request stands that was read a moment ago."""
    signatures = connection.execute(
        select(table_of(MoneySignature))
        .where(MoneySignature.community == row.community, MoneySignature.request == row.number)
        .order_by(MoneySignature.at, MoneySignature.post)
    ).all()
    return RequestStanding(
        number=row.number,
        kind=MoneyRequestKind(row.kind),
        state=_S(row.state),
        subject=row.subject,
        amount=row.amount,
        body=row.body,
        needs=tuple(map(Role, row.needs)),
        signatures=tuple(
            Signature(
                post=Role(one.post),
                role=Role(one.role),
                staff=one.staff,
                approved=one.approved,
                at=one.at,
                note=open_columns(personal, MoneySignature, {"note": one.note})["note"],
            )
            for one in signatures
        ),
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        reason=open_columns(personal, RequestRow, {"reason": row.reason})["reason"],
        booked=booked,
    )
