"""A build with a changed repair takes over the repairs that are open (``docs/decisions/0013``)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from tests.fees.machine import Machine, machine_in
from tests.fees.quarter import eventually
from tests.upgrades.builds import DEPRECATED, PATCH, PATCHED, UNCHANGED, UNPATCHED, build_in
from tests.upgrades.open_repairs import (
    PATIENCE,
    STAGES,
    OpenRepair,
    all_finish,
    has_failed,
    is_patched,
    reported_at_all_stages,
)
from workers.assembly import build
from workflows.messages.identifiers import TaskQueue

OPEN = 200


@contextlib.asynccontextmanager
async def everything_but_cases(folder: Path, keyring: KeyRing) -> AsyncIterator[tuple[Machine, Client]]:
    """The machine with the workers that may overlap, which go on through an upgrade."""
    with machine_in(folder, keyring) as machine:
        client = await machine.connected(keyring)
        settings = Settings(
            database_url=machine.environment["GUANJIA_DATABASE_URL"], keys_file=str(folder / "keys.toml")
        )
        database = Database.connect(settings.database_url, keyring)
        async with build(TaskQueue.NOTIFICATIONS, client, settings, database, keyring):
            yield machine, client
        database.close()


async def until_it_fails(repair: OpenRepair) -> None:
    async def it_has_failed() -> bool:
        return has_failed(await repair.handle.fetch_history())

    await eventually(it_has_failed, PATIENCE)


@pytest.mark.timeout(900)
async def test_a_changed_repair_takes_over_what_is_open(tmp_path: Path, keyring: KeyRing):
    old, new = build_in(tmp_path / "old", UNCHANGED), build_in(tmp_path / "new", PATCHED)
    async with everything_but_cases(tmp_path, keyring) as (machine, client):
        async with old.case_worker(machine.environment):
            repairs = await reported_at_all_stages(client, OPEN)
        code, said = await new.takeover(machine.environment)
        assert (code, said.count("\n")) == (0, 1), said
        async with new.case_worker(machine.environment):
            await all_finish(repairs)
            reported_later = await OpenRepair.reported(client)
            await all_finish([reported_later])
            histories = await asyncio.gather(*(repair.handle.fetch_history() for repair in [*repairs, reported_later]))
        assert [history.workflow_id for history in histories if has_failed(history)] == []
        *of_the_open, of_the_later = histories
        assert not any(is_patched(history, PATCH) for history in of_the_open)
        assert is_patched(of_the_later, PATCH)


@pytest.mark.timeout(900)
async def test_a_change_without_a_patch_stops_what_is_open_until_the_earlier_build_is_back(
    tmp_path: Path, keyring: KeyRing
):
    """What the runbook says of failing workflow tasks; and the test above could fail."""
    old, wrong = build_in(tmp_path / "old", UNCHANGED), build_in(tmp_path / "wrong", UNPATCHED)
    async with everything_but_cases(tmp_path, keyring) as (machine, client):
        async with old.case_worker(machine.environment):
            repair = await OpenRepair.reported(client)
            await repair.go_on(STAGES - 1)
        code, said = await wrong.takeover(machine.environment)
        assert (code, said.splitlines()[:-1]) == (1, [f"{repair.handle.id} 本版本接办不了"])
        async with wrong.case_worker(machine.environment):
            await repair.go_on(STAGES)
            await until_it_fails(repair)
        async with old.case_worker(machine.environment):
            await all_finish([repair])


@pytest.mark.timeout(900)
async def test_a_patch_is_deprecated_before_it_is_removed(tmp_path: Path, keyring: KeyRing):
    """Removed too soon, it stops what began with it, until a build that knows it is back."""
    patched, deprecated, removed = (
        build_in(tmp_path / name, change)
        for name, change in (("patched", PATCHED), ("deprecated", DEPRECATED), ("removed", UNPATCHED))
    )
    async with everything_but_cases(tmp_path, keyring) as (machine, client):
        async with patched.case_worker(machine.environment):
            first = await OpenRepair.reported(client)
            await first.go_on(STAGES - 1)
        async with removed.case_worker(machine.environment):
            await first.go_on(STAGES)
            await until_it_fails(first)
        async with deprecated.case_worker(machine.environment):
            await all_finish([first])
            second = await OpenRepair.reported(client)
            await second.go_on(STAGES - 1)
        async with removed.case_worker(machine.environment):
            await all_finish([second])
        assert not has_failed(await second.handle.fetch_history())
