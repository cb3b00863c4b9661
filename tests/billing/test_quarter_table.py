"""The quarter's table from extraction to bills, on the real ledger (docs/domain/fees.md)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from tests.billing.community import add_fact, at, day, flat, job_of, many_flats
from workflows.messages.billing import (
    ChunkJob,
    CloseVersion,
    CorrectRows,
    CycleStandingRequest,
    PlanChunks,
    QuarterJob,
    RejectedRow,
    ReviewTable,
    ReviewVerdict,
    TableFigures,
    UnitRange,
)
from workflows.messages.people import SYSTEM, Actor, Role

FINANCE = Actor(role=Role.FINANCE, code="F001")
CASHIER = Actor(role=Role.CASHIER, code="C001")
WHOLE = UnitRange(number=1)


def extract(tables: QuarterTables, job: QuarterJob) -> TableFigures:
    for chunk in tables.plan_chunks(PlanChunks(community=job.community)).chunks:
        tables.assess_chunk(ChunkJob(job=job, chunk=chunk))
    return tables.close_version(CloseVersion(job=job, made_by=SYSTEM))


def approve(tables: QuarterTables, job: QuarterJob, by: Actor = FINANCE) -> ReviewVerdict:
    return tables.review_table(ReviewTable(job=job, reviewer=by, approve=True)).verdict


def bill(tables: QuarterTables, job: QuarterJob) -> int:
    plan = tables.plan_chunks(PlanChunks(community=job.community))
    return sum(tables.issue_bills(ChunkJob(job=job, chunk=chunk)).written for chunk in plan.chunks)


def rows(db: Database, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with db.begin() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def row_of(db: Database, account: str) -> tuple[str, ...]:
    """应收, 上期调整, 欠费, 滞纳金, 预存抵扣, 本月应收 of the newest version."""
    found = rows(
        db,
        "SELECT charge, adjustment, arrears, late_fee, prepaid, due_total FROM fee_table_rows WHERE account = :account"
        " ORDER BY quarter DESC, version DESC LIMIT 1",
        account=account,
    )
    return tuple(str(amount) for amount in found[0])


@pytest.mark.parametrize(
    ("size", "facts", "since", "charge"),
    [
        (("128.36", "2.75"), [], "2020-01-01", "529.50"),  # FEE-05
        (("76.20", "2.35"), [("occupied", "2026-05-16")], "2026-04-08", "383.45"),  # FEE-07
        (("89.50", "2.80"), [("permit_issued", "2026-04-15")], "2020-01-01", "693.32"),  # FEE-12
        (
            ("89.50", "2.80"),
            [("permit_issued", "2026-03-20"), ("permit_cancelled", "2026-03-22")],
            "2020-01-01",
            "375.90",
        ),
    ],
)
def test_a_row_is_charged_by_the_rules(billed, tables, size, facts, since, charge):  # noqa: PLR0917 - a table's columns
    """FEE-05, FEE-07, FEE-12, FEE-21."""
    area, price = size
    flat(billed, area=area, price=price, facts=facts, payers={"Y1": date.fromisoformat(since)})
    figures = extract(tables, job_of())
    assert (figures.rows, str(figures.charge)) == (1, charge)
    assert row_of(billed, "1-101-Y1") == (charge, "0.00", "0.00", "0.00", "0.00", charge)


def test_an_extraction_that_is_repeated_writes_nothing(billed, tables):
    many_flats(billed, 300)
    job = job_of()
    plan = tables.plan_chunks(PlanChunks(community=job.community))
    assert (plan.units, len(plan.chunks)) == (300, 16)
    first = [tables.assess_chunk(ChunkJob(job=job, chunk=chunk)) for chunk in plan.chunks]
    again = [tables.assess_chunk(ChunkJob(job=job, chunk=chunk)) for chunk in plan.chunks]
    assert sum(done.written for done in first) == sum(done.rows for done in again) == 300
    assert sum(done.written for done in again) == 0


def test_lat_06_the_third_quarters_row_carries_two_unpaid_quarters(billed, tables):
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    for quarter, moment in (("2026Q1", "01-02 09:00"), ("2026Q2", "03-26 09:00")):
        job = job_of(quarter, moment=at(moment))
        extract(tables, job)
        assert approve(tables, job) is ReviewVerdict.APPROVED
        assert bill(tables, job) == 1
    extract(tables, job_of("2026Q3"))
    assert row_of(billed, "1-101-Y1")[2:] == ("1503.60", "90.22", "0.00", "2345.62")


def test_a_chunk_says_whose_stewards_have_notices_to_send_and_again_when_its_answer_was_lost(billed, tables):
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    job = job_of("2026Q2")
    extract(tables, job)
    approve(tables, job)
    whole = ChunkJob(job=job, chunk=WHOLE)
    first, again = tables.issue_bills(whole), tables.issue_bills(whole)
    assert (first.written, again.written) == (1, 0)
    area = rows(billed, "SELECT steward_area FROM fee_notices")[0][0]
    assert (first.rows, first.areas) == (again.rows, again.areas) == (1, (area,))


def test_fee_26_a_prepayment_is_deducted_and_used(billed, tables):
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    rows(
        billed,
        "WITH entry AS (INSERT INTO journal_entries (community, key, book, kind, on_day, at, actor_role, actor_code)"
        " VALUES ('YGHY', 'k', 'management', 'payment', '2026-04-10', now(), 'cashier', 'C001') RETURNING id)"
        " INSERT INTO postings (entry, line, community, ledger_account, account, amount, on_day)"
        " SELECT id, side.line, 'YGHY', side.book, '1-101-Y1', side.amount, DATE '2026-04-10' FROM entry,"
        " (VALUES (1, 'bank', 48.20), (2, 'prepayment', -48.20)) AS side (line, book, amount) RETURNING line",
    )
    job = job_of("2026Q3")
    extract(tables, job)
    assert row_of(billed, "1-101-Y1") == ("751.80", "0.00", "0.00", "0.00", "48.20", "703.60")
    approve(tables, job)
    bill(tables, job)
    assert rows(billed, "SELECT number, principal, open_principal FROM bills") == [
        ("1-101-Y1/2026Q3", Decimal("751.80"), Decimal("703.60"))
    ]
    assert rows(billed, "SELECT balance FROM liabilities") == [(Decimal("0.00"),)]


def test_cyc_04_rows_that_finance_returns_are_computed_again_and_version_1_stays_readable(billed, tables):
    for unit in ("1-101", "1-102", "1-103"):
        flat(billed, unit)
    job = job_of(moment=at("03-26 15:00"))
    extract(tables, job)
    returned = ReviewTable(
        job=job, reviewer=FINANCE, approve=False, rows=(RejectedRow(account="1-102-Y1", reason="面积与合同不符"),)
    )
    assert tables.review_table(returned).verdict is ReviewVerdict.REJECTED
    assert tables.review_table(returned).verdict is ReviewVerdict.REJECTED
    with billed.begin() as connection:
        add_fact(connection, "1-102", "permit_issued", day("03-01"))
    second = job_of(version=2, moment=at("03-27 10:00"))
    corrected = tables.correct_rows(CorrectRows(job=second, made_by=CASHIER))
    assert (corrected.rows, corrected.open_rows, str(corrected.charge)) == (3, 0, "1503.60")
    assert approve(tables, second) is ReviewVerdict.APPROVED
    stored = rows(billed, "SELECT version, state, reviewed_by FROM fee_tables ORDER BY version")
    assert stored == [(1, "rejected", "F001"), (2, "approved", "F001")]
    kept = rows(billed, "SELECT version, state, reason IS NULL FROM fee_table_rows WHERE unit = '1-102' ORDER BY 1")
    assert kept == [(1, "rejected", False), (2, "ready", True)]


def test_cyc_10_whoever_is_a_cashier_or_made_the_table_does_not_approve_it(billed, tables):
    flat(billed)
    job = job_of()
    extract(tables, job)
    assert approve(tables, job, Actor(role=Role.FINANCE, code="C001")) is ReviewVerdict.NOT_ALLOWED
    assert approve(tables, job, Actor(role=Role.FINANCE, code="C002")) is ReviewVerdict.NOT_ALLOWED
    assert approve(tables, job) is ReviewVerdict.APPROVED


def test_fee_10_a_row_that_a_fact_made_dirty_is_not_approved_as_it_was(billed, tables):
    flat(billed)
    job = job_of()
    extract(tables, job)
    with billed.begin() as connection:
        add_fact(connection, "1-101", "permit_issued", day("03-27"))
        connection.execute(text("UPDATE fee_table_rows SET state = 'dirty'"))
    assert approve(tables, job) is ReviewVerdict.ROWS_OPEN
    second = job_of(version=2, moment=at("03-27 11:00"))
    tables.correct_rows(CorrectRows(job=second, made_by=SYSTEM))
    assert row_of(billed, "1-101-Y1")[0] == "751.80"
    assert approve(tables, second) is ReviewVerdict.APPROVED


def test_a_row_that_nobody_has_cannot_be_returned(billed, tables):
    flat(billed)
    job = job_of()
    extract(tables, job)
    unknown = ReviewTable(job=job, reviewer=FINANCE, approve=False, rows=(RejectedRow(account="9-999-Y1"),))
    assert tables.review_table(unknown).verdict is ReviewVerdict.UNKNOWN_ROWS
    assert approve(tables, job) is ReviewVerdict.APPROVED


def test_bills_notices_and_postings_of_a_large_community_are_whole(billed, tables):
    many_flats(billed, 3000)
    job = job_of(moment=at("03-26 10:00"))
    figures = extract(tables, job)
    approve(tables, job)
    plan = tables.plan_chunks(PlanChunks(community=job.community))
    requests = [ChunkJob(job=job, chunk=chunk) for chunk in plan.chunks]
    with ThreadPoolExecutor(2) as pool:  # two workers, and each chunk twice: as after a crash
        done = list(pool.map(tables.issue_bills, [*requests, *requests]))
    assert sum(one.written for one in done) == 3000
    assert rows(billed, "SELECT count(*), sum(principal), sum(open_principal) FROM bills") == [
        (3000, figures.charge, figures.charge)
    ]
    assert rows(billed, "SELECT sum(amount) FROM postings") == [(Decimal("0.00"),)]
    assert rows(billed, "SELECT sum(amount) FROM charge_lines") == [(figures.charge,)]
    numbers = rows(billed, "SELECT number FROM fee_notices ORDER BY number")
    assert [number for (number,) in numbers] == [f"JF-2026-{n:06d}" for n in range(1, 3001)]
    assert rows(billed, "SELECT sum(total) FROM fee_notices") == [(figures.due_total,)]
    standing = tables.cycle_standing(
        CycleStandingRequest(
            case=job.case, community=job.community, quarter=job.quarter, on_day=day("04-01"), at=at("04-01 09:00")
        )
    )
    assert (standing.bills, standing.unsent, standing.received) == (3000, 3000, Decimal(0))
    assert standing.due == figures.charge


def test_an_adjustment_that_waits_is_billed_once(billed, tables):
    flat(billed)
    rows(
        billed,
        "INSERT INTO adjustments (community, account, unit, period, amount, recomputed, billed, lines, key, at,"
        " entered_by) VALUES ('YGHY', '1-101-Y1', '1-101', '2026Q1', 20.21, 226.06, 205.85, '[]', 'a', now(), 'C001')"
        " RETURNING id",
    )
    job = job_of()
    extract(tables, job)
    assert row_of(billed, "1-101-Y1")[:2] == ("375.90", "20.21")
    approve(tables, job)
    assert bill(tables, job) == 1
    assert bill(tables, job) == 0
    assert rows(billed, "SELECT principal FROM bills") == [(Decimal("396.11"),)]
    assert rows(billed, "SELECT billed_in FROM adjustments") == [("1-101-Y1/2026Q2",)]
    assert rows(billed, "SELECT kind, period, amount FROM charge_lines WHERE kind = 'adjustment'") == [
        ("adjustment", "2026Q1", Decimal("20.21"))
    ]


def test_cyc_05_a_bill_that_is_issued_late_gives_the_household_its_days_all_the_same(billed, tables):
    flat(billed)
    job = job_of(moment=at("04-03 09:00"))
    extract(tables, job)
    approve(tables, job)
    bill(tables, job)
    assert rows(billed, "SELECT due_on FROM bills") == [(day("04-13"),)]
