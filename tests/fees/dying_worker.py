"""A worker process that kills itself at named points: ``python -m tests.fees.dying_worker FOLDER QUEUE …``.

``FOLDER/points`` lists the points, a line each, such as ``billing.issue_bills before`` or ``… after``: before the
effect, or after it and before Temporal hears of it. A point that has fired has left a file, which proves it and keeps
it from firing again. ``FOLDER/odds``, if it is there, is how likely each moment of every effect is to be the last one;
``FOLDER/deaths`` then names the moments that were.
"""

import asyncio
import os
import random
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker

from activities.connections.settings import Settings
from workers import assembly
from workers.running import run_workers
from workflows.messages.identifiers import TaskQueue


class Death(Interceptor):
    """Kills the process at the points of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._points = (folder / "points").read_text().splitlines()
        self._odds = folder / "odds"
        self._chance = random.Random()  # noqa: S311 - a fault's own dice

    def intercept_activity(self, following: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Dying(following, self)

    def strike(self, moment: str) -> None:
        """Die with SIGKILL if this is a point that has not fired."""
        point = f"{activity.info().activity_type} {moment}"
        fired = self._folder / point.replace(" ", "_")
        if point in self._points and not fired.exists():
            fired.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if self._odds.exists() and self._chance.random() < float(self._odds.read_text()):
            with (self._folder / "deaths").open("a") as deaths:
                deaths.write(point + "\n")
            os.kill(os.getpid(), signal.SIGKILL)


class _Dying(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, death: Death) -> None:
        super().__init__(following)
        self._death = death

    async def execute_activity(self, given: ExecuteActivityInput) -> Any:
        self._death.strike("before")
        done = await super().execute_activity(given)
        self._death.strike("after")
        return done


def main() -> None:
    folder, *queues = sys.argv[1:]
    assembly.Worker = partial(Worker, interceptors=[Death(Path(folder))])  # type: ignore[misc,assignment]
    asyncio.run(run_workers(Settings.load(), [TaskQueue(queue) for queue in queues]))


if __name__ == "__main__":
    main()
