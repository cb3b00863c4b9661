"""POST and GET billing/requests: 款项申请单, asked for by one person and signed by others; deposits 押金."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import Connection

from activities.ledger.deposits import NewDeposit, take_deposit
from activities.ledger.money_request_reading import RequestStanding, request_standing, requests_of
from activities.ledger.money_requests import Asking, ask, sign, withdraw
from activities.ledger.telling import tell_dirty, tell_moved
from activities.opening.message_keys import body_digest, key_digest
from activities.records.intake_snapshot import Caller
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, caller_with, person_of
from starters.intake_api.cash_incomes import MoneyTaken
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.ledger_transaction import KEYED, in_ledger, now_by, now_in, policy_now
from starters.intake_api.money_bodies import DepositBody, MoneyRequestBody, SignatureBody
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.money_requests import MoneyRequestKind, MoneyRequestState
from workflows.messages.people import Role

router = APIRouter(route_class=KnownCallersRoute, tags=["money requests 款项申请"])
RequestNumber = Annotated[str, Path(pattern=r"^SQ-\d{4}-\d{6,10}$", examples=["SQ-2026-000001"])]
_BOOKING = (
    "unknown_account", "unknown_bill", "unknown_unit", "invalid_amount", "more_than_held", "more_than_owed",
    "not_the_same_unit", "dispute_open", "nothing_to_credit", "three_persons", "beyond_authority",
)  # fmt: skip
"""What booking can refuse, when it is asked for and when it is signed."""


class SignatureOut(BaseModel):
    """A post's word on a request."""

    post: Role
    role: Role
    staff: str
    approved: bool
    at: datetime
    note: str


class RequestOut(BaseModel):
    """A request as it stands, CNY; ``waits_for`` are the posts whose signature is missing.

    ``late_fee_returned`` is said to whoever signs last: it had been paid on what is credited, and is prepaid now.
    """

    number: str
    kind: MoneyRequestKind
    kind_label: str
    state: MoneyRequestState
    state_label: str
    subject: str
    amount: Decimal
    body: dict[str, Any]
    waits_for: tuple[Role, ...]
    signatures: tuple[SignatureOut, ...]
    asked_at: datetime
    asked_by: str
    reason: str
    late_fee_returned: Decimal

    @classmethod
    def of(cls, standing: RequestStanding) -> Self:
        """As it is answered."""
        return cls(
            number=standing.number,
            kind=standing.kind,
            kind_label=standing.kind.label,
            state=standing.state,
            state_label=standing.state.label,
            subject=standing.subject,
            amount=standing.amount,
            body=standing.body,
            waits_for=standing.waits_for,
            signatures=tuple(SignatureOut.model_validate(one, from_attributes=True) for one in standing.signatures),
            asked_at=standing.asked_at,
            asked_by=standing.asked_by,
            reason=standing.reason,
            late_fee_returned=standing.booked.late_fee_returned,
        )


@router.post(
    "/v1/communities/{community}/billing/requests",
    status_code=201,
    responses=documented(*KEYED, *_BOOKING, "idempotency_key_reused"),
)
async def ask_for_money(
    *,
    body: MoneyRequestBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ASK_FOR_MONEY)],
    intake: TheIntake,
) -> RequestOut:
    """Ask for a refund, a credit, a waiver …: tried at once, booked when those have signed who must."""
    policy = policy_now(intake, community)
    asking = Asking(
        community=community, key=key_digest(caller.caller, key), body_digest=body_digest(body),
        request=body.to_request(), actor=person_of(caller), at=now_by(policy), reason=body.reason,
    )  # fmt: skip
    personal = intake.database.personal
    return RequestOut.of(await in_ledger(intake, lambda connection: ask(connection, personal, asking, policy)))


@router.post(
    "/v1/communities/{community}/billing/requests/{request}/signature",
    responses=documented(
        "records_unavailable", "no_policy_in_force", "unknown_request", "request_ended", "own_request", "two_persons",
        "reason_required", *_BOOKING,
    ),
)  # fmt: skip
async def sign_a_request(
    body: SignatureBody,
    community: CommunityCode,
    request: RequestNumber,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> RequestOut:
    """Sign under your own name for the post that you hold; the last signature books it. Repeating it is harmless."""
    if not body.approved and not body.note:
        raise ProblemError("reason_required")
    policy = policy_now(intake, community)
    signer, at, personal = person_of(caller), now_by(policy), intake.database.personal

    def signed(connection: Connection) -> RequestStanding:
        return sign(
            connection, personal, community, request, signer, at, policy, approved=body.approved, note=body.note
        )

    standing = await in_ledger(intake, signed)
    await tell_moved(intake.client, intake.database, community, standing.booked.accounts, request, at)
    await tell_dirty(intake.client, community, standing.booked.dirty_cycle, request, at)
    return RequestOut.of(standing)


@router.post(
    "/v1/communities/{community}/billing/requests/{request}/withdrawal",
    responses=documented("records_unavailable", "no_policy_in_force", "unknown_request", "request_ended", "own_only"),
)
async def withdraw_a_request(
    community: CommunityCode,
    request: RequestNumber,
    caller: Annotated[Caller, caller_with(Right.ASK_FOR_MONEY)],
    intake: TheIntake,
) -> RequestOut:
    """Take your own request back while it waits."""
    actor, at = person_of(caller), now_in(intake, community)
    return await _answered(intake, lambda db: withdraw(db, intake.database.personal, community, request, actor, at))


@router.get(
    "/v1/communities/{community}/billing/requests/{request}",
    responses=documented("records_unavailable", "unknown_request"),
)
async def read_a_request(
    community: CommunityCode,
    request: RequestNumber,
    _: Annotated[Caller, caller_with(Right.READ_MONEY_REQUESTS)],
    intake: TheIntake,
) -> RequestOut:
    """How a request stands, with its signatures."""
    return await _answered(intake, lambda db: request_standing(db, intake.database.personal, community, request))


@router.get("/v1/communities/{community}/billing/requests", responses=documented("records_unavailable"))
async def list_requests(
    community: CommunityCode,
    _: Annotated[Caller, caller_with(Right.READ_MONEY_REQUESTS)],
    intake: TheIntake,
    state: Annotated[MoneyRequestState | None, Query()] = None,
) -> tuple[RequestOut, ...]:
    """The community's requests, by number; at most 500."""
    personal = intake.database.personal
    found = await in_ledger(intake, lambda connection: requests_of(connection, personal, community, state))
    return tuple(map(RequestOut.of, found))


@router.post(
    "/v1/communities/{community}/billing/deposits",
    status_code=201,
    responses=documented(*KEYED, "unknown_account", "invalid_amount", "no_open_shift", "idempotency_key_reused"),
)
async def take_a_deposit(
    *,
    body: DepositBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.COLLECT)],
    intake: TheIntake,
) -> MoneyTaken:
    """Take a deposit: a liability in the renovation book, never income."""
    new = NewDeposit(
        community=community, key=key_digest(caller.caller, key), body_digest=body_digest(body), account=body.account,
        amount=body.amount, method=body.method, at=now_in(intake, community), actor=person_of(caller),
    )  # fmt: skip
    personal = intake.database.personal
    return MoneyTaken(payment=await in_ledger(intake, lambda connection: take_deposit(connection, personal, new)))


async def _answered(intake: Intake, work: Callable[[Connection], RequestStanding]) -> RequestOut:
    return RequestOut.of(await in_ledger(intake, work))
