"""A community with fees for each test of the ledger."""

import pytest

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from tests.billing import community


@pytest.fixture
def billed(database: Database) -> Database:
    """The records of a founded community without flats."""
    community.found(database)
    return database


@pytest.fixture
def tables(billed: Database) -> QuarterTables:
    """Its quarter's tables."""
    return QuarterTables(billed)
