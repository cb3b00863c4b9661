"""The ledger's rows are sealed under a new key, and stay as they were posted in everything else."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.facts import NewFact, enter_fact
from activities.ledger.money_request_reading import requests_of
from activities.records.resealing import Resealed, reseal, values_by_key
from tests.billing.community import CODE, at, day, flat
from tests.ledger.test_money_requests import FINANCE, SUPERVISOR, asked, signed
from tests.ledger.test_payments import ACCOUNT, Q1, issue, pay
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.people import Actor, Role
from workflows.messages.unit_facts import UnitFactKind

SEALED = {
    "journal_entries": "reason",
    "late_fee_waivers": "reason",
    "unit_facts": "evidence",
    "fee_terms": "reason",
    "money_signatures": "note",
}
OTHER_COLUMN = {
    "journal_entries": "kind = 'other'",
    "late_fee_waivers": "amount = amount + 1",
    "unit_facts": "unit = '9-999'",
    "fee_terms": "price = price + 1",
    "money_signatures": "approved = NOT approved",
}
CHANGES = {
    "another column": "UPDATE {table} SET {other}",
    "another beside the sealed one": "UPDATE {table} SET {sealed} = {sealed}, {other}",
    "emptied": "UPDATE {table} SET {sealed} = NULL",
    "deleted": "DELETE FROM {table}",
}


@pytest.fixture
def posted(billed: Database) -> Database:
    """Each append-only table with words in its sealed column, and a request that is done."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q1", "01-02", "01-12")
    waiver = asked(billed, "late_fee_waiver", on="11-20", bill=Q1, amount="30.00")
    signed(billed, waiver.number, SUPERVISOR, on="11-20", note="客户王测试年老")
    terms = asked(billed, "terms", unit="1-101", since="2026-04-01", area="88.90", price="2.80")
    pay(billed, "2000.00", "11-20 12:00")
    refund = asked(billed, "refund", on="11-21", account=ACCOUNT, amount="1.00")
    for request in (terms, refund):
        for post in (SUPERVISOR, FINANCE):
            signed(billed, request.number, post, on="11-22")
    fact = NewFact(
        community=CODE, unit="1-101", kind=UnitFactKind.TRANSFER, day=day("04-15"), key="sold", at=at("04-15 10:00"),
        actor=Actor(role=Role.STEWARD, code="G001"), evidence="王测试与李测试的合同",
    )  # fmt: skip
    with billed.begin() as connection:
        enter_fact(connection, billed.personal, fact, policy(), CALENDAR_OF_2026)
    return billed


@pytest.fixture
def restarted(posted: Database, keyring: KeyRing) -> Database:
    """The same records for a process that was started after a rotation."""
    new = keyring.rotated(payload=False, personal=True, now=datetime.now(UTC))
    return Database(posted.engine, PersonalDataCipher(new))


def rows(database: Database, table: str) -> list[dict[str, object]]:
    with database.begin() as connection:
        found = connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3")).mappings()  # noqa: S608 - ours
        return [
            {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}
            for row in found
        ]


def test_append_only_rows_are_sealed_anew_and_say_what_they_said(posted: Database, restarted: Database) -> None:
    before = {table: rows(posted, table) for table in (*SEALED, "money_requests")}
    with posted.begin() as connection:
        told = requests_of(connection, posted.personal, CODE, None)
    assert all(any(row[column] for row in before[table]) for table, column in SEALED.items()), "each has words"

    assert reseal(restarted, batch=2).left == 0

    with restarted.begin() as connection:
        assert set(values_by_key(connection)) == {restarted.personal.key_id}
        assert requests_of(connection, restarted.personal, CODE, None) == told
    for table, column in {**SEALED, "money_requests": "reason"}.items():
        for row, old in zip(rows(restarted, table), before[table], strict=True):
            assert {**row, column: None} == {**old, column: None}, table
            if old[column] is not None:
                assert row[column] != old[column]
                context = f"{table}.{column}"
                assert restarted.personal.open(row[column], context) == posted.personal.open(old[column], context)  # type: ignore[arg-type]
    assert reseal(restarted) == Resealed(changed=0, left=0)


@pytest.mark.parametrize("table", SEALED)
@pytest.mark.parametrize("change", CHANGES)
def test_any_other_change_is_refused(posted: Database, table: str, change: str) -> None:
    statement = CHANGES[change].format(table=table, sealed=SEALED[table], other=OTHER_COLUMN[table])
    before = rows(posted, table)
    with pytest.raises(IntegrityError, match=r"append-only|emptied"), posted.begin() as connection:
        connection.execute(text(statement))
    assert rows(posted, table) == before


@pytest.mark.parametrize("change", ["amount = amount + 1", "state = 'waiting'", "reason = NULL", "ended_at = NULL"])
def test_a_request_that_is_done_stays_what_it_is(posted: Database, change: str) -> None:
    before = rows(posted, "money_requests")
    with pytest.raises(IntegrityError, match=r"append-only|emptied|issued"), posted.begin() as connection:
        connection.execute(text(f"UPDATE money_requests SET {change} WHERE state = 'done'"))  # noqa: S608 - ours
    assert rows(posted, "money_requests") == before
