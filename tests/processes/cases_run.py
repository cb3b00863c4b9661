"""Which cases a worker of the tests has run, so that their histories can be replayed in the sandbox (decision 0032)."""

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from tests.sandbox import sandboxed
from workers.assembly import PROCESSES


class CasesRun(Interceptor):
    """Notes every run of every case that the worker executes."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._runs: set[tuple[str, str]] = set()

    def workflow_interceptor_class(self, _: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """The interceptor of one run; the worker is not sandboxed, so it reaches what is noted."""
        runs = self._runs

        class Noting(WorkflowInboundInterceptor):
            async def execute_workflow(self, given: ExecuteWorkflowInput) -> object:
                runs.add((workflow.info().workflow_id, workflow.info().run_id))
                return await super().execute_workflow(given)

        return Noting

    async def replay(self) -> None:
        """Replay what has been noted since the last time, in the strict sandbox; raises on what it refuses."""
        replayer = Replayer(
            workflows=PROCESSES, workflow_runner=sandboxed(), data_converter=self._client.data_converter
        )
        while self._runs:
            number, run = self._runs.pop()
            await replayer.replay_workflow(await self._client.get_workflow_handle(number, run_id=run).fetch_history())
