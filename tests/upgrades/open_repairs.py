"""Repairs that are open at different stages, and what is left to be done of each."""

import asyncio
import contextlib
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from tests.fees.quarter import eventually
from tests.plain_repair import ACCEPT, DESK, STEPS, confirmation, technician, wish
from workflows.messages.case import CaseOpening, CaseView, Channel
from workflows.messages.identifiers import REPAIR_WORKFLOW, CaseKind, TaskQueue
from workflows.messages.people import Trade
from workflows.messages.repair import RepairClass, RepairStart, RepairState
from workflows.processes.repair import Repair
from workflows.rules.case_numbers import case_number

PATIENCE = 120
"""Seconds: a task that a worker took and did not answer is handed out again after ten."""
_HOME = "YGHY"
_CONFIRM = "confirm"
_STAGES = (*STEPS, _CONFIRM)
STAGES = len(_STAGES)
FINISHED = {RepairState.VERIFIED, RepairState.AWAITING_REVISIT, RepairState.CLOSED}


class OpenRepair:
    """One repair, driven by its staff from stage to stage."""

    def __init__(self, handle: WorkflowHandle[Any, Any]) -> None:
        self.handle = handle
        self.done = 0

    @classmethod
    async def reported(cls, client: Client) -> "OpenRepair":
        number = case_number(CaseKind.REPAIR, b"upgrade", "upgrade", uuid.uuid4().hex)
        opening = CaseOpening(
            number=number, kind=CaseKind.REPAIR, community=_HOME, channel=Channel.PHONE,
            received_at=datetime.now(ZoneInfo("Asia/Shanghai")),
            unit=number[3:],  # a place of its own, or all of them would be reports of one fault
            description="水龙头滴水",
        )  # fmt: skip
        start = RepairStart(opening=opening, trade=Trade.GENERAL, repair_class=RepairClass.GENERAL)
        return cls(await client.start_workflow(REPAIR_WORKFLOW, start, id=number, task_queue=TaskQueue.CASES))

    async def go_on(self, until: int) -> None:
        """Take the next steps, so that this many are done."""
        while self.done < until:
            await self._take(_STAGES[self.done])
            self.done += 1

    async def _take(self, step: str) -> None:
        if step == _CONFIRM:
            return await self.handle.signal(Repair.reply, confirmation(_HOME))
        actor = DESK if step == ACCEPT else technician(await self._technician())
        request = wish(self.handle.id, step, actor, _HOME)
        while True:  # as the API answers "outcome unknown, resend with the same key"; the test's own time ends it
            with contextlib.suppress(WorkflowUpdateRPCTimeoutOrCancelledError):
                return await self.handle.execute_update(Repair.act, request, id=request.message_id)

    async def _technician(self) -> str:
        offered_to = ""

        async def there_is_one() -> bool:
            nonlocal offered_to
            view = await self._view()
            offered_to = (view and view.assignee) or ""
            return bool(offered_to)

        await eventually(there_is_one, PATIENCE)
        return offered_to

    async def is_finished(self) -> bool:
        view = await self._view()
        return view is not None and view.state in FINISHED

    async def _view(self) -> CaseView | None:
        """How it stands, if a worker is there that has the time to say so."""
        with contextlib.suppress(RPCError):
            return await self.handle.query(Repair.view)
        return None


def has_failed(history: WorkflowHistory) -> bool:
    """Whether a workflow task failed, as one does that cannot replay what came before it."""
    return any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for event in history.events)


def is_patched(history: WorkflowHistory, patch: str) -> bool:
    """Whether it says that its case goes the new way."""
    markers = (event.marker_recorded_event_attributes for event in history.events)
    return any(patch.encode() in marker.SerializeToString() for marker in markers)


async def reported_at_all_stages(client: Client, count: int) -> list[OpenRepair]:
    """Report so many and take the first to stage 0, the second to stage 1, …"""
    places = asyncio.Semaphore(20)

    async def one(number: int) -> OpenRepair:
        async with places:
            repair = await OpenRepair.reported(client)
            await repair.go_on(number % STAGES)
            return repair

    return await asyncio.gather(*(one(number) for number in range(count)))


async def all_finish(repairs: list[OpenRepair]) -> None:
    """Take every repair to its end, twenty at a time."""
    places = asyncio.Semaphore(20)

    async def one(repair: OpenRepair) -> None:
        async with places:
            await repair.go_on(STAGES)
            await eventually(repair.is_finished, PATIENCE)

    await asyncio.gather(*(one(repair) for repair in repairs))
