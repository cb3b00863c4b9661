"""POST and GET billing: the car park, paid services, money without a bill 停车、有偿服务、直接收入 (S4 4.3–4.6)."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from activities.ledger.collected_services import ToHandIn, gathered_of, not_handed_in, take_over_collected
from activities.ledger.direct_income import NewIncome, pay_agency_out, take_income
from activities.ledger.parking import HandIn, check_hand_in, hand_in
from activities.opening.message_keys import body_digest, key_digest
from activities.records.intake_snapshot import Caller
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, caller_with, person_of
from starters.intake_api.cash_bodies import Case, CollectedBody, IncomeBody, ItemCode, Month, ParkingBody, PayoutBody
from starters.intake_api.intake import TheIntake
from starters.intake_api.ledger_transaction import KEYED, in_ledger, now_in, policy_now
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.people import Role
from workflows.rules.business_time import local

router = APIRouter(route_class=KnownCallersRoute, tags=["cash desk 收银"])


class MoneyTaken(BaseModel):
    """The payment's number."""

    payment: str


class PaidOut(BaseModel):
    """The entry under which it was paid out."""

    entry: int


class GatheredJob(BaseModel):
    """A paid job of the month, CNY: fee, agency money apart, what was collected, the bill of what was open."""

    case: str
    kind: str
    unit: str
    accepted_on: date
    service_fee: Decimal
    agency: Decimal
    collected: Decimal
    bill: str


class ServicesOfMonth(BaseModel):
    """《有偿服务费明细》 of a month, and what was collected on any case and is not with the cashier yet."""

    jobs: tuple[GatheredJob, ...]
    not_handed_in: tuple[ToHandIn, ...]


@router.post(
    "/v1/communities/{community}/billing/parking",
    responses=documented(
        *KEYED, "unknown_staff", "two_persons", "unknown_attendant", "checked_already", "day_in_future",
        "invalid_amount", "no_open_shift", "payment_reversed", "idempotency_key_reused",
    ),
)  # fmt: skip
async def hand_in_the_car_park(
    *,
    body: ParkingBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.HAND_IN_PARKING)],
    intake: TheIntake,
) -> HandIn:
    """Hand in the day as the attendant, or check an attendant's as the cashier, whose shift takes the cash."""
    actor, at = person_of(caller), now_in(intake, community)
    if actor.role is Role.PARKING_ATTENDANT:
        if body.attendant not in ("", actor.code):
            raise ProblemError("unknown_staff", "车管员只能交自己的账")
        return await in_ledger(
            intake,
            lambda connection: hand_in(
                connection,
                community=community,
                key=key_digest(caller.caller, key),
                day=body.day,
                attendant=actor.code,
                figures=body.figures,
                at=at,
            ),
        )
    return await in_ledger(
        intake,
        lambda connection: check_hand_in(
            connection,
            intake.database.personal,
            community=community,
            key=key_digest(caller.caller, key),
            body_digest=body_digest(body),
            day=body.day,
            attendant=body.attendant,
            figures=body.figures,
            cashier=actor,
            at=at,
        ),
    )


@router.get(
    "/v1/communities/{community}/billing/services",
    responses=documented("records_unavailable", "no_policy_in_force"),
)
async def read_the_services(
    community: CommunityCode,
    month: Month,
    _: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
) -> ServicesOfMonth:
    """The month's gathered paid services, and what technicians and the desk have collected and not handed in."""
    tz = policy_now(intake, community).calendar.tz
    return await in_ledger(
        intake,
        lambda connection: ServicesOfMonth(
            jobs=tuple(
                GatheredJob(
                    case=row.case,
                    kind=row.kind,
                    unit=row.unit,
                    accepted_on=local(row.booked_at, tz).date(),
                    service_fee=row.service_fee,
                    agency=row.agency,
                    collected=row.collected,
                    bill=row.bill,
                )
                for row in gathered_of(connection, community, month)
            ),
            not_handed_in=not_handed_in(connection, community),
        ),
    )


@router.post(
    "/v1/communities/{community}/billing/services/{case}/handed-in",
    status_code=201,
    responses=documented(*KEYED, "nothing_to_hand_in", "invalid_amount", "no_open_shift", "idempotency_key_reused"),
)
async def take_over_a_services_money(
    *,
    body: CollectedBody,
    community: CommunityCode,
    case: Case,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.COLLECT)],
    intake: TheIntake,
) -> MoneyTaken:
    """Take over what was collected on a case and is not with you yet; money laid out for the customer is no income."""
    actor, at = person_of(caller), now_in(intake, community)
    number = await in_ledger(
        intake,
        lambda connection: take_over_collected(
            connection,
            intake.database.personal,
            community=community,
            key=key_digest(caller.caller, key),
            body_digest=key_digest(case, body_digest(body)),
            case=case,
            method=body.method,
            cashier=actor,
            at=at,
        ),
    )
    return MoneyTaken(payment=number)


@router.post(
    "/v1/communities/{community}/billing/incomes",
    status_code=201,
    responses=documented(
        *KEYED, "unknown_price_item", "charged_by_case", "invalid_amount", "unknown_account", "no_open_shift",
        "idempotency_key_reused",
    ),
)  # fmt: skip
async def take_an_income(
    *,
    body: IncomeBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.COLLECT)],
    intake: TheIntake,
) -> MoneyTaken:
    """Take an operating, renovation or parking charge, or agency money, by the posted list and nothing else."""
    actor, at = person_of(caller), now_in(intake, community)
    new = NewIncome(
        community=community,
        key=key_digest(caller.caller, key),
        body_digest=body_digest(body),
        code=body.code,
        quantity=body.quantity,
        method=body.method,
        at=at,
        actor=actor,
        account=body.account,
    )
    number = await in_ledger(intake, lambda connection: take_income(connection, intake.database.personal, new))
    return MoneyTaken(payment=number)


@router.post(
    "/v1/communities/{community}/billing/agency/{item}/payouts",
    status_code=201,
    responses=documented(
        *KEYED, "beyond_authority", "two_persons", "invalid_amount", "agency_exceeded", "idempotency_key_reused"
    ),
)
async def pay_agency_money_out(
    *,
    body: PayoutBody,
    community: CommunityCode,
    item: ItemCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> PaidOut:
    """Pay on as finance what was taken in for others, out of the bank and never out of the till."""
    actor, at = person_of(caller), now_in(intake, community)
    entry = await in_ledger(
        intake,
        lambda connection: pay_agency_out(
            connection,
            intake.database.personal,
            community=community,
            key=key_digest(caller.caller, key),
            code=item,
            amount=body.amount,
            actor=actor,
            at=at,
        ),
    )
    return PaidOut(entry=entry)
