"""GET and POST policies: the community's policy 政策, version by version (``docs/domain/policy.md``)."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from activities.records.intake_snapshot import Caller
from activities.records.policies import PolicyRefusedError, policies_of, publish_policy
from starters.intake_api.bodies import PolicyBody
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with
from starters.intake_api.field_errors import FieldError
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.policy import Policy

router = APIRouter(route_class=KnownCallersRoute, tags=["communities 项目"])


class PolicyVersions(BaseModel):
    """Every version, in the order in which they come into force."""

    policies: tuple[Policy, ...]


@router.get("/v1/communities/{community}/policies", responses=documented("records_unavailable"))
def read_policies(
    community: CommunityCode,
    _: Annotated[Caller, caller_with(Right.READ_POLICIES)],
    intake: TheIntake,
) -> PolicyVersions:
    """Read every version of the community's policy."""
    with intake.database.begin() as connection:
        return PolicyVersions(policies=policies_of(connection, community))


@router.post(
    "/v1/communities/{community}/policies",
    status_code=201,
    responses=documented("policy_refused", "records_unavailable"),
)
def publish_a_policy(
    body: PolicyBody,
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.PUBLISH_POLICIES)],
    intake: TheIntake,
) -> Policy:
    """Publish the next version: only what changes, with the last ``version`` that you have seen.

    That version takes the place of an idempotency key: a resent request finds a newer one and is refused. A
    version binds the cases opened from ``effective_from`` on; no promise already made moves.
    """
    changes = {"community": community, **body.policy}
    if changes["community"] != community:
        raise ProblemError("policy_refused", errors=[_error("community", "wrong_community", "与地址中的项目不一致")])
    if "version" not in changes:
        raise ProblemError("policy_refused", errors=[_error("version", "required", "请写明所依据的最新版本号")])
    try:
        return publish_policy(intake.database, changes, caller.staff or caller.caller, body.reason)
    except PolicyRefusedError as refused:
        errors = [_error(problem.field, problem.code, problem.message) for problem in refused.problems]
        raise ProblemError("policy_refused", errors=errors) from None


def _error(field: str, code: str, message: str) -> FieldError:
    return FieldError(field=f"policy.{field}", code=code, message=message)
