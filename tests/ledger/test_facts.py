"""What follows from a fact about a unit, on the real ledger (docs/domain/fees.md)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.ledger.billed_periods import lines_of_unit
from activities.ledger.facts import FactEntered, NewFact, enter_fact
from activities.ledger.price_changes import NewTerms, enter_terms
from activities.ledger.refused import LedgerRefusedError
from tests.billing.community import CODE, LONG_AGO, at, day, flat, job_of
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.billing import ChunkJob, CloseVersion, CorrectRows, QuarterJob, ReviewTable, UnitRange
from workflows.messages.fee_policy import VacancyPolicy
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.unit_facts import UnitFactKind
from workflows.rules.quarters import Quarter

STEWARD = Actor(role=Role.STEWARD, code="G001")
SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")
FINANCE = Actor(role=Role.FINANCE, code="F001")
CASHIER = Actor(role=Role.CASHIER, code="C001")


def enter(db: Database, kind: str, on: str, entered: str = "", by: Actor = STEWARD, **more: Any) -> FactEntered:
    new = NewFact(
        community=CODE, unit="1-101", kind=UnitFactKind(kind), day=day(on), key=more.pop("key", f"{kind}:{on}"),
        at=at(entered or f"{on} 10:00"), actor=by, **more,
    )  # fmt: skip
    with db.begin() as connection:
        return enter_fact(connection, db.personal, new, policy(), CALENDAR_OF_2026)


def rows(db: Database, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with db.begin() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def bills(db: Database) -> list[tuple[str, str, str, str]]:
    """Number, principal, what is open of it, due day."""
    found = rows(db, "SELECT number, principal, open_principal, due_on FROM bills ORDER BY issued_on, number")
    return [(number, str(principal), str(left), f"{due:%m-%d}") for number, principal, left, due in found]


def waiting(db: Database) -> list[tuple[str, str, str]]:
    """Adjustments that wait for the next table: account, period, CNY."""
    found = rows(
        db,
        "SELECT account, period, sum(amount) FROM adjustments WHERE billed_in = '' AND credits = ''"
        " GROUP BY account, period HAVING sum(amount) <> 0 ORDER BY account, period",
    )
    return [(account, period, str(amount)) for account, period, amount in found]


def bill_quarter(tables: QuarterTables, quarter: str, moment: str, *, approve: bool = True) -> QuarterJob:
    job = job_of(quarter, moment=at(moment))
    chunk = ChunkJob(job=job, chunk=UnitRange(number=1))
    tables.assess_chunk(chunk)
    tables.close_version(CloseVersion(job=job, made_by=SYSTEM))
    if approve:
        tables.review_table(ReviewTable(job=job, reviewer=FINANCE, approve=True))
        tables.issue_bills(chunk)
    return job


def test_fee_01_a_takeover_makes_an_interim_bill(billed):
    flat(billed, payers={"K": LONG_AGO})
    entered = enter(billed, "takeover", "02-11")
    assert entered.account == "1-101-Y1"
    assert bills(billed) == [("1-101-Y1/2026Q1-L", "205.85", "205.85", "02-24")]
    lines = rows(billed, "SELECT amount, days FROM charge_lines WHERE account = '1-101-Y1' ORDER BY month")
    assert lines == [(Decimal("80.55"), 18), (Decimal("125.30"), 31)]


def test_fee_02_a_permit_makes_an_adjustment_of_what_was_billed(billed):
    flat(billed, payers={"K": LONG_AGO})
    enter(billed, "takeover", "02-11")
    entered = enter(billed, "permit_issued", "03-20")
    assert [(one.account, one.period, str(one.amount)) for one in entered.adjusted if one.account == "1-101-Y1"] == [
        ("1-101-Y1", "2026Q1", "48.51")
    ]


def test_a_fact_that_is_entered_twice_is_entered_once(billed):
    flat(billed, payers={"K": LONG_AGO})
    first = enter(billed, "takeover", "02-11")
    again = enter(billed, "takeover", "02-11")
    assert (again.id, again.bills) == (first.id, ())
    assert len(bills(billed)) == 1


def test_fee_10_before_the_approval_the_row_becomes_dirty_and_carries_the_adjustment(billed, tables):
    flat(billed, payers={"Y1": day("02-11")})
    bill_quarter(tables, "2026Q1", "02-11 12:00")
    assert bills(billed)[0][:2] == ("1-101-Y1/2026Q1", "205.85")
    bill_quarter(tables, "2026Q2", "03-25 00:30", approve=False)
    entered = enter(billed, "permit_issued", "03-27", "03-27 10:00")
    assert entered.dirty_cycle == "SF-TESTS-20262"
    second = job_of("2026Q2", version=2, moment=at("03-27 10:05"))
    figures = tables.correct_rows(CorrectRows(job=second, made_by=SYSTEM))
    assert (str(figures.charge), str(figures.adjustment)) == ("751.80", "20.21")


def test_fee_12_a_permit_in_a_billed_quarter_waits_for_the_next_table(billed, tables):
    flat(billed)
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    enter(billed, "permit_issued", "04-15")
    assert waiting(billed) == [("1-101-Y1", "2026Q2", "317.42")]
    bill_quarter(tables, "2026Q3", "06-25 00:30")
    assert bills(billed)[-1] == ("1-101-Y1/2026Q3", "1069.22", "1069.22", "07-10")
    assert waiting(billed) == []


def test_fee_15_and_17_a_transfer_splits_the_quarter_and_the_old_debt_stays(billed, tables):
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    entered = enter(billed, "transfer", "05-16")
    assert entered.account == "1-101-Y2"
    assert bills(billed) == [("1-101-Y1/2026Q2", "751.80", "371.86", "04-10")]
    assert waiting(billed) == [("1-101-Y2", "2026Q2", "379.94")]
    bill_quarter(tables, "2026Q3", "06-25 00:30", approve=False)
    row = rows(
        billed,
        "SELECT charge, adjustment, arrears FROM fee_table_rows WHERE account = '1-101-Y2' AND quarter = '2026Q3'",
    )
    assert row == [(Decimal("751.80"), Decimal("379.94"), Decimal("0.00"))]
    old = rows(billed, "SELECT arrears FROM fee_table_rows WHERE quarter = '2026Q3' AND account = '1-101-Y1'")
    assert old == [(Decimal("371.86"),)]


def test_fee_18_a_corrected_area_credits_what_was_paid_too_much(billed, tables):
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    rows(
        billed,
        "WITH entry AS (INSERT INTO journal_entries (community, key, book, kind, on_day, at, actor_role, actor_code)"
        " VALUES ('YGHY', 'p', 'management', 'payment', '2026-04-08', now(), 'cashier', 'C001') RETURNING id)"
        " INSERT INTO postings (entry, line, community, ledger_account, account, bill, amount, on_day)"
        " SELECT id, line, 'YGHY', kept, '1-101-Y1', bill, amount, DATE '2026-04-08' FROM entry,"
        " (VALUES (1, 'bank', '', 751.80), (2, 'receivable', '1-101-Y1/2026Q2', -751.80))"
        " AS side (line, kept, bill, amount)"
        " RETURNING line",
    )
    terms = NewTerms(
        community=CODE, unit="1-101", since=day("04-01"), area=Decimal("88.90"), price=Decimal("2.80"), key="gz-1",
        at=at("04-20 10:00"), actor=CASHIER, supervisor="S001", finance="F001", reason="实测面积",
    )  # fmt: skip
    with billed.begin() as connection:
        entered = enter_terms(connection, billed.personal, terms, policy())
    assert [str(one.amount) for one in entered.adjusted] == ["-5.04"]
    assert bills(billed) == [("1-101-Y1/2026Q2", "751.80", "0.00", "04-10")]
    assert rows(billed, "SELECT account, balance FROM liabilities") == [("1-101-Y1", Decimal("5.04"))]
    assert rows(billed, "SELECT sum(amount) FROM postings") == [(Decimal("0.00"),)]


@pytest.mark.parametrize(("supervisor", "finance"), [("S001", "S001"), ("C001", "F001"), ("", "F001")])
def test_an_area_is_put_right_by_three_people(billed, supervisor, finance):
    flat(billed)
    terms = NewTerms(
        community=CODE, unit="1-101", since=day("04-01"), area=Decimal("88.90"), price=Decimal("2.80"), key="gz-1",
        at=at("04-20 10:00"), actor=CASHIER, supervisor=supervisor, finance=finance,
    )  # fmt: skip
    with pytest.raises(LedgerRefusedError) as refused, billed.begin() as connection:
        enter_terms(connection, billed.personal, terms, policy())
    assert refused.value.code == "three_persons"


def test_fee_20_the_developer_pays_until_the_takeover(billed, tables):
    flat(billed, area="76.20", price="2.35", payers={"K": LONG_AGO})
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    assert bills(billed)[0][1] == "537.21"
    enter(billed, "takeover", "04-08")
    assert {number: left for number, _, left, _ in bills(billed)} == {
        "1-101-K/2026Q2": "41.78",
        "1-101-Y1/2026Q2-L": "247.72",
    }
    enter(billed, "occupied", "05-16", confirmed_by="S001")
    assert waiting(billed) == [("1-101-Y1", "2026Q2", "135.73")]


def test_fee_21_a_permit_that_is_withdrawn_in_time_never_counts(billed):
    flat(billed, payers={"K": LONG_AGO})
    enter(billed, "takeover", "02-11")
    enter(billed, "permit_issued", "03-20")
    with pytest.raises(LedgerRefusedError) as refused:
        enter(billed, "permit_cancelled", "03-22")
    assert refused.value.code == "supervisor_only"
    enter(billed, "permit_cancelled", "03-22", by=SUPERVISOR)
    assert [one for one in waiting(billed) if one[0] == "1-101-Y1"] == []


def test_fee_21_a_permit_that_is_withdrawn_late_stays_full(billed):
    flat(billed, payers={"Y1": LONG_AGO})
    enter(billed, "permit_issued", "03-20")
    for on, works in (("03-24", False), ("03-22", True)):
        with pytest.raises(LedgerRefusedError) as refused:
            enter(billed, "permit_cancelled", on, by=SUPERVISOR, works_seen=works)
        assert refused.value.code == "permit_not_cancellable"


def test_fee_22_works_that_are_proven_start_the_full_price(billed, tables):
    flat(billed)
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    enter(billed, "works_proven", "05-04")
    first = waiting(billed)
    enter(billed, "permit_issued", "05-12")
    assert waiting(billed) == first


def test_fee_23_a_takeover_after_the_next_tables_approval_makes_two_bills_and_credits_the_developer(billed, tables):
    flat(billed, payers={"K": LONG_AGO})
    bill_quarter(tables, "2026Q1", "01-02 10:00")
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    entered = enter(billed, "takeover", "03-28")
    assert entered.bills == ("1-101-Y1/2026Q1-L", "1-101-Y1/2026Q2-L")
    found = {number: (principal, left, due) for number, principal, left, due in bills(billed)}
    assert found["1-101-Y1/2026Q1-L"] == ("16.17", "16.17", "04-07")
    assert found["1-101-Y1/2026Q2-L"] == ("375.90", "375.90", "04-10")
    assert found["1-101-K/2026Q2"] == ("751.80", "0.00", "04-10")
    assert found["1-101-K/2026Q1"][1] == str(Decimal("751.80") - Decimal("32.34"))


def test_fee_25_an_interim_bill_that_is_not_due_is_no_arrears_in_the_table(billed, tables):
    flat(billed, payers={"K": LONG_AGO})
    enter(billed, "takeover", "03-20")
    assert bills(billed) == [("1-101-Y1/2026Q1-L", "48.50", "48.50", "03-30")]
    bill_quarter(tables, "2026Q2", "03-25 00:30", approve=False)
    row = rows(billed, "SELECT charge, arrears FROM fee_table_rows WHERE account = '1-101-Y1'")
    assert row == [(Decimal("375.90"), Decimal("0.00"))]


@pytest.mark.parametrize(
    ("kind", "on", "more", "code"),
    [
        ("occupied", "05-16", {}, "two_persons"),
        ("occupied", "05-16", {"confirmed_by": "G001"}, "two_persons"),
        ("permit_issued", "05-16", {"entered": "05-15 10:00"}, "fact_in_future"),
        ("takeover", "05-16", {}, "taken_over_already"),
        ("vacated", "05-16", {"account": "9-999-Y1"}, "unknown_account"),
        ("permit_cancelled", "05-16", {"by": SUPERVISOR}, "no_permit"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(billed, kind, on, more, code):
    flat(billed)
    with pytest.raises(LedgerRefusedError) as refused:
        enter(billed, kind, on, **more)
    assert refused.value.code == code
    assert rows(billed, "SELECT count(*) FROM unit_facts") == [(0,)]


def test_a_tenant_pays_and_after_he_left_the_owner_again(billed, tables):
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    assert enter(billed, "tenancy", "05-01").account == "1-101-Z1"
    enter(billed, "vacated", "06-01", account="1-101-Y1")
    # when the tenancy began, May and June of the owner were credited; June comes back with him
    assert {account: amount for account, _, amount in waiting(billed)} == {"1-101-Y1": "250.60", "1-101-Z1": "250.60"}
    assert bills(billed)[0][2] == "250.60"


def test_a_unit_that_nobody_paid_for_gets_into_a_table_that_waits(billed, tables):
    flat(billed, "1-102")
    flat(billed, payers={"K": date(2027, 1, 1)})
    bill_quarter(tables, "2026Q2", "03-25 00:30", approve=False)
    entered = enter(billed, "takeover", "03-26")
    assert entered.dirty_cycle
    tables.correct_rows(CorrectRows(job=job_of("2026Q2", version=2, moment=at("03-26 11:00")), made_by=SYSTEM))
    row = rows(billed, "SELECT charge FROM fee_table_rows WHERE account = '1-101-Y1' AND version = 2")
    assert row == [(Decimal("375.90"),)]


def test_a_key_that_was_used_for_another_fact_is_refused(billed):
    """Or the second would be answered with the first and never be entered."""
    flat(billed, payers={"K": LONG_AGO})
    enter(billed, "takeover", "02-11", key="K-1")
    for kind, on in (("permit_issued", "02-11"), ("takeover", "02-12")):
        with pytest.raises(LedgerRefusedError, check=lambda error: error.code == "idempotency_key_reused"):
            enter(billed, kind, on, key="K-1")


def test_a_permit_is_cancelled_once_and_an_older_one_stands(billed):
    """The same cancellation entered by another person does not take back last year's permit."""
    flat(billed, facts=[("permit_issued", "2025-03-01")])
    enter(billed, "permit_issued", "03-20")
    enter(billed, "permit_cancelled", "03-21", by=SUPERVISOR)
    with pytest.raises(LedgerRefusedError, check=lambda error: error.code == "no_permit"):
        enter(billed, "permit_cancelled", "03-22", by=SUPERVISOR)


def test_a_takeover_that_is_entered_late_is_due_ten_days_after_the_customer_hears_of_it(billed):
    """Nobody owes a late fee for the months in which we had not told him (F10)."""
    flat(billed, payers={"K": LONG_AGO})
    enter(billed, "takeover", "01-05", "06-01 10:00")
    assert {due for _, _, _, due in bills(billed)} == {"06-11"}


def test_f9_a_unit_that_is_empty_since_october_is_charged_less_from_the_twentieth_of_april(billed):
    """19/30 of April at 250.60, the other eleven days and two months at 60 %."""
    flat(billed, facts=[("permit_issued", "2020-01-01"), ("vacancy_granted", "2025-10-20")])
    for months, amounts in ((6, ["158.71", "55.13", "150.36", "150.36"]), (9, ["250.60", "250.60", "250.60"])):
        vacancy = VacancyPolicy(enabled=True, after_months=months)
        fee = policy().fee.model_copy(update={"vacancy": vacancy})
        with billed.begin() as connection:
            lines = lines_of_unit(connection, CODE, "1-101", Quarter(2026, 2), fee)
        assert [str(line.amount) for line in lines] == amounts


def test_a_vacancy_lowers_the_fee_only_when_a_second_person_confirms_it(billed):
    flat(billed)
    for confirmed in ("", STEWARD.code):
        with pytest.raises(LedgerRefusedError, check=lambda error: error.code == "two_persons"):
            enter(billed, "vacancy_granted", "03-01", confirmed_by=confirmed)
    assert enter(billed, "vacancy_granted", "03-01", confirmed_by=SUPERVISOR.code).id
