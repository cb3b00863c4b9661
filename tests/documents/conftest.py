"""A community with a billed quarter, to print from: billed once, copied for each test."""

from collections.abc import Iterator

import pytest

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from tests import servers
from tests.documents import fee_records


@pytest.fixture(scope="session")
def _billed(postgres: servers.PostgresServer, _sampled: str, keyring: KeyRing) -> Iterator[str]:
    """Name of a database with the sample community's second quarter billed, to copy from."""
    with postgres.new_database(_sampled) as url:
        opened = Database.connect(url, keyring)
        fee_records.billed_quarter(opened)
        opened.close()
        yield url.split("/")[3].split("?")[0]


@pytest.fixture
def billed(postgres: servers.PostgresServer, _billed: str, keyring: KeyRing) -> Iterator[Database]:
    """A database of this test alone with the 312 《缴费通知单》 of the sample community's second quarter."""
    with postgres.new_database(_billed) as url:
        opened = Database.connect(url, keyring)
        yield opened
        opened.close()
