"""The intake snapshot stays what it was while PostgreSQL does not answer."""

import asyncio

from activities.connections.database import Database
from starters.intake_api.snapshot_keeper import SnapshotKeeper
from tests.passage import passage_to


async def test_a_database_that_falls_silent_in_mid_query_counts_as_unreachable_and_intake_goes_on(sample, keyring):
    async with passage_to(sample) as passage:
        database = Database.connect(passage.url, keyring)
        keeper = SnapshotKeeper(database, load_seconds=2)
        assert await keeper.refresh()
        snapshot = keeper.current()

        passage.fall_silent()
        refreshed = await asyncio.wait_for(keeper.refresh(), 15)

        assert not refreshed
        assert not keeper.database_reachable
        assert keeper.current() is snapshot
        passage.speak()
        assert await keeper.refresh()
        assert keeper.database_reachable
        assert keeper.current() is not snapshot
        database.close()
