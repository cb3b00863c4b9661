"""POST actions: a member of staff acts on a case 办理; the case itself decides whether it may be done.

Each kind of case has a route of its own, because an action of the same name asks for other details.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter

from activities.opening.message_keys import action_id, body_digest
from activities.records.intake_snapshot import Caller
from starters.intake_api import problems
from starters.intake_api.bodies import Body
from starters.intake_api.callers import (
    CommunityCode,
    IdempotencyKey,
    KnownCallersRoute,
    Right,
    actor_of,
    caller_with,
    person_of,
)
from starters.intake_api.details import attachments_in, details_of, refuse_unknown_attachments
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.problems import ProblemError
from starters.intake_api.repair_bodies import RepairActionBody
from starters.intake_api.revisit_bodies import RevisitActionBody
from starters.intake_api.service_bodies import ServiceActionBody
from workflows.messages.case import ActionRequest, ActionResult
from workflows.messages.identifiers import CaseKind, kind_of
from workflows.messages.quotes import QuoteAction
from workflows.messages.repair_actions import RepairAction
from workflows.messages.revisit_actions import RevisitAction

router = APIRouter(route_class=KnownCallersRoute, tags=["cases 单据"])
ACTION_ANSWERS: Final[dict[int | str, dict[str, Any]]] = problems.documented(
    "idempotency_key_required",
    "idempotency_key_invalid",
    "unknown_case",
    "case_closed",
    "case_not_running",
    "idempotency_key_reused",
    "unknown_action",
    "unknown_technician",
    "unknown_staff",
    "unknown_unit",
    "unknown_price_item",
    "unknown_attachment",
    "records_unavailable",
    "outcome_unknown",
    *problems.REFUSALS,
)

_BY_SOMEBODY_ELSE: Final = frozenset({
    QuoteAction.APPROVE_QUOTE, QuoteAction.CONFIRM_QUOTE, QuoteAction.SETTLE_CHARGE,
    RepairAction.CONFIRM_BACKFILL, RevisitAction.GIVE_OPINION,
})  # fmt: skip
"""Actions that are not for whoever asked for them: a token without a person could be anybody's, so it is nobody's."""


@router.post("/v1/communities/{community}/cases/{number}/actions", responses=ACTION_ANSWERS)
async def act_on_a_repair(
    *,
    body: RepairActionBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ACT)],
    intake: TheIntake,
) -> ActionResult:
    """Act on a repair: accept, dispatch, quote, suspend, complete, verify, reopen and the rest.

    The answer holds the new state and what the same person may do next. On 504 resend with the same key.
    """
    return await act_on(CaseKind.REPAIR, body, community, number, key, caller, intake)


@router.post("/v1/communities/{community}/special-services/{number}/actions", responses=ACTION_ANSWERS)
async def act_on_a_special_service(
    *,
    body: ServiceActionBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ACT)],
    intake: TheIntake,
) -> ActionResult:
    """Act on a special service: quote, book, assign, start, complete, sign, collect, cancel."""
    return await act_on(CaseKind.SPECIAL_SERVICE, body, community, number, key, caller, intake)


@router.post("/v1/communities/{community}/revisits/{number}/actions", responses=ACTION_ANSWERS)
async def act_on_a_revisit(
    *,
    body: RevisitActionBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ACT)],
    intake: TheIntake,
) -> ActionResult:
    """Act on a revisit: assign, attempt, record, exempt, give an opinion, answer a new matter."""
    return await act_on(CaseKind.REVISIT, body, community, number, key, caller, intake)


async def act_on(  # noqa: PLR0917 - what the routes hand over, in their order
    kind: CaseKind, body: Body, community: str, number: str, key: str, caller: Caller, intake: Intake
) -> ActionResult:
    """Have a case of that kind do what the body says; raises ``ProblemError`` for another kind's number."""
    details = details_of(body, community, intake.snapshots.current())
    await refuse_unknown_attachments(intake, community, attachments_in(details))
    action = str(details.pop("action"))
    request = ActionRequest(
        action=action,
        community=community,
        actor=person_of(caller) if action in _BY_SOMEBODY_ELSE else actor_of(caller),
        message_id=action_id(caller.caller, key, number),
        digest=body_digest(body),
        details=details,
    )
    if kind_of(number) is not kind:
        await intake.archive.keep_refusal(number, request, caller.caller, "unknown_case")
        raise ProblemError("unknown_case")
    return await intake.cases.act(number, request, caller)
