"""Cases of earlier releases go on under today's code, whatever the hash seed."""

import os
import subprocess
import sys

import pytest
from temporalio import workflow
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from tests.replay.record import FOLDER, PATHS
from tests.replay.replaying import histories
from workflows.messages.repair import RepairOutcome, RepairStart, RepairState


@workflow.defn(name="Repair")
class HastyRepair:
    """What a careless change would look like to a case that is already under way."""

    @workflow.run
    async def run(self, start: RepairStart) -> RepairOutcome:
        await workflow.sleep(60)
        return RepairOutcome(number=start.opening.number, state=RepairState.CLOSED)


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_every_recorded_history_replays_under_any_hash_seed(seed: str) -> None:
    replayed = subprocess.run(
        [sys.executable, "-m", "tests.replay.replaying"],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert replayed.returncode == 0, replayed.stderr[-3000:]
    assert int(replayed.stdout.split()[-1]) == len(list(FOLDER.glob("*/*.json"))) >= len(PATHS)


async def test_a_history_that_todays_code_would_not_write_is_found_out() -> None:
    replayer = Replayer(
        workflows=[HastyRepair],
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=pydantic_data_converter,
    )
    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(next(histories())[1])
