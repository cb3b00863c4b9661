"""款项申请单: asked for by one person, signed by others under their own names, booked once (§1.1, §9.3–9.5).

A request is tried when it is asked for, so that nobody signs what cannot be booked; it is booked in the transaction of
the last signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import lock_key
from activities.ledger.money_booking import NOTHING, Booked, Booking, book, subject_of
from activities.ledger.money_request_reading import (
    RequestStanding,
    is_request,
    request_standing,
    standing_of,
    unknown_request,
)
from activities.ledger.numbers import Series, next_numbers
from activities.ledger.refused import LedgerRefusedError, key_reused
from activities.records.cash_tables import MoneyRequest as RequestRow
from activities.records.cash_tables import MoneySignature
from activities.records.posts_held import holds_post
from activities.records.sealing import seal_columns, table_of
from workflows.messages.money_requests import MONEY_REQUEST, MoneyRequest, MoneyRequestState
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.rules.money_requests import may_ask, may_sign_as, signatures_needed

_S = MoneyRequestState


@dataclass(frozen=True)
class Asking:
    """What is asked for, by whom, under which key; ``at`` is local and ``reason`` sealed."""

    community: str
    key: str
    body_digest: str
    request: MoneyRequest
    actor: Actor
    at: datetime
    reason: str = field(repr=False)


def ask(connection: Connection, personal: PersonalDataCipher, asking: Asking, policy: Policy) -> RequestStanding:
    """Enter a request; the same one again is the same one.

    Raises :class:`LedgerRefusedError`: ``beyond_authority``, ``idempotency_key_reused``, and whatever booking refuses.
    """
    lock_key(connection, asking.community, asking.key)
    known = connection.execute(
        select(RequestRow.number, RequestRow.body_digest).where(
            RequestRow.community == asking.community, RequestRow.key == asking.key
        )
    ).one_or_none()
    if known is not None:
        if known.body_digest != asking.body_digest:
            raise key_reused()
        return request_standing(connection, personal, asking.community, known.number)
    if not may_ask(asking.request.kind, asking.actor.role):
        raise LedgerRefusedError("beyond_authority", "这类款项由收银员申请")
    lock_key(connection, asking.community, f"request:{asking.request.kind}:{subject_of(asking.request)}")
    amount, lately = _try(connection, personal, asking, policy), _asked_lately(connection, asking, policy)
    (number,) = next_numbers(connection, asking.community, Series.MONEY_REQUEST, asking.at.year)
    values = {
        "community": asking.community,
        "number": number,
        "key": asking.key,
        "body_digest": asking.body_digest,
        "kind": asking.request.kind,
        "subject": subject_of(asking.request),
        "amount": amount,
        "body": asking.request.model_dump(mode="json"),
        "needs": list(signatures_needed(asking.request.kind, amount + lately, policy)),
        "state": _S.WAITING,
        "asked_at": asking.at,
        "asked_role": asking.actor.role,
        "asked_by": asking.actor.code,
        "reason": asking.reason,
    }
    connection.execute(insert(RequestRow).values(seal_columns(personal, RequestRow, values)))
    return request_standing(connection, personal, asking.community, number)


def _asked_lately(connection: Connection, asking: Asking, policy: Policy) -> Decimal:
    """What was asked for about the same thing lately, and not refused, CNY: nobody stays below a limit by parts."""
    since = asking.at - timedelta(days=policy.approval.together_days)
    asked = connection.scalar(
        select(func.coalesce(func.sum(RequestRow.amount), 0)).where(
            RequestRow.community == asking.community,
            RequestRow.kind == asking.request.kind,
            RequestRow.subject == subject_of(asking.request),
            RequestRow.state.in_((_S.WAITING, _S.DONE)),
            RequestRow.asked_at >= since,
        )
    )
    return Decimal(asked or 0)


def _try(connection: Connection, personal: PersonalDataCipher, asking: Asking, policy: Policy) -> Decimal:
    """Book it and take it back, so that what cannot be booked is refused now; return how much it is, CNY."""
    trial = connection.begin_nested()
    try:
        booking = Booking(
            community=asking.community,
            number="SQ-trial",
            request=asking.request,
            at=asking.at,
            asked_by=asking.actor,
            signed=(Actor(role=Role.CS_SUPERVISOR, code="supervisor"), Actor(role=Role.FINANCE, code="finance")),
        )
        return book(connection, personal, booking, policy).amount
    finally:
        trial.rollback()


def sign(  # noqa: PLR0917 - whose word on what
    connection: Connection,
    personal: PersonalDataCipher,
    community: str,
    number: str,
    signer: Actor,
    at: datetime,
    policy: Policy,
    *,
    approved: bool = True,
    note: str = "",
) -> RequestStanding:
    """Sign for the first post that still waits and that the signer may fill; the last signature books the request.

    Signing again changes nothing. Raises :class:`LedgerRefusedError`: ``unknown_request``, ``request_ended``,
    ``beyond_authority``, ``own_request``, ``two_persons``, and whatever booking refuses.
    """
    row = _locked(connection, community, number)
    standing = standing_of(connection, personal, row)
    if any(signature.staff == signer.code for signature in standing.signatures):
        return standing
    if standing.state is not _S.WAITING:
        raise LedgerRefusedError("request_ended", f"该申请单{standing.state.label},不能再签批")
    if signer.code == standing.asked_by:
        raise LedgerRefusedError("own_request", "申请人不能签批自己的申请")
    post = next((post for post in standing.waits_for if may_sign_as(signer.role, post)), None)
    if post is None:
        waits = "、".join(post.label for post in standing.waits_for)
        raise LedgerRefusedError("beyond_authority", f"该申请单等待{waits}签批")
    if post is Role.FINANCE and holds_post(connection, community, signer.code, Role.CASHIER, at.date()):
        raise LedgerRefusedError("two_persons", "收银员不能同时以财务身份签批")
    values = {
        "community": community,
        "request": number,
        "post": post,
        "role": signer.role,
        "staff": signer.code,
        "asked_by": standing.asked_by,
        "approved": approved,
        "at": at,
        "note": note,
    }
    connection.execute(insert(MoneySignature).values(seal_columns(personal, MoneySignature, values)))
    if not approved:
        return _ended(connection, personal, row, _S.REFUSED, at)
    signed = standing_of(connection, personal, row)
    return signed if signed.waits_for else _book(connection, personal, row, signed, at, policy)


def _book(  # noqa: PLR0917 - a request with its signatures
    connection: Connection,
    personal: PersonalDataCipher,
    row: Row[Any],
    signed: RequestStanding,
    at: datetime,
    policy: Policy,
) -> RequestStanding:
    booking = Booking(
        community=row.community,
        number=row.number,
        request=MONEY_REQUEST.validate_python(row.body),
        at=at,
        asked_by=Actor(role=Role(row.asked_role), code=row.asked_by),
        signed=tuple(Actor(role=signature.role, code=signature.staff) for signature in signed.signatures),
        reason=signed.reason,
    )
    booked = book(connection, personal, booking, policy)
    if not _suffice(signed, signatures_needed(signed.kind, booked.amount, policy)):
        said = f"金额已变为 {booked.amount} 元,须由更高一级签批:请撤回后重新申请"
        raise LedgerRefusedError("beyond_authority", said)
    return _ended(connection, personal, row, _S.DONE, at, booked)


def _suffice(signed: RequestStanding, needed: Sequence[Role]) -> bool:
    """Whether those who have signed may do so for what it comes to now: a debt may have grown since."""
    signers = [signature.role for signature in signed.signatures]
    for post in needed:
        found = next((role for role in signers if may_sign_as(role, post)), None)
        if found is None:
            return False
        signers.remove(found)
    return True


def withdraw(  # noqa: PLR0917 - who takes what back
    connection: Connection, personal: PersonalDataCipher, community: str, number: str, actor: Actor, at: datetime
) -> RequestStanding:
    """撤回 by whoever asked.

    Raises :class:`LedgerRefusedError`: ``unknown_request``, ``request_ended``, ``own_only``.
    """
    row = _locked(connection, community, number)
    if row.asked_by != actor.code:
        raise LedgerRefusedError("own_only", "只有申请人可以撤回申请")
    if row.state == _S.WITHDRAWN:
        return standing_of(connection, personal, row)
    if row.state != _S.WAITING:
        raise LedgerRefusedError("request_ended", f"该申请单{_S(row.state).label},不能撤回")
    return _ended(connection, personal, row, _S.WITHDRAWN, at)


def _locked(connection: Connection, community: str, number: str) -> Row[Any]:
    row = connection.execute(
        select(table_of(RequestRow)).where(*is_request(community, number)).with_for_update()
    ).one_or_none()
    return row or unknown_request()


def _ended(  # noqa: PLR0917 - how a request ended, and what followed
    connection: Connection,
    personal: PersonalDataCipher,
    row: Row[Any],
    state: MoneyRequestState,
    at: datetime,
    booked: Booked = NOTHING,
) -> RequestStanding:
    connection.execute(
        update(RequestRow).where(*is_request(row.community, row.number)).values(state=state, ended_at=at)
    )
    now = connection.execute(select(table_of(RequestRow)).where(*is_request(row.community, row.number))).one()
    return standing_of(connection, personal, now, booked)
