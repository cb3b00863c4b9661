"""POST fee-cycles, fee-months, arrears: acting on fee cases; opening a period by hand 收费办理 (S4 4.2.1)."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter
from temporalio.service import RPCError

from activities.opening.fee_cases import FeeCases
from activities.records.intake_snapshot import Caller
from starters.case_desk.refused import outcome_unknown
from starters.intake_api.actions import ACTION_ANSWERS, act_on
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, caller_with
from starters.intake_api.fee_action_bodies import ArrearsActionBody, FeeCycleActionBody, FeeMonthActionBody
from starters.intake_api.fee_bodies import OpenPeriodBody
from starters.intake_api.intake import TheIntake
from starters.intake_api.ledger_transaction import policy_now
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.case import ActionResult
from workflows.messages.fee_opening import FeesOpened, OpenFees
from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Message
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE

_REACH_DAYS: Final = 366
"""A period is opened for a day of last year or next year at most; anything else is a slip of the pen."""
router = APIRouter(route_class=KnownCallersRoute, tags=["fees 收费"])


class PeriodOpened(Message):
    """The case of the period; ``created`` is False for one that was open already."""

    number: str
    created: bool


@router.post("/v1/communities/{community}/fee-cycles/{number}/actions", responses=ACTION_ANSWERS)
async def act_on_a_cycle(
    *,
    body: FeeCycleActionBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ACT)],
    intake: TheIntake,
) -> ActionResult:
    """Act on a quarter's cycle: approve, reject, resubmit, hand over."""
    return await act_on(CaseKind.FEE_CYCLE, body, community, number, key, caller, intake)


@router.post("/v1/communities/{community}/fee-months/{number}/actions", responses=ACTION_ANSWERS)
async def act_on_a_month(
    *,
    body: FeeMonthActionBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ACT)],
    intake: TheIntake,
) -> ActionResult:
    """Act on the cash desk's month: gather paid services, send the reports."""
    return await act_on(CaseKind.FEE_MONTH, body, community, number, key, caller, intake)


@router.post("/v1/communities/{community}/arrears/{number}/actions", responses=ACTION_ANSWERS)
async def act_on_arrears(
    *,
    body: ArrearsActionBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ACT)],
    intake: TheIntake,
) -> ActionResult:
    """Act on an account's arrears: seal, deliver, bounce, dispute, agree on instalments, choose what follows."""
    return await act_on(CaseKind.ARREARS, body, community, number, key, caller, intake)


@router.post(
    "/v1/communities/{community}/billing/periods",
    status_code=201,
    responses=documented(
        "fees_not_charged", "period_out_of_reach", "no_policy_in_force", "records_unavailable", "outcome_unknown"
    ),
)
async def open_a_period(
    body: OpenPeriodBody,
    community: CommunityCode,
    _: Annotated[Caller, caller_with(Right.SEND_REPORTS)],
    intake: TheIntake,
) -> PeriodOpened:
    """Open the cycle or the month that a day asks for; the schedules do so by themselves. Repeating it is harmless."""
    policy_now(intake, community)
    at = local(datetime.now(UTC), DUTY_ZONE)
    if abs((body.day - at.date()).days) > _REACH_DAYS:
        raise ProblemError("period_out_of_reach")
    cases = FeeCases(intake.database, intake.client, intake.keyring.case_number_key)
    request = OpenFees(community=community, kind=body.kind, on_day=body.day, at=at)
    try:
        opened: FeesOpened = await cases.open_fees(request)
    except RPCError:
        raise outcome_unknown() from None
    if not opened.number:
        raise ProblemError("fees_not_charged")
    return PeriodOpened(number=opened.number, created=opened.created)
