"""A quarter during which workers, Temporal and PostgreSQL are killed: nothing lost, doubled or skipped."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from activities.opening.fee_cases import FeeCases
from activities.records.migration import upgrade
from activities.records.sample_community import create_sample
from tests import servers
from tests.deploy.centre import free_ports
from tests.fees.quarter import (
    CASHIER,
    DEBTORS,
    FINANCE,
    HOME,
    SITE_MANAGER,
    STEWARD,
    Quarter,
    assert_the_books_are_right,
    eventually,
    send_all,
)
from tests.processes.case_under_test import at
from workflows.messages.fee_opening import FeePeriodKind, OpenFees
from workflows.messages.identifiers import SEARCH_ATTRIBUTES, Activity, TaskQueue

PATIENCE = 120
"""Seconds: a worker's death is noticed after ten, several may follow each other."""
CYCLE = (
    Activity.PLAN_CHUNKS, Activity.ASSESS_CHUNK, Activity.CLOSE_VERSION, Activity.REVIEW_TABLE, Activity.CORRECT_ROWS,
    Activity.ISSUE_BILLS, Activity.CYCLE_STANDING, Activity.LIST_OVERDUE,
)  # fmt: skip
DUNNING = (Activity.ISSUE_SHEET, Activity.REGISTER_SEAL, Activity.RECORD_DELIVERY, Activity.CLOSE_ARREARS)


@dataclass
class Machine:
    """PostgreSQL, Temporal on a file, and worker processes that come back when they have died."""

    postgres: servers.PostgresServer
    folder: Path
    environment: dict[str, str]
    port: int
    temporal: subprocess.Popen[bytes] | None = None
    deaths: int = 0

    def start_temporal(self) -> None:
        attributes = [
            word
            for key in SEARCH_ATTRIBUTES
            for word in ("--search-attribute", f"{key.name}={key.indexed_value_type.name.title().replace('_', '')}")
        ]
        self.temporal = subprocess.Popen(  # noqa: S603 - the real server
            [
                str(Path(sys.executable).parent / "temporal"), "server", "start-dev", "--headless",
                *("--ip", "127.0.0.1", "--port", str(self.port), "--log-level", "error"),
                *("--db-filename", str(self.folder / "temporal.db")),
                *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
                *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"'),
                *attributes,
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def kill_temporal(self) -> None:
        assert self.temporal is not None
        self.temporal.kill()
        self.temporal.wait()
        self.deaths += 1
        self.start_temporal()

    def kill_postgres(self) -> None:
        """As a power cut would: every process of it at once."""
        pid = int((Path(self.postgres._folder) / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        family = [*postmaster.children(recursive=True), postmaster]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        self.deaths += 1
        self.postgres.start()

    async def serve(self, *queues: TaskQueue) -> None:
        """Keep a worker process for the queues, killed as often as it is."""
        while True:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.fees.dying_worker", str(self.folder), *queues),
                env=self.environment, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                process.kill()
                await process.wait()
                raise
            assert code == -signal.SIGKILL, f"a worker ended by itself with {code}"
            self.deaths += 1

    async def connected(self, keyring: KeyRing) -> Client:
        until = asyncio.get_running_loop().time() + 30
        while True:
            try:
                return await connect(keyring, target_host=f"127.0.0.1:{self.port}")
            except (RPCError, RuntimeError):
                assert asyncio.get_running_loop().time() < until
                await asyncio.sleep(0.1)


@pytest.fixture
def machine(tmp_path: Path, keyring: KeyRing) -> Iterator[Machine]:
    with servers.postgres_server(f"kills-{secrets.token_hex(3)}") as postgres, postgres.new_database() as url:
        upgrade(url)
        database = Database.connect(url, keyring)
        create_sample(database)
        database.close()
        keyring.write(tmp_path / "keys.toml")
        (tmp_path / "points").write_text("")
        (port,) = free_ports(1)
        environment = {
            **os.environ,
            "PYTHONPATH": str(servers.ROOT),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{port}",
            "GUANJIA_DATABASE_URL": url,
            "GUANJIA_KEYS_FILE": str(tmp_path / "keys.toml"),
        }
        machine = Machine(postgres, tmp_path, environment, port)
        machine.start_temporal()
        yield machine
        assert machine.temporal is not None
        machine.temporal.kill()
        machine.temporal.wait()


@contextlib.asynccontextmanager
async def quarter_on(machine: Machine, keyring: KeyRing, *points: str) -> AsyncIterator[Quarter]:
    (machine.folder / "points").write_text("\n".join(points))
    skipper = TimeSkipper(
        await machine.connected(keyring),
        config=TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=5000),
    )
    database = Database.connect(machine.environment["GUANJIA_DATABASE_URL"], keyring, pool_size=5)
    serving = [
        asyncio.create_task(machine.serve(TaskQueue.BILLING, TaskQueue.RECORDS)),
        asyncio.create_task(machine.serve(TaskQueue.CASES, TaskQueue.NOTIFICATIONS)),
    ]
    try:
        yield Quarter(database, skipper.client, skipper, keyring)
    finally:
        for task in serving:
            task.cancel()
        ended = await asyncio.gather(*serving, return_exceptions=True)
        database.close()
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def becomes(quarter: Quarter, number: str, state: str) -> None:
    async def reached() -> bool:
        with contextlib.suppress(RPCError):
            return (await quarter.view(number)).state == state
        return False

    await eventually(reached, PATIENCE)


async def insist(quarter: Quarter, case: str, actor: Any, action: str, /, **details: Any) -> None:
    """Send an action under one message's number until it is heard: what an API does while a server is away."""
    quarter.messages += 1
    number, until = quarter.messages, asyncio.get_running_loop().time() + PATIENCE
    while True:
        quarter.messages = number - 1
        try:
            return await quarter.act(case, actor, action, **details)
        except RPCError:
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.2)


async def counted(quarter: Quarter, statement: str, expected: int) -> None:
    async def so_many() -> bool:
        return quarter.rows(statement) == [(expected,)]

    await eventually(so_many, PATIENCE)


class Course:
    """A quarter from extraction to the first dunning notices; ``blow`` falls at every step."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter

    async def blow(self) -> None:
        """Nothing by itself."""

    async def play(self) -> None:
        quarter = self.quarter
        opening = OpenFees(community=HOME, kind=FeePeriodKind.CYCLE, on_day=date(2026, 3, 25), at=at("03-25 00:30"))
        cases = FeeCases(quarter.db, quarter.client, quarter.keyring.case_number_key)
        cycle = (await cases.open_fees(opening)).number
        await self.blow()
        await becomes(quarter, cycle, "under_review")
        await self.blow()
        rejected = [{"account": "1-101-Y1", "reason": "面积有疑"}]
        await insist(quarter, cycle, FINANCE, "reject", version=1, rows=rejected)
        await becomes(quarter, cycle, "correcting")
        await self.blow()
        await insist(quarter, cycle, CASHIER, "resubmit")
        await becomes(quarter, cycle, "under_review")
        await quarter.until(cycle, "03-26 10:00")
        await insist(quarter, cycle, FINANCE, "approve", version=2)
        await self.blow()
        await counted(quarter, "SELECT count(*) FROM fee_notices", 312)
        await self.blow()
        await quarter.until(cycle, "03-27 09:00")
        await send_all(quarter, cycle, at("03-27 15:00"))
        await becomes(quarter, cycle, "notified")
        await quarter.until(cycle, "04-01 09:00")
        for account, left in quarter.rows("SELECT account, open_principal FROM bills ORDER BY account"):
            if account not in DEBTORS:
                await quarter.pay(account, left, "04-08 10:00", f"T-{account}")
        await self.blow()
        await quarter.until(cycle, "04-13 00:31")
        await self.blow()
        await becomes(quarter, cycle, "dunning")
        await self.dun()

    async def dun(self) -> None:
        """The first notice of three accounts is sealed and delivered; one of them pays."""
        quarter = self.quarter
        await counted(quarter, "SELECT count(*) FROM fee_notices WHERE kind = 'first'", 3)
        await counted(quarter, "SELECT count(*) FROM case_lines WHERE event = 'sheet_issued'", 3)  # and each case knows
        await self.blow()
        cases = dict(quarter.rows('SELECT account, "case" FROM arrears_openings'))
        assert tuple(sorted(cases)) == DEBTORS
        for place, account in enumerate(DEBTORS):
            await insist(quarter, cases[account], SITE_MANAGER, "seal", number=f"YY-{place}", copies=1)
        await counted(quarter, "SELECT count(*) FROM case_lines WHERE event = 'sealed'", 3)
        for account in DEBTORS:
            await quarter.until(cases[account], "04-17 15:00")
            await insist(quarter, cases[account], STEWARD, "deliver", received_on="2026-04-17")
        await self.blow()
        await counted(quarter, "SELECT count(*) FROM fee_notices WHERE delivered_on = '2026-04-17'", 3)
        await quarter.pay(DEBTORS[0], Decimal("5000.00"), "04-20 10:00", "T-last")
        await counted(quarter, "SELECT count(*) FROM arrears_openings WHERE closed_at IS NOT NULL", 1)


def assert_billed_once(quarter: Quarter) -> None:
    """Every home has one bill of the approved amount and one notice; every effect is there once."""
    assert_the_books_are_right(quarter)
    assert quarter.rows(
        "SELECT count(*), count(DISTINCT account), sum(principal) FROM bills WHERE kind = 'quarter'"
    ) == quarter.rows(
        "SELECT count(*), count(*), sum(charge + adjustment) FROM (SELECT DISTINCT ON (account) * FROM fee_table_rows"
        " ORDER BY account, version DESC) AS approved WHERE charge + adjustment > 0"
    )
    notices = "SELECT kind, count(*), count(DISTINCT account) FROM fee_notices GROUP BY kind ORDER BY kind"
    assert quarter.rows(notices) == [("bill", 312, 312), ("first", 3, 3)]
    assert quarter.rows("SELECT count(*) FROM seal_register") == [(3,)]
    assert quarter.rows('SELECT "case", sequence FROM case_lines GROUP BY "case", sequence HAVING count(*) > 1') == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_workers_killed_at_every_step_of_a_quarter_lose_and_double_nothing(
    machine: Machine, keyring: KeyRing, moment: str
):
    points = [f"{name} {moment}" for name in (*CYCLE, *DUNNING)]

    async def all_have_died() -> bool:
        return machine.deaths == len(points)

    async with quarter_on(machine, keyring, *points) as quarter:
        await Course(quarter).play()
        await eventually(all_have_died, PATIENCE)  # the last one dies after its effect
        assert_billed_once(quarter)
    fired = {path.name for path in machine.folder.iterdir()}
    assert {point.replace(" ", "_") for point in points} <= fired
    assert machine.deaths == len(points)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", ["temporal", "postgres"])
async def test_servers_killed_at_every_step_of_a_quarter_lose_and_double_nothing(
    machine: Machine, keyring: KeyRing, part: str
):
    class Blows(Course):
        async def blow(self) -> None:
            kill = machine.kill_temporal if part == "temporal" else machine.kill_postgres
            await asyncio.to_thread(kill)
            await machine.connected(keyring)

    async with quarter_on(machine, keyring) as quarter:
        await Blows(quarter).play()
        assert_billed_once(quarter)
    assert machine.deaths == 9
