"""Who asks, and what that allows 身份与权限: bearer token → caller, roles by right, communities by token.

A community that the token is not for does not exist for its holder: 404, not 403. What a role may do to a
single case is not decided here but by the case (``workflows/rules/allowed_actions.py``).
"""

import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Path, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from activities.records.intake_snapshot import Caller
from activities.records.tokens import token_digest
from starters.intake_api.intake import Intake, intake_of
from starters.intake_api.problems import ProblemError
from workflows.messages.people import Actor, Role

_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{8,128}")
_R = Role
_DESK: Final = frozenset({_R.CS_ASSISTANT, _R.CS_SUPERVISOR, _R.CONTROL_ROOM, _R.STEWARD})
_MANAGERS: Final = frozenset({_R.SITE_MANAGER, _R.COMPANY_MANAGER})
_MONEY: Final = frozenset({_R.CASHIER, _R.FINANCE})
_STAFF: Final = frozenset(Role) - {_R.CUSTOMER, _R.INTAKE, _R.SYSTEM}


class Right(StrEnum):
    """What a route is for."""

    REPORT = "report"
    WATCH = "watch"
    READ_RECORDS = "read_records"
    ACT = "act"
    ATTACH = "attach"
    SEE_OWN_DAY = "see_own_day"
    SEE_ALL_WORK = "see_all_work"
    TAKE_DOWN_REPLIES = "take_down_replies"
    READ_INBOX = "read_inbox"
    READ_POLICIES = "read_policies"
    PUBLISH_POLICIES = "publish_policies"
    KEEP_ROSTER = "keep_roster"
    READ_LEDGER = "read_ledger"
    ENTER_FACTS = "enter_facts"
    COLLECT = "collect"
    APPROVE_MONEY = "approve_money"
    SEND_NOTICES = "send_notices"
    HAND_IN_PARKING = "hand_in_parking"
    CLOSE_THE_DAY = "close_the_day"
    SEND_REPORTS = "send_reports"
    ASK_FOR_MONEY = "ask_for_money"
    READ_MONEY_REQUESTS = "read_money_requests"


RIGHTS: Final[Mapping[Right, frozenset[Role]]] = {
    Right.REPORT: _DESK | _MANAGERS | {_R.INTAKE},
    Right.WATCH: _STAFF | {_R.INTAKE},
    # records hold names and telephone numbers: those who serve the customer, and a technician's own jobs
    Right.READ_RECORDS: _DESK | _MANAGERS | {_R.ENGINEERING_LEAD, _R.TECHNICIAN},
    Right.ACT: _STAFF,
    Right.SEE_OWN_DAY: _DESK | _MANAGERS | {_R.ENGINEERING_LEAD, _R.TECHNICIAN},
    Right.SEE_ALL_WORK: _DESK | _MANAGERS | {_R.ENGINEERING_LEAD},
    Right.ATTACH: _STAFF | {_R.INTAKE},
    Right.TAKE_DOWN_REPLIES: _DESK | _MANAGERS | {_R.INTAKE},
    Right.READ_INBOX: _STAFF,
    Right.READ_POLICIES: _STAFF,
    Right.PUBLISH_POLICIES: _MANAGERS,
    Right.KEEP_ROSTER: _MANAGERS | {_R.CS_SUPERVISOR},
    # the ledger names accounts by codes; what a customer owes is for those who serve him or answer for the money
    Right.READ_LEDGER: _DESK | _MANAGERS | _MONEY,
    Right.ENTER_FACTS: _DESK | _MANAGERS | {_R.CASHIER},
    Right.COLLECT: frozenset({_R.CASHIER}),
    Right.APPROVE_MONEY: _MANAGERS | {_R.CS_SUPERVISOR, _R.FINANCE},
    Right.SEND_NOTICES: frozenset({_R.STEWARD, _R.CS_SUPERVISOR}),
    Right.HAND_IN_PARKING: frozenset({_R.PARKING_ATTENDANT, _R.CASHIER}),
    Right.CLOSE_THE_DAY: _MONEY,
    Right.SEND_REPORTS: _MANAGERS | _MONEY | {_R.CS_SUPERVISOR},
    Right.ASK_FOR_MONEY: frozenset({_R.CS_ASSISTANT, _R.STEWARD, _R.CS_SUPERVISOR, _R.CASHIER}),
    Right.READ_MONEY_REQUESTS: _MANAGERS | _MONEY | {_R.CS_SUPERVISOR},
}
"""Which roles may use which routes; a role that is not named may not."""


def identify(intake: Intake, request: Request) -> Caller:
    """Return whom the bearer token stands for.

    The token is looked up by its SHA-256: what an attacker could time is a hash that nobody can aim. Raises
    ``ProblemError``: ``token_required``, ``invalid_token`` (also expired or revoked), the two of the rate
    limits, ``not_ready``, ``snapshot_expired``.
    """
    snapshot = intake.snapshots.current()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    digest = token_digest(token.strip()).hex()
    caller = snapshot.tokens.get(digest) if scheme.lower() == "bearer" else None
    if caller is None or (caller.expires_at is not None and caller.expires_at <= datetime.now(UTC)):
        intake.limits.count_failed_login(request.client.host if request.client else "")
        raise ProblemError("invalid_token" if token else "token_required")
    intake.limits.count_request(digest)
    return caller


class KnownCallersRoute(APIRoute):
    """A route that reads nothing of a request before it knows who sends it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Identify the caller, then see that a key is there where the route wants one, then go on."""
        answer = super().get_route_handler()
        needs_key = any(dependency.call is _key for dependency in self.dependant.dependencies)

        async def answer_known_caller(request: Request) -> Response:
            request.state.caller = identify(intake_of(request), request)
            if needs_key and "idempotency-key" not in request.headers:
                raise ProblemError("idempotency_key_required")
            return await answer(request)

        return answer_known_caller


bearer = Depends(HTTPBearer(auto_error=False, description="访问令牌 gj_…"))
"""Only shows the scheme in the documentation; :class:`KnownCallersRoute` checks it."""


def caller_with(right: Right) -> Any:
    """A dependency: the caller, whose role has the right."""

    async def check(request: Request) -> Caller:
        caller: Caller = request.state.caller
        if caller.role not in RIGHTS[right]:
            raise ProblemError("not_allowed_for_role")
        return caller

    return Depends(check)


async def _accessible(
    request: Request, community: Annotated[str, Path(description="项目编码", examples=["YGHY"])]
) -> str:
    caller: Caller = request.state.caller
    if community not in caller.communities:
        raise ProblemError("unknown_community")
    return community


async def _key(
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            description="Names this request: 8 to 128 letters, digits or . _ : - ; the same key is the same request.",
            examples=["7f9c1d52-8a3e-4a53-9d65-3f0c6f3b8f10"],
            json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
        ),
    ],
) -> str:
    if not _KEY.fullmatch(idempotency_key):
        raise ProblemError("idempotency_key_invalid")
    return idempotency_key


CommunityCode = Annotated[str, Depends(_accessible)]
"""The community of the path, which the caller's token is for."""
IdempotencyKey = Annotated[str, Depends(_key)]
"""The key of the header."""


def person_of(caller: Caller) -> Actor:
    """Who acts, where only a person can; raises ``ProblemError`` (``not_allowed_for_role``) for a system's token.

    Where two persons are needed, a token without one is nobody.
    """
    if not caller.staff:
        raise ProblemError("not_allowed_for_role")
    return actor_of(caller)


def actor_of(caller: Caller) -> Actor:
    """Who acts, as the record keeps it."""
    return Actor(role=caller.role, code=caller.staff)
