"""Every activity and process that a case can ask for is served, each on one queue."""

import pytest
from temporalio import activity, workflow
from temporalio.worker import Worker

from activities.connections.settings import Settings
from tests.sandbox import PURE, sandboxed
from tests.workers.machine_clock import AsksTheMachine
from workers.assembly import PROCESSES, build
from workflows.messages.identifiers import (
    ARREARS_WORKFLOW,
    FEE_CYCLE_WORKFLOW,
    FEE_MONTH_WORKFLOW,
    FEE_OPENING_WORKFLOW,
    REPAIR_WORKFLOW,
    REVISIT_WORKFLOW,
    SPECIAL_SERVICE_WORKFLOW,
    Activity,
    TaskQueue,
)


@pytest.fixture
async def workers(client, database, keyring, tmp_path):
    settings = Settings(database_url="postgresql+psycopg2://", keys_file=tmp_path)
    # in a coroutine, because a worker is built in a running event loop
    return {queue: build(queue, client, settings, database, keyring) for queue in TaskQueue}


async def test_every_activity_is_served_on_exactly_one_queue_and_the_old_one_serves_what_stood_there(workers):
    served = {
        queue: [activity._Definition.must_from_callable(effect).name for effect in worker.config()["activities"]]
        for queue, worker in workers.items()
    }
    assert served.pop(TaskQueue.RECORDS) == served[TaskQueue.CASES]
    assert sorted(name for names in served.values() for name in names) == sorted(Activity)


async def test_every_process_is_served_on_the_queue_of_cases(workers):
    assert [workflow._Definition.must_from_class(process).name for process in PROCESSES] == [
        REPAIR_WORKFLOW,
        SPECIAL_SERVICE_WORKFLOW,
        REVISIT_WORKFLOW,
        FEE_CYCLE_WORKFLOW,
        FEE_MONTH_WORKFLOW,
        ARREARS_WORKFLOW,
        FEE_OPENING_WORKFLOW,
    ]
    assert tuple(workers[TaskQueue.CASES].config()["workflows"]) == PROCESSES


@pytest.mark.parametrize("queue", TaskQueue)
async def test_every_worker_gives_running_activities_time_to_end(workers, queue):
    assert workers[queue].config()["graceful_shutdown_timeout"].total_seconds() > 0


async def test_a_process_that_asks_the_machine_for_the_time_is_stopped(client):
    queue = "asks-the-machine"
    async with Worker(client, task_queue=queue, workflows=[AsksTheMachine], workflow_runner=sandboxed()):
        handle = await client.start_workflow(AsksTheMachine.run, id=queue, task_queue=queue)
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.HasField("workflow_task_failed_event_attributes"):
                break
    failure = await client.data_converter.decode_failure(event.workflow_task_failed_event_attributes.failure)
    assert "datetime.datetime.now" in str(failure)


def test_no_process_is_passed_through_the_sandbox():
    assert not any(process.__module__.startswith(PURE) for process in PROCESSES)
