"""Bearer tokens 访问令牌: shown once when issued; only their SHA-256 is kept."""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from activities.connections.database import Database
from activities.records.community_tables import ApiToken, Community
from activities.records.posts_held import roles_held
from activities.records.suppression_list import SuppressionList
from workflows.messages.people import Role

_PREFIX: Final = "gj_"
_RANDOM_BYTES: Final = 32
_CALLER: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
"""The caller of a request stands in the open, in the audit of refusals: a code, never a name."""


class TokenError(ValueError):
    """A token that cannot be issued as asked; the message says what to change."""


def token_digest(token: str) -> bytes:
    """Return the 32 bytes by which a presented token is looked up.

    A plain hash is enough, because the token is 256 random bits and not a word that could be guessed.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def issue_token(
    db: Database,
    *,
    caller: str,
    role: Role,
    communities: Collection[str],
    staff: str = "",
    expires_at: datetime | None = None,
) -> str:
    """Return a new token ``gj_…``, which nobody can read again. ``caller`` is the code of whom it is for.

    ``staff`` binds it to a member of staff 工号, who must hold the role's post in each of the communities today, and
    loses what the token opens with the post. Raises :class:`TokenError` for a caller that is no code, an unknown
    community or member of staff, none at all, a post not held, or an expiry in the past.
    """
    now = datetime.now(UTC)
    if not _CALLER.fullmatch(caller):
        raise TokenError("caller 应写给谁用的代号(不写姓名),1 至 64 个字母、数字或 . _ : -,如 desk-1")
    if not communities:
        raise TokenError("请写明令牌可进入哪些项目")
    if expires_at is not None and expires_at <= now:
        raise TokenError("到期时间已过:请给一个将来的时间")
    token = _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    with db.begin() as connection:
        _require_known(connection, set(communities))
        if staff:
            _require_post(connection, set(communities), staff, role, now)
        connection.execute(
            insert(ApiToken).values(
                digest=token_digest(token),
                caller=caller,
                role=role,
                staff=staff,
                communities=sorted(set(communities)),
                expires_at=expires_at,
            )
        )
    return token


def revoke_token(db: Database, token: str) -> bool:
    """Revoke one token, such as one that has leaked; returns False if it is unknown or already revoked.

    An API process honours it until its next snapshot, at most 60 s. Afterwards call :func:`list_revoked`.
    """
    with db.begin() as connection:
        return _revoke_in(connection, ApiToken.digest == token_digest(token)) > 0


def revoke_tokens_of(db: Database, caller: str) -> int:
    """Revoke all tokens of a caller, such as a person who has left; returns how many there were.

    Afterwards call :func:`list_revoked`.
    """
    with db.begin() as connection:
        return _revoke_in(connection, ApiToken.caller == caller)


def list_revoked(db: Database, listed: SuppressionList) -> None:
    """Enter every revoked token in the list, so that no restore brings it back; harmless to repeat.

    Called when the revocation stands: a full disk must not keep a leaked token alive. What could not be entered before
    is entered now. Raises ``SuppressionListError``.
    """
    with db.begin() as connection:
        revoked = connection.execute(select(ApiToken.digest, ApiToken.caller).where(ApiToken.revoked_at.is_not(None)))
        tokens = revoked.all()
    listed.add_revocations((token.digest, token.caller) for token in tokens)


def revoke_listed(connection: Connection, listed: SuppressionList) -> int:
    """Revoke again, after a restore, what is on the list; returns how many were in force."""
    digests = [bytes.fromhex(entry.token) for entry in listed.revoked()]
    return _revoke_in(connection, ApiToken.digest.in_(digests))


def _revoke_in(connection: Connection, which: ColumnElement[bool]) -> int:
    statement = update(ApiToken).where(which, ApiToken.revoked_at.is_(None)).values(revoked_at=func.now())
    return connection.execute(statement).rowcount


def _require_known(connection: Connection, communities: set[str]) -> None:
    known = set(connection.scalars(select(Community.code).where(Community.code.in_(communities))))
    if communities - known:
        raise TokenError(f"没有这些项目:{'、'.join(sorted(communities - known))}")


def _require_post(connection: Connection, communities: set[str], staff: str, role: Role, now: datetime) -> None:
    """Raise unless the snapshot of this moment would let the token in (``intake_snapshot.py``)."""
    people = roles_held(connection, now)
    present = {community for community in communities if staff in people.get(community, {})}
    if absent := communities - present:
        raise TokenError(f"工号 {staff} 不是这些项目的在职员工:{'、'.join(sorted(absent))}")
    held = {community for community in communities if role in people[community][staff]}
    if lacking := communities - held:
        raise TokenError(
            f"工号 {staff} 今天在这些项目没有担任“{role.label}”:{'、'.join(sorted(lacking))}。请先在名册中登记岗位"
        )
