"""The directory in memory stays what it was while PostgreSQL does not answer."""

import asyncio

import pytest
from structlog.testing import capture_logs

from activities.connections.database import Database
from activities.notifications import directory
from activities.notifications.directory import DirectorySnapshot
from tests.notifications.peers import COMMUNITY
from tests.passage import passage_to


async def until(condition) -> None:
    deadline = asyncio.get_running_loop().time() + 15
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)


async def test_a_database_that_falls_silent_in_mid_query_leaves_the_last_directory_and_is_tried_again(sample, keyring):
    async with passage_to(sample) as passage:
        database = Database.connect(passage.url, keyring)
        known = DirectorySnapshot(database)
        keeping = asyncio.create_task(known.keep_fresh(seconds=0.05, read_seconds=1))
        await until(lambda: known.of("YGHY"))

        with capture_logs() as said:
            passage.fall_silent()
            await until(lambda: any(line["event"] == "directory_not_refreshed" for line in said))
        last = known.of("YGHY")
        passage.speak()

        assert last is not None
        assert last.members
        await until(lambda: known.of("YGHY") is not last)
        keeping.cancel()
        database.close()


def test_what_is_told_at_once_shares_one_reading_and_a_second_later_it_is_read_again(
    community: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(directory, "_RECENT_SECONDS", 600.0)
    known = DirectorySnapshot(community)
    read = known.recent(COMMUNITY)
    assert read.members
    assert known.recent(COMMUNITY) is read
    monkeypatch.setattr(directory, "_RECENT_SECONDS", -1.0)
    assert known.recent(COMMUNITY) is not read
    assert known.recent(COMMUNITY) == read
