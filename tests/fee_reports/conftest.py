"""A ledger for each test of the reports."""

import pytest

from activities.connections.database import Database
from tests.fee_reports.period import Ledger


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """The ledger of a founded community without flats."""
    return Ledger(database)
