"""POST payments: taking money, a gateway's word, reversals 收款 (§9.5; ``docs/domain/fees.md``)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel

from activities.ledger.payments import NewPayment, PaymentTaken, take_payment
from activities.ledger.reversals import reverse_payment
from activities.ledger.shifts import open_shift
from activities.ledger.telling import tell_moved
from activities.opening.message_keys import body_digest, key_digest
from activities.records.intake_snapshot import Caller
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, caller_with, person_of
from starters.intake_api.fee_bodies import GatewayPaymentBody, PaymentBody, ReversalBody
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.ledger_transaction import KEYED, in_ledger, now_in, policy_now
from starters.intake_api.problems import documented
from starters.intake_api.signed_messages import SIGNED, signed_body, verified
from workflows.messages.ledger import BY_BANK
from workflows.messages.people import Actor, Role
from workflows.rules.business_time import local

router = APIRouter(route_class=KnownCallersRoute, tags=["fees 收费"])
webhooks = APIRouter(tags=["fees 收费"])
_GATEWAY: Final = Actor(role=Role.SYSTEM)


class PartOfPayment(BaseModel):
    """What a part of a payment settles; ``bill`` is "" for prepayment."""

    bill: str
    kind: str
    amount: Decimal


class PaymentRecorded(BaseModel):
    """The payment and how it was used."""

    number: str
    account: str
    created: bool
    parts: tuple[PartOfPayment, ...]


class Reversed(BaseModel):
    """The account whose payment was reversed; "" for money without one."""

    account: str


class ShiftOpened(BaseModel):
    """The open shift."""

    shift: int


@router.post("/v1/communities/{community}/billing/shifts", responses=documented("records_unavailable"))
async def open_a_shift(
    community: CommunityCode, caller: Annotated[Caller, caller_with(Right.COLLECT)], intake: TheIntake
) -> ShiftOpened:
    """Open your shift at the cash desk; the one that is open is the one."""
    cashier, at = person_of(caller).code, now_in(intake, community)
    shift = await in_ledger(intake, lambda connection: open_shift(connection, community, cashier, at.date(), at))
    return ShiftOpened(shift=shift)


@router.post(
    "/v1/communities/{community}/billing/payments",
    status_code=201,
    responses=documented(
        *KEYED, "unknown_account", "unknown_bill", "invalid_amount", "no_open_shift", "idempotency_key_reused",
        "transaction_reused", "value_date_too_old", "bank_reference_required",
    ),
)  # fmt: skip
async def take_a_payment(
    *,
    body: PaymentBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.COLLECT)],
    intake: TheIntake,
) -> PaymentRecorded:
    """Take a payment: for what the customer names, else the oldest debt first; what is left over is prepaid."""
    # what nobody has taken, its cashier himself could reverse
    cashier, now = person_of(caller), datetime.now(UTC)
    by_bank = body.method in BY_BANK
    at = body.succeeded_at if body.succeeded_at is not None and by_bank else now
    reference = body.bank_reference if by_bank else ""
    new = NewPayment(
        community=community, key=key_digest(caller.caller, key), body_digest=body_digest(body), account=body.account,
        amount=body.amount, method=body.method, succeeded_at=min(at, now), actor=cashier,
        provider=f"desk-{body.method}" if reference else "", transaction=reference, designated=body.designated,
        entered_at=now,
    )  # fmt: skip
    return await _taken(intake, new)


@router.post(
    "/v1/communities/{community}/billing/payments/{payment}/reversal",
    responses=documented(
        "unknown_payment", "two_persons", "reason_required", "prepayment_refunded", "deposit_spent", "agency_paid_out",
        "records_unavailable", "unknown_account", "no_policy_in_force",
    ),
)  # fmt: skip
async def reverse_a_payment(
    *,
    body: ReversalBody,
    community: CommunityCode,
    payment: str,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> Reversed:
    """Reverse a payment that the bank has taken back, or a wrong entry, as if it had never come; repeated, it stands.

    Also parking, operating income, deposits and other money without a bill, which needs its ``reason``.
    """
    actor, at = person_of(caller), now_in(intake, community)
    personal = intake.database.personal
    accounts = await in_ledger(
        intake, lambda connection: reverse_payment(connection, personal, community, payment, actor, at, body.reason)
    )
    await tell_moved(intake.client, intake.database, community, accounts, f"reversal:{payment}", at)
    return Reversed(account=accounts[0] if accounts else "")


@webhooks.post(
    "/v1/webhooks/payments",
    responses=documented(
        *SIGNED, "unknown_account", "unknown_bill", "invalid_amount", "records_unavailable", "no_policy_in_force",
        "not_ready", "snapshot_expired", "idempotency_key_reused", known_callers=False,
    ),
    openapi_extra=signed_body(GatewayPaymentBody),
)  # fmt: skip
async def receive_a_payment(request: Request, intake: TheIntake) -> PaymentRecorded:
    """Receive a gateway's word that a payment has succeeded, signed as standardwebhooks says; each is posted once."""
    body = await verified(request, intake.keyring.gateway_webhook_secret, GatewayPaymentBody)
    new = NewPayment(
        community=body.community, key=key_digest(f"gateway:{body.provider}", body.transaction),
        body_digest=body_digest(body), account=body.account, amount=body.amount, method=body.method,
        succeeded_at=body.succeeded_at, actor=_GATEWAY, provider=body.provider, transaction=body.transaction,
        designated=body.designated,
    )  # fmt: skip
    return await _taken(intake, new)


async def _taken(intake: Intake, new: NewPayment) -> PaymentRecorded:
    policy = policy_now(intake, new.community)
    taken: PaymentTaken = await in_ledger(
        intake, lambda connection: take_payment(connection, intake.database.personal, new, policy)
    )
    at = local(new.succeeded_at, policy.calendar.tz)
    await tell_moved(intake.client, intake.database, new.community, [new.account], taken.number, at)
    parts = tuple(PartOfPayment(bill=part.bill, kind=part.kind, amount=part.amount) for part in taken.parts)
    return PaymentRecorded(number=taken.number, account=taken.account, created=taken.created, parts=parts)
