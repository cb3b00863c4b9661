"""PostgreSQL was restored from an older backup than Temporal: what the histories know comes back, as it was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from temporalio import activity
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from activities.records.case_queries import CaseFilter, get_case, list_cases
from activities.records.case_records import CaseRecords
from activities.records.rebuild import NO_HISTORY, Rebuilt, cases_to_rebuild, rebuild_record
from tests import servers
from tests.processes.case_under_test import CaseUnderTest
from tests.processes.centre import DESK, Centre, technician, workers
from tests.processes.outside import Outside
from tests.processes.test_long_histories import reply_until_it_continues_as_new
from tests.records import repairs
from workflows.messages.case import ActionRequest
from workflows.messages.identifiers import Activity
from workflows.messages.records import CaseBatch

FORMS = ("repair_records", "work_orders", "quotes", "charges", "suspensions")
WITHOUT_CLOCK = {"as_of", "recorded_at"}


@dataclass
class OutsideWithRecords(Outside):
    """An outside whose records are PostgreSQL's."""

    database: Database | None = None

    @activity.defn(name=Activity.WRITE_CASE)
    async def write_case(self, batch: CaseBatch) -> None:
        assert self.database is not None
        CaseRecords(self.database).write_case(batch)
        self.batches.append(batch)
        self.of_case.setdefault(batch.header.number, []).append(batch)


@asynccontextmanager
async def centre_on_record(client: Client, skipper: TimeSkipper, database: Database) -> AsyncIterator[Centre]:
    outside = OutsideWithRecords(database=database)
    async with workers(client, outside):
        yield Centre(skipper, outside)


@pytest.fixture
async def centre(client: Client, time_skipper: TimeSkipper, database: Database) -> AsyncIterator[Centre]:
    async with centre_on_record(client, time_skipper, database) as opened:
        yield opened


def lose(database: Database, number: str, after: int = 0) -> None:
    """Bring the case's record back to where a backup may have left it: to its line ``after``, or to nothing."""
    with database.begin() as connection:
        lost = {"number": number, "after": after}
        connection.execute(text('DELETE FROM case_lines WHERE "case" = :number AND sequence > :after'), lost)
        for table in FORMS:
            query = f'DELETE FROM {table} WHERE "case" = :number AND last_sequence > :after'  # noqa: S608 - ours
            connection.execute(text(query), lost)
        if after:
            older = (
                "UPDATE cases SET last_sequence = :after, state = 'received', closed_at = NULL WHERE number = :number"
            )
            connection.execute(text(older), lost)
        else:
            connection.execute(text("DELETE FROM cases WHERE number = :number"), lost)


def on_record(database: Database, number: str) -> dict[str, object]:
    record = get_case(database, "YGHY", number)
    assert record is not None, "there is a record"
    return record.model_dump(exclude=WITHOUT_CLOCK)


async def offered(centre: Centre) -> CaseUnderTest:
    """A repair that was reported, accepted and offered, with all of it on record."""
    case = await centre.report(accepted_by=DESK)
    await case.offered_to("T001")
    await case.comes_to_rest()
    return case


async def over(centre: Centre) -> CaseUnderTest:
    """A repair with a quote that was reported, done, confirmed and closed, and whose workflow has ended."""
    case = await centre.in_progress(inside=True)
    await case.act(
        technician("T001"), "quote", lines=[{"code": "W01", "name": "换阀", "unit": "个", "unit_price": "9"}]
    )
    await case.reply("confirm_quote", "可以,林小满")
    await case.becomes("in_progress")
    await case.act(technician("T001"), "complete", work_done="更换林家阀芯", work_minutes=25, billed="9")
    await case.reply("confirm")
    await case.becomes("closed")
    await case.wait_until("07-01 10:00")
    await case.handle.result()
    return case


async def test_a_record_that_was_lost_comes_back_as_it_was(client: Client, centre: Centre, database: Database) -> None:
    case = await over(centre)
    before = on_record(database, case.number)
    assert len(before["lines"]) > 6  # type: ignore[arg-type]
    assert len(before["forms"]) >= 3  # type: ignore[arg-type]
    lose(database, case.number)
    assert get_case(database, "YGHY", case.number) is None

    rebuilt = await rebuild_record(database, client, case.number)

    assert rebuilt == Rebuilt(case.number, lines_added=len(before["lines"]))  # type: ignore[arg-type]
    assert rebuilt.whole
    assert on_record(database, case.number) == before
    found = list_cases(database, ["YGHY"], CaseFilter(phone="13800000001"))
    assert [one.number for one in found.cases] == [case.number], "found by its telephone number as before"


async def test_rebuilding_twice_or_what_was_never_lost_changes_nothing(
    client: Client, centre: Centre, database: Database
) -> None:
    case = await over(centre)
    before = on_record(database, case.number)
    for _ in range(2):
        assert await rebuild_record(database, client, case.number) == Rebuilt(case.number)
        assert on_record(database, case.number) == before


async def test_only_what_came_after_the_backup_was_lost(client: Client, centre: Centre, database: Database) -> None:
    case = await over(centre)
    before = on_record(database, case.number)
    lose(database, case.number, after=3)
    assert on_record(database, case.number) != before

    assert (await rebuild_record(database, client, case.number)).whole

    assert on_record(database, case.number) == before


async def test_a_case_that_goes_on_after_the_restore_waits_for_nothing_else(
    client: Client, centre: Centre, database: Database
) -> None:
    """Its next line cannot be written before its first; once the record is rebuilt, the waiting line is written."""
    case = await offered(centre)
    lose(database, case.number)
    taken = ActionRequest(action="take", community="YGHY", actor=technician("T001"), message_id="taken")
    answer = await case.send(taken)

    rebuilt = await rebuild_record(database, client, case.number)

    assert rebuilt.whole
    await case.recorded("taken")
    assert on_record(database, case.number)["state"] == answer.state
    assert (await rebuild_record(database, client, case.number)).whole


async def test_a_case_that_continued_as_new_is_rebuilt_through_all_its_runs(
    keyring: KeyRing, database: Database
) -> None:
    async with await servers.temporal_server("limit.historyCount.suggestContinueAsNew=90") as environment:
        client = await connect(keyring, target_host=environment.client.service_client.config.target_host)
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
        async with centre_on_record(client, skipper, database) as centre:
            case = await centre.completed()
            await reply_until_it_continues_as_new(case)
            await case.reply("comment", "还在")
            await case.comes_to_rest()
            before = on_record(database, case.number)
            lose(database, case.number)
            assert (await rebuild_record(database, client, case.number)).whole
            assert on_record(database, case.number) == before
            await case.handle.terminate("the test is over")


async def test_another_case_s_record_under_the_number_is_left_alone_and_said(
    client: Client, centre: Centre, database: Database
) -> None:
    case = await offered(centre)
    lose(database, case.number)
    CaseRecords(database).write_case(repairs.first_batch(case.number))
    others = on_record(database, case.number)

    rebuilt = await rebuild_record(database, client, case.number)

    assert rebuilt.refused == "record_exists"
    assert not rebuilt.whole
    assert on_record(database, case.number) == others


async def test_a_number_without_a_history_is_said(client: Client, database: Database) -> None:
    number = repairs.new_number()
    assert await rebuild_record(database, client, number) == Rebuilt(number, refused=NO_HISTORY)


async def test_lines_whose_run_temporal_keeps_no_more_are_counted(
    client: Client, centre: Centre, database: Database
) -> None:
    case = await offered(centre)
    with database.begin() as connection:
        further = text("UPDATE cases SET last_sequence = last_sequence + 2 WHERE number = :number")
        connection.execute(further, {"number": case.number})
    rebuilt = await rebuild_record(database, client, case.number)
    assert (rebuilt.lines_missing, rebuilt.whole) == (2, False)


async def test_open_cases_are_those_that_run(client: Client, centre: Centre) -> None:
    running = await centre.report(accepted_by=DESK)
    ended = await centre.report(accepted_by=DESK)
    await running.offered_to("T001")
    began = (await ended.handle.describe()).start_time
    await ended.handle.terminate("by hand")

    async def found(**which: object) -> set[str]:
        return {number async for number in cases_to_rebuild(client, **which)}  # type: ignore[arg-type]

    for _ in range(100):  # what Temporal lists comes a moment later
        if ended.number not in await found() and {running.number, ended.number} <= await found(closed_since=began):
            break
    assert running.number in await found()
    assert ended.number not in await found()
    assert {running.number, ended.number} <= await found(closed_since=began)
