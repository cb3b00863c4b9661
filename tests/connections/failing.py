"""A case whose effect fails with a person's name in its words."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

WORDS = "欧阳金丝雀 17400909123"


@activity.defn
async def fail() -> None:
    raise ValueError(WORDS)


@workflow.defn
class Failing:
    @workflow.run
    async def run(self) -> None:
        once = RetryPolicy(maximum_attempts=1)
        await workflow.execute_activity(fail, start_to_close_timeout=timedelta(seconds=5), retry_policy=once)
