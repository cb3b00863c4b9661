"""Facts at every moment of a cycle: whatever a household is billed is what the rules say in the end (F5, F7, F12)."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Event

import pytest
from sqlalchemy import text

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.ledger.billed_periods import lines_of_unit
from activities.ledger.facts import NewFact, enter_fact
from activities.ledger.price_changes import NewTerms, enter_terms
from tests.at_once import at_once
from tests.billing.community import CODE, LONG_AGO, at, day, flat, job_of
from tests.billing.test_quarter_table import FINANCE, approve, bill, rows
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.billing import ChunkJob, CloseVersion, CorrectRows, PlanChunks, QuarterJob, ReviewVerdict
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.unit_facts import UnitFactKind
from workflows.rules.charges import total
from workflows.rules.quarters import Quarter

STEWARD = Actor(role=Role.STEWARD, code="G001")
CASHIER = Actor(role=Role.CASHIER, code="C001")
QUARTERS = ("2026Q1", "2026Q2", "2026Q3")
MOMENTS = {
    "before the extraction": at("03-24 10:00"),
    "while it is extracted": at("03-25 00:40"),
    "under review": at("03-26 09:00"),
    "after the approval": at("03-26 18:00"),
    "after billing": at("03-28 10:00"),
}


@dataclass(frozen=True)
class Entry:
    """Something that is entered about a unit: a fact of a kind, or ``price`` or ``area`` from a day on."""

    unit: str
    kind: str
    on: date
    moment: str
    at: datetime | None = None

    @property
    def entered_at(self) -> datetime:
        return self.at or MOMENTS[self.moment]


def enter(db: Database, entry: Entry) -> str:
    """Enter it and return the cycle whose rows became dirty."""
    key = f"{entry.unit}:{entry.kind}:{entry.on}"
    with db.begin() as connection:
        if entry.kind in {"price", "area"}:
            new = NewTerms(
                community=CODE, unit=entry.unit, since=entry.on,
                area=Decimal("88.90" if entry.kind == "area" else "89.50"),
                price=Decimal("3.10" if entry.kind == "price" else "2.80"), key=key, at=entry.entered_at, actor=CASHIER,
                supervisor="S001", finance="F001",
            )  # fmt: skip
            return enter_terms(connection, db.personal, new, policy()).dirty_cycle
        fact = NewFact(
            community=CODE, unit=entry.unit, kind=UnitFactKind(entry.kind), day=entry.on, key=key, at=entry.entered_at,
            actor=STEWARD, confirmed_by="S001" if entry.kind == "occupied" else "",
        )  # fmt: skip
        return enter_fact(connection, db.personal, fact, policy(), CALENDAR_OF_2026).dirty_cycle


def assess(tables: QuarterTables, job: QuarterJob) -> None:
    for chunk in tables.plan_chunks(PlanChunks(community=CODE)).chunks:
        tables.assess_chunk(ChunkJob(job=job, chunk=chunk))


def approved(tables: QuarterTables, job: QuarterJob) -> QuarterJob:
    """Approve the table, as often as rows have changed since; the job of the version that was approved."""
    while (verdict := approve(tables, job)) is not ReviewVerdict.APPROVED:
        assert verdict is ReviewVerdict.ROWS_OPEN
        assert job.version < 200, "finance is asked again and again for rows that nothing changes any more"
        job = job.model_copy(update={"version": job.version + 1})
        tables.correct_rows(CorrectRows(job=job, made_by=SYSTEM))
    return job


def play(db: Database, tables: QuarterTables, quarter: str, entries: Iterable[Entry] = ()) -> None:
    """A quarter from extraction to bills, with what is entered at each moment of it."""
    job = job_of(quarter)

    def entered(moment: str) -> None:
        for entry in entries:
            if entry.moment == moment:
                enter(db, entry)

    entered("before the extraction")
    assess(tables, job)
    entered("while it is extracted")
    tables.close_version(CloseVersion(job=job, made_by=SYSTEM))
    entered("under review")
    job = approved(tables, job)
    entered("after the approval")
    bill(tables, job)
    entered("after billing")


def assert_billed_as_the_rules_say(db: Database) -> None:
    """By account: bills less credits, and what waits for the next table, are the charges of the three quarters."""
    asked = rows(
        db,
        """
        SELECT account, sum(amount) FROM (
            SELECT postings.account, amount FROM postings JOIN journal_entries ON journal_entries.id = entry
            WHERE ledger_account = 'receivable' AND kind IN ('billing', 'credit')
              AND NOT (kind = 'credit' AND amount > 0)
            UNION ALL
            SELECT account, amount FROM adjustments WHERE billed_in = '' AND credits = ''
        ) AS asked GROUP BY account
        """,
    )
    expected: dict[str, Decimal] = {}
    with db.begin() as connection:
        for unit in connection.scalars(text("SELECT code FROM units ORDER BY code")).all():
            for quarter in QUARTERS:
                lines = lines_of_unit(connection, CODE, unit, Quarter.parse(quarter), policy().fee)
                for account in {line.account for line in lines}:
                    expected[account] = expected.get(account, Decimal(0)) + total(lines, account)
    assert {account: amount for account, amount in asked if amount} == {
        account: amount for account, amount in expected.items() if amount
    }
    assert (
        rows(
            db,
            "SELECT number FROM bills LEFT JOIN charge_lines ON bill = number GROUP BY number, principal"
            " HAVING sum(amount) IS DISTINCT FROM principal",
        )
        == []
    )


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("kind", "on"),
    [
        ("takeover", "03-20"), ("transfer", "02-10"), ("tenancy", "03-01"), ("permit_issued", "03-20"),
        ("occupied", "02-16"), ("price", "05-01"), ("area", "01-01"),
    ],
)  # fmt: skip
def test_a_change_at_any_moment_is_billed_in_the_end(billed, tables, moment, kind, on):
    """FEE-10, FEE-12, FEE-15, FEE-18, FEE-23: an adjustment of the first quarter is on the way as well."""
    payers = {"K": LONG_AGO} if kind == "takeover" else {"Y1": LONG_AGO}
    flat(billed, payers=payers)
    play(billed, tables, "2026Q1", [Entry("1-101", "price", day("02-01"), "after billing", at("02-02 10:00"))])
    play(billed, tables, "2026Q2", [Entry("1-101", kind, day(on), moment)])
    play(billed, tables, "2026Q3")
    assert_billed_as_the_rules_say(billed)


def test_a_permit_of_a_quarter_whose_interim_bill_came_before_its_table_is_billed_once(billed, tables):
    """A late cycle (CYC-05): the takeover's interim bill and its adjustment stand when the row is computed."""
    flat(billed, payers={"K": LONG_AGO})
    for kind, on in (("takeover", "04-01"), ("permit_issued", "04-02")):
        with billed.begin() as connection:
            fact = NewFact(
                community=CODE, unit="1-101", kind=UnitFactKind(kind), day=day(on), key=kind, at=at("04-02 10:00"),
                actor=STEWARD,
            )  # fmt: skip
            enter_fact(connection, billed.personal, fact, policy(), CALENDAR_OF_2026)
    play(billed, tables, "2026Q2")
    owner = rows(billed, "SELECT number, principal FROM bills WHERE account = '1-101-Y1' ORDER BY number")
    assert owner == [("1-101-Y1/2026Q2", Decimal("371.73")), ("1-101-Y1/2026Q2-L", Decimal("375.90"))]


def test_a_dirty_row_of_an_account_that_owes_nothing_does_not_stop_the_approval(billed, tables):
    """A flat without a row is taken over and sold under review: the first owner's row comes to nothing."""
    flat(billed, payers={"K": LONG_AGO}, price="0.00")
    sold = [("takeover", "03-20"), ("transfer", "03-21"), ("price", "04-01")]
    play(billed, tables, "2026Q2", [Entry("1-101", kind, day(on), "under review") for kind, on in sold])
    assert rows(billed, "SELECT account FROM bills WHERE principal > 0") == [("1-101-Y2",)]
    play(billed, tables, "2026Q3")
    assert_billed_as_the_rules_say(billed)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_unit_that_had_no_price_yet_is_billed_once_it_has_one(billed, tables, moment):
    """Its row came to nothing, or was not there: what the quarter should have been waits for the next table."""
    flat(billed, price="0.00")
    play(billed, tables, "2026Q1")
    play(billed, tables, "2026Q2", [Entry("1-101", "price", day("02-01"), moment)])
    play(billed, tables, "2026Q3")
    assert_billed_as_the_rules_say(billed)


def random_lives(chance: random.Random, units: int) -> list[Entry]:
    """For each unit a takeover and what follows, on rising days, entered in this order at moments of the cycle."""
    entries = []
    for number in range(1, units + 1):
        unit = f"1-{number:03}"
        kinds = ["takeover", *chance.sample(["permit_issued", "occupied", "transfer", "tenancy", "price", "area"], 3)]
        moments = sorted(chance.choices(range(len(MOMENTS)), k=len(kinds)))
        days = sorted(chance.sample(range(70), len(kinds)))
        entries += [
            Entry(unit, kind, day("01-10") + timedelta(days=after), list(MOMENTS)[moment])
            for kind, moment, after in zip(kinds, moments, days, strict=True)
        ]
    return entries


@pytest.mark.parametrize("seed", range(3))
def test_random_lives_of_many_units_are_billed_as_the_rules_say(billed, tables, seed):
    entries = random_lives(random.Random(seed), 40)  # noqa: S311 - repeatable by seed
    for unit in sorted({entry.unit for entry in entries}):
        flat(billed, unit, payers={"K": LONG_AGO})
    play(billed, tables, "2026Q1")
    play(billed, tables, "2026Q2", entries)
    play(billed, tables, "2026Q3")
    assert_billed_as_the_rules_say(billed)


def test_facts_that_come_while_every_step_runs_are_neither_lost_nor_in_its_way(billed, tables):
    """Five desks enter facts of their own units while the cycle goes through its steps."""
    entries = random_lives(random.Random(7), 30)  # noqa: S311 - repeatable by seed
    for unit in sorted({entry.unit for entry in entries}):
        flat(billed, unit, payers={"K": LONG_AGO})
    play(billed, tables, "2026Q1")
    begun, job = Event(), job_of("2026Q2")

    def run_the_cycle() -> None:
        begun.set()
        assess(tables, job)
        tables.close_version(CloseVersion(job=job, made_by=SYSTEM))
        bill(tables, approved(tables, job))

    def desk(number: int) -> None:
        if number == 0:
            return run_the_cycle()
        begun.wait(timeout=10)
        for entry in entries:
            if int(entry.unit[2:]) % 5 == number - 1:
                enter(billed, entry)
        return None

    at_once(6, desk)
    play(billed, tables, "2026Q3")
    assert_billed_as_the_rules_say(billed)


def test_the_cycle_cannot_be_approved_with_an_adjustment_that_its_row_does_not_hold(billed, tables):
    """Whoever enters an adjustment without making the row dirty: finance is asked again, nothing is lost."""
    flat(billed)
    add = (
        "INSERT INTO adjustments (community, account, unit, period, amount, recomputed, billed, lines, key, at,"
        " entered_by) VALUES ('YGHY', '1-101-Y1', '1-101', '2026Q1', 20.21, 226.06, 205.85, '[]', 'a', now(), 'C001')"
        " RETURNING id"
    )
    job = job_of()
    assess(tables, job)
    tables.close_version(CloseVersion(job=job, made_by=SYSTEM))
    rows(billed, add)
    assert approve(tables, job, FINANCE) is ReviewVerdict.ROWS_OPEN
    bill(tables, approved(tables, job))
    assert rows(billed, "SELECT principal FROM bills") == [(Decimal("396.11"),)]
