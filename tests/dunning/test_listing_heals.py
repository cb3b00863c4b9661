"""A dunning list that was interrupted is finished by whoever goes on (docs/domain/arrears.md)."""

import secrets

import pytest
from sqlalchemy import text
from temporalio.client import Client, WorkflowExecutionStatus

from activities.connections.database import Database
from activities.dunning.listing import DunningList
from activities.dunning.sheets import DunningSheets
from tests.dunning.test_listing import HOME, ask, bill, listed, openings
from tests.processes.case_under_test import at
from workflows.messages.billing import Listed
from workflows.messages.dunning import ClosingRequest


@pytest.fixture
def dunning(sample: Database, client: Client) -> DunningList:
    return DunningList(sample, client, secrets.token_bytes(32))


class PowerCutError(Exception):
    """The worker is gone before the case was started."""


def number_of(db: Database) -> str:
    with db.begin() as connection:
        return str(connection.scalar(text('SELECT "case" FROM arrears_openings WHERE closed_at IS NULL')))


async def interrupted(dunning: DunningList, monkeypatch: pytest.MonkeyPatch, on_day: str) -> None:
    async def gone(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as until_the_power_is_back:
        until_the_power_is_back.setattr(dunning, "_dun", gone)
        with pytest.raises(PowerCutError):
            await listed(dunning, ask(on_day))


async def test_a_case_that_was_numbered_but_not_started_is_started_by_the_next_attempt(
    dunning, sample, client, monkeypatch
):
    bill(sample, "1-101-Y1", "1-101-Y1/2026Q2")
    await interrupted(dunning, monkeypatch, "2026-04-13")
    await listed(dunning, ask("2026-04-13"))
    described = await client.get_workflow_handle(number_of(sample)).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert openings(sample) == [("1-101-Y1", 1)]


async def test_a_case_listed_anew_but_not_started_is_started_by_the_next_attempt(dunning, sample, client, monkeypatch):
    bill(sample, "1-101-Y1", "1-101-Y1/2026Q2")
    await listed(dunning, ask("2026-04-13"))
    over = ClosingRequest(community=HOME, account="1-101-Y1", case=number_of(sample), at=at("04-20 10:00"))
    DunningSheets(sample).close_arrears(over)
    await interrupted(dunning, monkeypatch, "2026-04-21")
    await listed(dunning, ask("2026-04-21"))
    described = await client.get_workflow_handle(number_of(sample)).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert openings(sample) == [("1-101-Y1", 1), ("1-101-Y1", 2)]
    assert await listed(dunning, ask("2026-04-22")) == Listed()


async def test_an_account_whose_case_was_ended_by_hand_is_dunned_again_when_more_is_overdue(dunning, sample, client):
    bill(sample, "1-101-Y1", "1-101-Y1/2026Q2")
    await listed(dunning, ask("2026-04-13"))
    await client.get_workflow_handle(number_of(sample)).terminate("ended by hand")
    assert await listed(dunning, ask("2026-04-14")) == Listed()
    bill(sample, "1-101-Y1", "1-101-Y1/2026Q2-L", due="2026-04-20")
    await listed(dunning, ask("2026-04-21"))
    assert await listed(dunning, ask("2026-04-22")) == Listed(bills=2, accounts=1, opened=1)
    described = await client.get_workflow_handle(number_of(sample)).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
