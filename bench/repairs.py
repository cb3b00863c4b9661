"""Whole repairs a second, with real records in PostgreSQL, against bare workflows with as many messages.

Both are played on the same server by the same number of callers, in turn, several rounds; the ratio of each round is
what to look at, not the absolute figures. A repair writes some fifteen lines and two forms, tells three people, asks
for earlier reports and for its revisit, and shows itself to managers; the bare workflow does nothing of the kind.
"""

import asyncio
import logging
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from activities.records.migration import upgrade
from activities.records.sample_community import create_sample
from bench.bare_case import BareCase
from bench.figures import record, say
from tests import servers
from workers.assembly import build
from workers.sandbox import sandboxed
from workflows.messages.case import ActionRequest, CaseOpening, Channel, CustomerReply, ReplyIntent
from workflows.messages.identifiers import REPAIR_WORKFLOW, CaseKind, TaskQueue
from workflows.messages.people import Actor, Role, Trade
from workflows.messages.repair import RepairClass, RepairStart
from workflows.processes.repair import Repair
from workflows.rules.case_numbers import case_number

CASES: Final = 40
CALLERS: Final = 10
ROUNDS: Final = 3
_DESK: Final = Actor(role=Role.CS_ASSISTANT, code="K001")


async def play_bare(client: Client) -> None:
    """One bare workflow, from start to end."""
    handle = await client.start_workflow(BareCase.run, id=uuid.uuid4().hex, task_queue="bench-bare")
    for _ in range(4):
        await handle.execute_update(BareCase.act)
    await handle.signal(BareCase.confirm)
    await handle.result()


async def play_repair(client: Client) -> None:
    """One repair, from the report to 已关闭."""
    number = case_number(CaseKind.REPAIR, b"bench", "bench", uuid.uuid4().hex)
    opening = CaseOpening(
        number=number,
        kind=CaseKind.REPAIR,
        community="YGHY",
        channel=Channel.PHONE,
        received_at=datetime.now(ZoneInfo("Asia/Shanghai")),
        unit=number[3:],  # a place of its own, or all of them would be reports of one fault
        description="水龙头滴水",
    )
    start = RepairStart(opening=opening, trade=Trade.GENERAL, repair_class=RepairClass.GENERAL)
    handle = await client.start_workflow(REPAIR_WORKFLOW, start, id=number, task_queue=TaskQueue.CASES)

    async def act(action: str, actor: Actor) -> Any:
        request = ActionRequest(action=action, community="YGHY", actor=actor, message_id=f"{number}-{action}")
        return await handle.execute_update(Repair.act, request, id=request.message_id)

    await act("accept", _DESK)
    while not (view := await handle.query(Repair.view)).assignee:  # noqa: ASYNC110 - as a technician's screen does
        await asyncio.sleep(0.1)
    technician = Actor(role=Role.TECHNICIAN, code=view.assignee)
    for action in ("take", "arrive", "complete"):
        await act(action, technician)
    await handle.signal(Repair.reply, CustomerReply(message_id="c", community="YGHY", intent=ReplyIntent.CONFIRM))


async def per_second(play: Callable[[Client], Awaitable[None]], client: Client) -> float:
    """Play ``CASES`` cases with ``CALLERS`` at once and return how many there were a second."""
    places = asyncio.Semaphore(CALLERS)

    async def one() -> None:
        async with places:
            await play(client)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CASES)))
    return CASES / (time.perf_counter() - began)


async def compare(client: Client) -> None:
    """Play both in turn and print each round and the median ratio."""
    ratios = []
    for number in range(1, ROUNDS + 1):
        bare, repairs = await per_second(play_bare, client), await per_second(play_repair, client)
        ratios.append(repairs / bare)
        say(f"round {number}: bare {bare:6.1f}/s   repair {repairs:6.1f}/s   ratio {repairs / bare:.2f}")
    record("repairs / bare cases, a second", statistics.median(ratios))


async def main() -> None:
    """Start what is needed in temporary folders, compare, and leave nothing behind."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    keyring = KeyRing.generate()
    with servers.postgres_server("bench") as postgres, postgres.new_database() as url:
        upgrade(url)
        database = Database.connect(url, keyring)
        create_sample(database)
        async with await servers.temporal_server() as environment:
            client = await connect(keyring, target_host=environment.client.service_client.config.target_host)
            settings = Settings(database_url=url, keys_file="unused")
            workers = [build(queue, client, settings, database, keyring) for queue in TaskQueue]
            workers.append(Worker(client, task_queue="bench-bare", workflows=[BareCase], workflow_runner=sandboxed()))
            async with workers[0], workers[1], workers[2], workers[3]:
                await compare(client)
        database.close()


if __name__ == "__main__":
    asyncio.run(main())
