"""Builds of the program: its sources in a folder, with a change to the repair, and the case worker that runs them."""

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ROOT
from workflows.messages.identifiers import TaskQueue

PACKAGES = ("workflows", "activities", "workers", "starters", "deploy")
PATCH = "2027-01-await-a-second-report"
_PLACE = "        await self.live()\n"
_STEP = "await workflow.sleep(1)  # a second report of the same fault may follow at once\n"
UNCHANGED = _PLACE
PATCHED = f'        if workflow.patched("{PATCH}"):\n            {_STEP}{_PLACE}'
"""A new first step, as ``docs/decisions/0013-changing-a-process.md`` has it: cases that are open keep the old way."""
DEPRECATED = f'        workflow.deprecate_patch("{PATCH}")\n        {_STEP}{_PLACE}'
"""The new way only, once no case is open that began before the patch."""
UNPATCHED = f"        {_STEP}{_PLACE}"
"""The step alone: right once no case is open that began before the deprecation, as nobody may release it before."""


@dataclass(frozen=True)
class Build:
    """The sources of a release."""

    folder: Path

    @contextlib.asynccontextmanager
    async def case_worker(self, environment: Mapping[str, str]) -> AsyncIterator[None]:
        """Run this build's case worker by its own command; stopped as an operator stops it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.command", "worker", "--queue", TaskQueue.CASES.name.lower()),
            cwd=self.folder, env={**environment, "PYTHONPATH": str(self.folder)},
        )  # fmt: skip
        try:
            yield
        finally:
            assert process.returncode is None, "the worker ended by itself"
            process.send_signal(signal.SIGTERM)
            await process.wait()

    async def takeover(self, environment: Mapping[str, str]) -> tuple[int, str]:
        """Ask this build, before it works, whether it can take over what is open; its exit code and what it says."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.command", "takeover"),
            cwd=self.folder, env={**environment, "PYTHONPATH": str(self.folder)},
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()


def build_in(folder: Path, change: str) -> Build:
    """Copy the sources into a new folder and put the change where a repair begins."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    repair = folder / "workflows/processes/repair.py"
    before, place, after = repair.read_text(encoding="utf-8").partition(_PLACE)
    assert place
    repair.write_text(before + change + after, encoding="utf-8")
    return Build(folder)
