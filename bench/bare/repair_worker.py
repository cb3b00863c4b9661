"""The process that serves the bare repair: ``python -m bench.bare.repair_worker``; as many threads as ours."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from psycopg2.extensions import connection as open_connection
from psycopg2.pool import ThreadedConnectionPool
from sqlalchemy import make_url
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.bare import repair_records as records
from bench.bare.repair import QUEUE, REVISIT, BareRepair, BareRevisit, revisit_of
from bench.bare.repair_messages import REVISIT_START

AT_ONCE: Final = 20
_TEXT: Final = "【星苑大学服务中心】您报修的事项有了进展,单号与当前状态见下;如有疑问请致电前台或在平台回复。" * 2


def plain(url: str) -> str:
    """psycopg2's own spelling of an address."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Effects:
    """The activities, each a statement or two."""

    def __init__(self, url: str, client: Client) -> None:
        self._pool = ThreadedConnectionPool(AT_ONCE, AT_ONCE, url)
        self._client = client

    @contextlib.contextmanager
    def _connected(self) -> Iterator[open_connection]:
        connection = self._pool.getconn()
        try:
            yield connection
        finally:
            self._pool.putconn(connection)

    def _execute(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self._connected() as connection:
            return records.execute(connection, statement, values)

    @activity.defn(name="bare.write")
    def write(self, batch: dict[str, Any]) -> None:
        """写入记录."""
        with self._connected() as connection:
            records.write(connection, batch)

    @activity.defn(name="bare.notify")
    def notify(self, notice: dict[str, Any]) -> dict[str, Any]:
        """通知: a row before and after, as an inbox has nothing to send."""
        to = f"{notice['recipient']['kind']}:{notice['recipient']['staff']}"
        told = {"id": f"notice_{notice['case']}_{notice['event']}", "subject": notice["event"], "body": _TEXT}
        told |= {"to": to, "staff": notice["recipient"]["staff"], **notice, "facts": None, "recipient": None}
        self._execute(records.CLAIM, told)
        self._execute(records.ACCEPTED, told)
        return {"channel": "inbox", "status": "accepted", "tried": []}

    @activity.defn(name="bare.recall")
    def recall(self, request: dict[str, Any]) -> dict[str, Any]:
        """查同类报修."""
        return {"possible_duplicates": [], "same_faults": len(self._execute(records.EARLIER, request))}

    @activity.defn(name="bare.offer")
    def offer(self, request: dict[str, Any]) -> dict[str, Any]:
        """派工, always to the same technician."""
        self._execute(records.INSERT_ORDER, request)
        return {"technician": "T001", "considered": 1}

    @activity.defn(name="bare.plan")
    async def plan(self, request: dict[str, Any]) -> dict[str, Any]:
        """回访抽取: every repair is revisited."""
        revisit = revisit_of(request["case"])
        await asyncio.to_thread(self._execute, records.INSERT_ITEM, {**request, "revisit": revisit})
        opening = {**REVISIT_START["opening"], "number": revisit, "unit": request["unit"], "linked": [request["case"]]}
        start = {**REVISIT_START, "opening": opening, "original": request["case"], "completed_at": request["at"]}
        await self._client.start_workflow(REVISIT, start, id=revisit, task_queue=QUEUE)
        return {**REVISIT_START["selection"], "revisit": revisit}

    @activity.defn(name="bare.visitor")
    def visitor(self, request: dict[str, Any]) -> dict[str, Any]:
        """指派回访人."""
        return {"staff": self._execute(records.VISITOR, request)[0][0], "role": "steward"}

    @activity.defn(name="bare.pass_on")
    async def pass_on(self, word: dict[str, Any]) -> bool:
        """转告."""
        await self._client.get_workflow_handle(word["to"]).signal("hear", word)
        return True


async def serve() -> None:
    """Serve until SIGTERM."""
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    effects = Effects(plain(os.environ["GUANJIA_DATABASE_URL"]), client)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareRepair, BareRevisit],
        activities=[
            effects.write, effects.notify, effects.recall, effects.offer, effects.plan, effects.visitor, effects.pass_on
        ],
        activity_executor=ThreadPoolExecutor(AT_ONCE),
        max_concurrent_activities=AT_ONCE,
        max_cached_workflows=int(os.environ.get("GUANJIA_WORKERS__CACHED_CASES", "1000")),
        workflow_runner=UnsandboxedWorkflowRunner(),
    )  # fmt: skip
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with worker:
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve())
