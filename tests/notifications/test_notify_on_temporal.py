"""The effect ``notify`` through a real Temporal server to a real mail server."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.connections.database import Database
from activities.notifications.notify import Notifications
from tests.notifications.peers import SmtpPeer, notice, rows, telling
from workflows.effects.notifying import start_telling
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.notices import Notice, NoticeOutcome


@workflow.defn
class TellOnce:
    """Stands for any process that tells somebody something."""

    @workflow.run
    async def run(self, told: Notice) -> NoticeOutcome:
        return await start_telling(told)


@contextlib.asynccontextmanager
async def at_work(client: Client, notifications: Notifications) -> AsyncIterator[str]:
    """A process and the effect, each with its worker; the process's queue."""
    queue = f"tell-{uuid.uuid4()}"
    with ThreadPoolExecutor(2) as threads:
        async with (
            Worker(client, task_queue=queue, workflows=[TellOnce], workflow_runner=UnsandboxedWorkflowRunner()),
            Worker(
                client, task_queue=TaskQueue.NOTIFICATIONS, activities=[notifications.notify], activity_executor=threads
            ),
        ):
            yield queue


async def test_a_worker_that_waits_for_a_slow_provider_shows_that_it_lives(
    client: Client, community: Database, http_peer
):
    """One that was killed is then missed in seconds, and another one tells: of a gas leak nobody waits two minutes."""
    provider = http_peer(200)
    provider.answers = ["silence"]
    async with at_work(client, telling(community, webhook=provider)) as queue:
        handle = await client.start_workflow(TellOnce.run, notice(), id=queue, task_queue=queue)
        async with asyncio.timeout(30):
            while not (
                beat := [
                    one
                    for one in (await handle.describe()).raw_description.pending_activities
                    if one.HasField("last_heartbeat_time")
                ]
            ):
                await asyncio.sleep(0.1)
        assert beat[0].activity_type.name == Activity.NOTIFY
        provider.released.set()
        assert (await handle.result()).channel == "webhook"


async def test_a_process_waits_for_a_busy_mail_server_and_the_customer_is_told_once(
    client: Client, community: Database, smtp_peer: SmtpPeer
):
    smtp_peer.answers = ["451 later"]
    notifications = telling(community, smtp=smtp_peer)
    async with at_work(client, notifications) as queue:
        outcome = await client.execute_workflow(TellOnce.run, notice(), id=queue, task_queue=queue)
    assert outcome == NoticeOutcome(channel="mail", status="accepted", tried=("mail",))
    assert len(smtp_peer.mails) == 1
    assert rows(community)[0]["attempts"] == 2


async def test_the_directory_for_emergencies_is_kept_fresh_beside_the_worker(community: Database):
    notifications = telling(community)
    beside = asyncio.create_task(notifications.keep_directory_fresh())
    async with asyncio.timeout(10):
        while notifications._snapshot.of("YGHY") is None:
            await asyncio.sleep(0.01)
    beside.cancel()
