"""A worker process that also serves a case which lets nobody put it away."""

import asyncio

from temporalio import workflow

from tests.workers import process
from workers import assembly


@workflow.defn
class Stubborn:
    """As a case is left when its task was lost: there is something in it that never ends."""

    @workflow.run
    async def run(self) -> None:
        while True:
            try:
                await asyncio.get_running_loop().create_future()
            except BaseException:  # noqa: S112 - this is what is wrong with it
                continue

    @workflow.query
    def still_here(self) -> bool:
        return True


if __name__ == "__main__":
    assembly.PROCESSES = (*assembly.PROCESSES, Stubborn)
    process.main()
