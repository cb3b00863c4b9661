"""GET healthz and readyz: whether the process lives, and whether it can take reports."""

from datetime import timedelta
from typing import Final, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from starters.intake_api.intake import TheIntake
from starters.intake_api.snapshot_keeper import USABLE_FOR

Temporal = Literal["reachable", "unreachable", "namespace_unknown"]
_PATIENCE: Final = timedelta(seconds=2)

router = APIRouter(tags=["health 健康检查"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """What intake depends on. Without the database it goes on for 24 hours, on the snapshot."""

    ready: bool
    temporal: Temporal = Field(description="`namespace_unknown`: it answers, but has no namespace of our name.")
    database: Literal["reachable", "unreachable"]
    snapshot_age_seconds: int | None = Field(description="None while none has been loaded yet.")


@router.get("/healthz")
async def tell_that_it_lives() -> Alive:
    """Whether the process lives; restart it if this does not answer."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready to take reports."}})
async def tell_whether_it_is_ready(intake: TheIntake, response: Response) -> Readiness:
    """Whether reports can be taken: Temporal knows our namespace, and the snapshot is at most 24 hours old."""
    age = intake.snapshots.age
    temporal = await _temporal(intake.client)
    ready = temporal == "reachable" and age is not None and age <= USABLE_FOR
    if not ready:
        response.status_code = 503
    return Readiness(
        ready=ready,
        temporal=temporal,
        database="reachable" if intake.snapshots.database_reachable else "unreachable",
        snapshot_age_seconds=None if age is None else int(age.total_seconds()),
    )


async def _temporal(client: Client) -> Temporal:
    try:
        if not await client.service_client.check_health(timeout=_PATIENCE):
            return "unreachable"
        wanted = DescribeNamespaceRequest(namespace=client.namespace)
        await client.workflow_service.describe_namespace(wanted, timeout=_PATIENCE)
    except RPCError as error:
        return "namespace_unknown" if error.status is RPCStatusCode.NOT_FOUND else "unreachable"
    except RuntimeError:
        return "unreachable"
    return "reachable"
