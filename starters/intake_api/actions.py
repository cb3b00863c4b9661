"""POST actions: a member of staff acts on a case 办理; the case itself decides whether it may be done."""

from typing import Annotated

from fastapi import APIRouter

from activities.records.intake_snapshot import Caller, IntakeSnapshot
from starters.case_desk.message_keys import action_id, body_digest
from starters.intake_api.bodies import ActionBody, DispatchBody
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, actor_of, caller_with
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.case import ActionRequest, ActionResult
from workflows.messages.people import Role

router = APIRouter(route_class=KnownCallersRoute, tags=["cases 单据"])


@router.post(
    "/v1/communities/{community}/cases/{number}/actions",
    responses=documented(
        "idempotency_key_required",
        "idempotency_key_invalid",
        "unknown_case",
        "not_the_assignee",
        "beyond_authority",
        "not_allowed_in_state",
        "hazard_outranks",
        "case_closed",
        "case_not_running",
        "idempotency_key_reused",
        "unknown_action",
        "unknown_clock",
        "deadline_in_past",
        "unknown_technician",
        "invalid_details",
        "records_unavailable",
        "outcome_unknown",
    ),
)
async def act_on_a_case(
    *,
    body: ActionBody,
    community: CommunityCode,
    number: str,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ACT)],
    intake: TheIntake,
) -> ActionResult:
    """Accept, dispatch, take, decline, arrive, complete, cancel, or move a deadline.

    The answer holds the new state and what the same person may do next. On 504 resend with the same key.
    """
    if isinstance(body, DispatchBody) and body.technician:
        _check_technician(body.technician, community, intake.snapshots.current())
    request = ActionRequest(
        action=body.action,
        community=community,
        actor=actor_of(caller),
        message_id=action_id(caller.caller, key, number),
        digest=body_digest(body),
        details=body.model_dump(mode="json", exclude={"action"}),
    )
    return await intake.cases.act(number, request, caller)


def _check_technician(code: str, community: str, snapshot: IntakeSnapshot) -> None:
    """Raise ``unknown_technician`` unless the code is one of the community's active technicians."""
    if Role.TECHNICIAN not in snapshot.staff.get(community, {}).get(code, frozenset()):
        raise ProblemError("unknown_technician")
