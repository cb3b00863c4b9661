"""The dunning list on the real ledger: who is listed, and whose case is opened once (docs/domain/arrears.md)."""

import asyncio
import secrets
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.connections.database import Database
from activities.dunning.listing import DunningList
from activities.dunning.sheets import DunningSheets
from tests.processes.case_under_test import at
from workflows.messages.billing import Listed, ListOverdue
from workflows.messages.dunning import ClosingRequest

HOME = "YGHY"


def ask(on_day: str, quarter: str = "") -> ListOverdue:
    return ListOverdue(community=HOME, on_day=date.fromisoformat(on_day), at=at(f"{on_day[5:]} 08:00"), quarter=quarter)


def bill(db: Database, account: str, number: str, *, sent: bool = True, due: str = "2026-04-10") -> None:
    with db.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO bills (community, number, account, unit, steward_area, kind, item, period, issued_on,"
                " due_on, sent_on, principal, late_fee_clause) SELECT :home, :number, code, unit, 'A1', 'quarter',"
                " 'management_fee', '2026Q2', '2026-03-26', :due, :sent, 100, true FROM fee_accounts"
                " WHERE code = :account AND community = :home"
            ),
            {
                "home": HOME,
                "number": number,
                "account": account,
                "due": due,
                "sent": "2026-03-27" if sent else None,
            },
        )
        entry = connection.execute(
            text(
                "INSERT INTO journal_entries (community, key, book, kind, on_day, at, actor_role, actor_code)"
                " VALUES (:home, :key, 'management', 'billing', '2026-03-26', now(), 'system', '') RETURNING id"
            ),
            {"home": HOME, "key": f"bill:{number}"},
        ).scalar_one()
        connection.execute(
            text(
                "INSERT INTO postings (entry, line, community, ledger_account, account, bill, amount, on_day) VALUES"
                " (:entry, 1, :home, 'receivable', :account, :number, 100, '2026-03-26'),"
                " (:entry, 2, :home, 'management_fee_income', :account, :number, -100, '2026-03-26')"
            ),
            {"entry": entry, "home": HOME, "account": account, "number": number},
        )


@pytest.fixture
def dunning(sample: Database, client: Client) -> DunningList:
    # numbers of this test alone: the server is shared, and a number is never used twice
    return DunningList(sample, client, secrets.token_bytes(32))


async def listed(dunning: DunningList, request: ListOverdue) -> Listed:
    return await ActivityEnvironment().run(dunning.list_overdue, request)


def openings(db: Database) -> list[tuple[str, int]]:
    with db.begin() as connection:
        found = connection.execute(text("SELECT account, ordinal FROM arrears_openings ORDER BY account, ordinal"))
        return [(row.account, row.ordinal) for row in found]


async def test_what_was_sent_and_is_past_due_is_listed_once_and_has_its_case(dunning, sample, client):
    for account in ("1-101-Y1", "1-102-Y1"):
        bill(sample, account, f"{account}/2026Q2")
    bill(sample, "1-103-Y1", "1-103-Y1/2026Q2", sent=False)
    bill(sample, "1-104-Y1", "1-104-Y1/2026Q2", due="2026-04-13")
    assert await listed(dunning, ask("2026-04-13")) == Listed(bills=2, accounts=2, opened=2)
    assert await listed(dunning, ask("2026-04-13")) == Listed()
    assert openings(sample) == [("1-101-Y1", 1), ("1-102-Y1", 1)]
    running = [case.id async for case in client.list_workflows('WorkflowType = "Arrears"')]
    while len(running) < 2:  # the list of cases follows a moment later
        running = [case.id async for case in client.list_workflows('WorkflowType = "Arrears"')]
    assert all(number.startswith("CJ-") for number in running)


async def test_two_lists_at_once_open_one_case_for_an_account(dunning, sample):
    bill(sample, "1-101-Y1", "1-101-Y1/2026Q2")
    both = await asyncio.gather(*(listed(dunning, ask("2026-04-13")) for _ in range(2)))
    assert openings(sample) == [("1-101-Y1", 1)]
    assert sum(one.opened for one in both) == 1


async def test_a_bill_that_is_open_again_after_its_case_was_over_is_listed_anew(dunning, sample, tmp_path: Path):
    bill(sample, "1-101-Y1", "1-101-Y1/2026Q2")
    await listed(dunning, ask("2026-04-13"))
    with sample.begin() as connection:
        case = connection.execute(text('SELECT "case" FROM arrears_openings')).scalar_one()
    DunningSheets(sample).close_arrears(
        ClosingRequest(community=HOME, account="1-101-Y1", case=case, at=at("04-20 10:00"))
    )
    assert await listed(dunning, ask("2026-04-21")) == Listed(bills=1, accounts=1, opened=1)
    assert openings(sample) == [("1-101-Y1", 1), ("1-101-Y1", 2)]


async def test_the_payer_is_named_in_the_start_only_and_by_his_own_household(dunning, sample, client):
    bill(sample, "1-101-Y1", "1-101-Y1/2026Q2")
    await listed(dunning, ask("2026-04-13"))
    with sample.begin() as connection:
        case = connection.execute(text('SELECT "case" FROM arrears_openings')).scalar_one()
    described = await client.get_workflow_handle(case).describe()
    assert "1-101" in str(described.typed_search_attributes)
    assert "satellite" not in str(described.raw_description)
    assert b"+8617400" not in described.raw_description.SerializeToString()
