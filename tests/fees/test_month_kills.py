"""A month during which workers, Temporal and PostgreSQL are killed: gathered, looked at and reported once."""

import asyncio
from datetime import date

import pytest

from activities.connections.keys import KeyRing
from activities.opening.fee_cases import FeeCases
from tests.fees.machine import PATIENCE, Machine, becomes, counted, insist, quarter_on
from tests.fees.quarter import CASHIER, HOME, Quarter, assert_the_books_are_right, eventually
from tests.ledger.cash_desk import book, open_shift, pay, receipt
from tests.ledger.test_paid_services import ASSISTANT, charge, repair
from tests.processes.case_under_test import at
from workflows.messages.fee_opening import FeePeriodKind, OpenFees
from workflows.messages.identifiers import Activity

STEPS = (Activity.DAY_DUTIES, Activity.LIST_OVERDUE, Activity.GATHER_SERVICES, Activity.SEND_FEE_REPORT)
JOBS = 3


class Month:
    """April from the 24th to its report; ``blow`` falls at every step."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter

    async def blow(self) -> None:
        """Nothing by itself."""

    def happens_before(self) -> None:
        """Paid jobs are accepted; a cashier takes cash with receipts and forgets to close his day."""
        db = self.quarter.db
        for day in range(20, 20 + JOBS):
            repair(db, f"04-{day} 11:00", charge("60.00"))
        open_shift(db, "04-23 08:30")
        book(db, 1, 20)
        for hour in (9, 10, 11):
            moment = f"04-23 {hour:02}:00"
            receipt(db, pay(db, "100.00", moment), "100.00", moment)

    async def play(self) -> None:
        quarter = self.quarter
        await asyncio.to_thread(self.happens_before)
        opening = OpenFees(community=HOME, kind=FeePeriodKind.MONTH, on_day=date(2026, 4, 24), at=at("04-24 07:00"))
        cases = FeeCases(quarter.db, quarter.client, quarter.keyring.case_number_key)
        month = (await cases.open_fees(opening)).number
        await self.blow()
        await quarter.until(month, "04-24 08:01")
        await counted(quarter, "SELECT count(*) FROM case_lines WHERE event = 'day_looked_at'", 1)
        await quarter.until(month, "04-25 00:01")
        await becomes(quarter, month, "gathering")
        await self.blow()
        await insist(quarter, month, ASSISTANT, "gather")
        await counted(quarter, "SELECT count(*) FROM case_lines WHERE event = 'gathered'", 1)
        await self.blow()
        await quarter.until(month, "05-01 00:01")
        await becomes(quarter, month, "reporting")
        await self.blow()
        await insist(quarter, month, CASHIER, "send_report")
        await counted(quarter, "SELECT count(*) FROM cases WHERE state = 'closed'", 1)


def assert_done_once(quarter: Quarter) -> None:
    """Every job is gathered and billed once, the report is there once, no receipt is missing, each day was told."""
    assert_the_books_are_right(quarter)
    gathered = 'SELECT count(*), count(DISTINCT "case"), count(DISTINCT bill) FROM service_gatherings'
    assert quarter.rows(gathered) == [(JOBS, JOBS, JOBS)]
    assert quarter.rows("SELECT count(*), sum(principal) FROM bills WHERE item = 'service'") == [(JOBS, JOBS * 60)]
    assert quarter.rows("SELECT kind, period, body->'receipts'->>'missing' FROM fee_reports") == [
        ("month", "2026-04", "[]")
    ]
    assert quarter.rows("SELECT number FROM receipts ORDER BY number") == [(1,), (2,), (3,)]
    told = "SELECT facts->>'day' FROM case_lines WHERE event = 'day_looked_at' ORDER BY sequence"
    days = [day for (day,) in quarter.rows(told)]
    assert days == sorted(set(days))
    assert (days[0], len(days)) == ("2026-04-24", 7)
    assert quarter.rows('SELECT "case", sequence FROM case_lines GROUP BY "case", sequence HAVING count(*) > 1') == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_workers_killed_at_every_step_of_a_month_lose_and_double_nothing(
    machine: Machine, keyring: KeyRing, moment: str
):
    points = [f"{name} {moment}" for name in STEPS]

    async def all_have_died() -> bool:
        return machine.deaths == len(points)

    async with quarter_on(machine, keyring, *points) as quarter:
        await Month(quarter).play()
        await eventually(all_have_died, PATIENCE)
        assert_done_once(quarter)
    fired = {path.name for path in machine.folder.iterdir()}
    assert {point.replace(" ", "_") for point in points} <= fired


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", ["temporal", "postgres"])
async def test_servers_killed_at_every_step_of_a_month_lose_and_double_nothing(
    machine: Machine, keyring: KeyRing, part: str
):
    class Blows(Month):
        async def blow(self) -> None:
            kill = machine.kill_temporal if part == "temporal" else machine.kill_postgres
            await asyncio.to_thread(kill)
            await machine.connected(keyring)

    async with quarter_on(machine, keyring) as quarter:
        await Blows(quarter).play()
        assert_done_once(quarter)
    assert machine.deaths == 4
