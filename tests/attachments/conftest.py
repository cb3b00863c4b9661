"""Two communities whose photographs are kept."""

import pytest
from sqlalchemy import insert

from activities.connections.database import Database
from activities.records.community_tables import Community


@pytest.fixture
def communities(database: Database) -> None:
    with database.begin() as connection:
        for code in ("YGHY", "XXJD"):
            connection.execute(insert(Community).values(code=code, name=code, preset="residential-S1"))
