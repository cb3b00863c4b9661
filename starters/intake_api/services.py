"""POST special-services: an order becomes a case 特约服务下单 (``docs/domain/special-service.md``; S4 3.3)."""

from typing import Annotated

from fastapi import APIRouter, Response

from activities.records.intake_snapshot import Caller
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, caller_with
from starters.intake_api.details import refuse_unknown_attachments
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import documented
from starters.intake_api.repairs import CaseAccepted
from starters.intake_api.service_bodies import ServiceOrderBody

router = APIRouter(route_class=KnownCallersRoute, tags=["special services 特约服务"])


@router.post(
    "/v1/communities/{community}/special-services",
    status_code=201,
    responses={
        200: {"model": CaseAccepted, "description": "The same message had come before; this is its case."},
        **documented(
            "idempotency_key_required",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "idempotency_key_expired",
            "no_policy_in_force",
            "unknown_unit",
            "unknown_attachment",
            "records_unavailable",
            "unknown_price_item",
            "appointment_in_past",
            "number_taken",
            "outcome_unknown",
        ),
    },
)
async def order_a_special_service(
    *,
    body: ServiceOrderBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.REPORT)],
    intake: TheIntake,
    response: Response,
) -> CaseAccepted:
    """Order cleaning, gardening, engineering or an errand; the desk quotes, and nothing is done before you confirm."""
    await refuse_unknown_attachments(intake, community, body.photos)
    started = await intake.cases.order_service(body.as_order(community), caller, key, intake.snapshots.current())
    if not started.created:
        response.status_code = 200
    return CaseAccepted(
        number=started.number,
        state_label=started.state_label,
        level_label=started.level_label,
        unit_verified=started.unit_verified,
    )
