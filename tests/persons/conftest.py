"""A community with two neighbours, each with something in every sealed column."""

from pathlib import Path

import pytest

from activities.attachments.attachments import Attachments
from activities.attachments.store import AttachmentStore
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from tests.billing import community
from tests.persons.planting import ANNA, BERT, settle_in


@pytest.fixture
def neighbours(database: Database) -> Database:
    """The records of the community after both moved out."""
    community.found(database)
    for who in (ANNA, BERT):
        settle_in(database, who)
    return database


@pytest.fixture
def attachments(neighbours: Database, keyring: KeyRing, tmp_path: Path) -> Attachments:
    """The community's pictures."""
    return Attachments(neighbours, AttachmentStore((tmp_path / "pictures").as_uri()), keyring.personal)
