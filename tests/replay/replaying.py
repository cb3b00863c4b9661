"""Replay every recorded history; run as a process of its own so that it has a hash seed of its own."""

import asyncio
from collections.abc import Iterator

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from deploy.leaving import leave
from tests.replay.record import FOLDER
from tests.sandbox import sandboxed
from workers.assembly import PROCESSES


def histories() -> Iterator[tuple[str, WorkflowHistory]]:
    """Release and name of each recorded history, with the history."""
    for file in sorted(FOLDER.glob("*/*.json")):
        yield f"{file.parent.name}/{file.stem}", WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))


async def replay_all() -> int:
    """Replay them all; raises on the first that today's code would not have written. Returns how many there were."""
    replayer = Replayer(workflows=PROCESSES, workflow_runner=sandboxed(), data_converter=pydantic_data_converter)
    count = 0
    for _, history in histories():
        await replayer.replay_workflow(history)
        count += 1
    return count


if __name__ == "__main__":
    print(asyncio.run(replay_all()))  # noqa: T201 - the parent process reads it
    leave()
