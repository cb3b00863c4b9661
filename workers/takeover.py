"""Whether this build can take over the cases that are open 接办检验, before a worker of it has touched one of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from activities.records.executions import cases
from workers.assembly import PROCESSES


@dataclass(frozen=True)
class Replayed:
    """One open case whose history this build has gone through; ``fits`` if it would have done the same."""

    number: str
    fits: bool


async def replay_open_cases(client: Client) -> AsyncIterator[Replayed]:
    """Replay the history of every open case by this build; nothing is sent to any of them.

    A case whose history ends just where a careless change stands fits and goes the new way: so a change needs its
    ``patched`` whatever is said here (``docs/decisions/0013-changing-a-process.md``). Raises ``RPCError``.
    """
    replayer = Replayer(
        workflows=PROCESSES,
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=client.data_converter,
        runtime=Runtime(telemetry=TelemetryConfig(logging=None)),  # what does not fit is an answer, not a warning
    )
    histories = (
        await client.get_workflow_handle(case.id, run_id=case.run_id).fetch_history() async for case in cases(client)
    )
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            yield Replayed(result.history.workflow_id, fits=result.replay_failure is None)
