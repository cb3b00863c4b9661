"""Starting a case on Temporal 立单: one number, one execution, whoever asks and however often."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.opening.temporal_face import Start, attributes_at_start, details, summary
from workflows.messages.identifiers import (
    ARREARS_WORKFLOW,
    FEE_CYCLE_WORKFLOW,
    FEE_MONTH_WORKFLOW,
    REPAIR_WORKFLOW,
    REVISIT_WORKFLOW,
    SPECIAL_SERVICE_WORKFLOW,
    CaseKind,
    TaskQueue,
)
from workflows.messages.repair import RepairClass, RepairStart
from workflows.rules.priority import priority_of

WORKFLOWS: Final[Mapping[CaseKind, str]] = {
    CaseKind.REPAIR: REPAIR_WORKFLOW,
    CaseKind.SPECIAL_SERVICE: SPECIAL_SERVICE_WORKFLOW,
    CaseKind.REVISIT: REVISIT_WORKFLOW,
    CaseKind.FEE_CYCLE: FEE_CYCLE_WORKFLOW,
    CaseKind.ARREARS: ARREARS_WORKFLOW,
    CaseKind.FEE_MONTH: FEE_MONTH_WORKFLOW,
}
"""The workflow type of each kind of case that can be opened."""


async def start_case(
    client: Client, start: Start, *, memo: Mapping[str, str] | None = None, patience: timedelta | None = None
) -> bool:
    """Start the case under its number; False where that number has been started before, and nothing was done.

    Raises ``RPCError`` when Temporal does not answer within ``patience``: then nobody knows, and asking again is safe.
    """
    opening = start.opening
    emergency = isinstance(start, RepairStart) and start.repair_class is RepairClass.EMERGENCY
    try:
        await client.start_workflow(
            WORKFLOWS[opening.kind],
            start,
            id=opening.number,
            task_queue=TaskQueue.CASES,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo=dict(memo or {}),
            search_attributes=attributes_at_start(start),
            static_summary=summary(start),
            static_details=details(start),
            priority=Priority(priority_key=priority_of(opening.kind, emergency=emergency)),
            rpc_timeout=patience,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True
