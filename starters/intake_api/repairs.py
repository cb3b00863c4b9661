"""POST repairs: a report becomes a case 报修受理 (``docs/domain/repair.md``; S0 4.1, S4)."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from activities.records.intake_snapshot import Caller
from starters.intake_api.bodies import RepairBody
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, caller_with
from starters.intake_api.details import refuse_unknown_attachments
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import documented

router = APIRouter(route_class=KnownCallersRoute, tags=["repairs 报修"])


class CaseAccepted(BaseModel):
    """The case that the report has become, or had become when it came before."""

    number: str = Field(description="编号", examples=["BX-7K3QM-9TXAB"])
    state_label: str = Field(description="状态", examples=["待受理"])
    level_label: str = Field(description="紧急程度", examples=["一般"])
    unit_verified: bool = Field(description="False is 房号待核: the unit could not be checked just now.")


@router.post(
    "/v1/communities/{community}/repairs",
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
            "appointment_in_past",
            "backfill_not_yours",
            "backfill_in_future",
            "backfill_out_of_order",
            "backfill_too_old",
            "number_taken",
            "outcome_unknown",
        ),
    },
)
async def report_a_repair(
    *,
    body: RepairBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.REPORT)],
    intake: TheIntake,
    response: Response,
) -> CaseAccepted:
    """Report a repair; resend it with the same key as often as you like, it stays one case.

    Entered by the desk through front_desk, phone or control_room it is accepted 受理 at once.
    """
    await refuse_unknown_attachments(intake, community, body.photos)
    started = await intake.cases.start_repair(body.as_report(community), caller, key, intake.snapshots.current())
    if not started.created:
        response.status_code = 200
    return CaseAccepted(
        number=started.number,
        state_label=started.state_label,
        level_label=started.level_label,
        unit_verified=started.unit_verified,
    )
