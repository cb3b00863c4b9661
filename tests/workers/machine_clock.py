"""What a process must never do, in a module of its own because the sandbox loads it again."""

import datetime

from temporalio import workflow


@workflow.defn(name="AsksTheMachine")
class AsksTheMachine:
    """Asks the machine for the time, which differs at every replay."""

    @workflow.run
    async def run(self) -> str:
        return datetime.datetime.now().isoformat()  # noqa: DTZ005 - this is what is refused
