"""A community without anything in it."""

import pytest
from sqlalchemy import insert

from activities.connections.database import Database
from activities.records.community_tables import Community


@pytest.fixture
def empty_community(database: Database) -> Database:
    """A database with the community YGHY, which has no policy and no roster, and another, XYDX."""
    with database.begin() as connection:
        connection.execute(
            insert(Community),
            [
                {"code": "YGHY", "name": "阳光花园", "preset": "residential-S1"},
                {"code": "XYDX", "name": "星苑大学", "preset": "campus-S4"},
            ],
        )
    return database
