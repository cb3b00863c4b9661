"""PostgreSQL is away: photographs are neither taken nor shown, and nothing half done is left behind."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from activities.connections.database import Database
from activities.connections.settings import Settings
from activities.records.attachment_tables import AttachmentRow
from activities.records.migration import upgrade
from activities.records.sample_community import create_sample
from tests import servers
from tests.attachments.pictures import picture
from tests.attachments.test_attachments import stored_files
from tests.intake_api.conftest import Api, serving
from tests.intake_api.test_attachments import HERE, sent
from workflows.messages.people import Role


@pytest.fixture(scope="module")
def own_postgres():
    """A PostgreSQL that these tests may stop."""
    with servers.postgres_server("photos") as server:
        yield server


@pytest.fixture
async def served(own_postgres, keyring, client, tmp_path):
    """The API on that PostgreSQL; the assistant's token is known to it."""
    with own_postgres.new_database() as url:
        upgrade(url)
        database = Database.connect(url, keyring)
        create_sample(database)
        settings = Settings(database_url=url, keys_file=tmp_path / "keys.toml")
        async with serving(settings, keyring, database, client) as api:
            await api.bearer(Role.CS_ASSISTANT)
            try:
                yield api
            finally:
                own_postgres.start()
        database.close()


def rows(database: Database) -> int:
    with database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(AttachmentRow)) or 0


async def test_an_upload_is_answered_503_and_the_same_upload_sent_again_is_taken(
    served: Api, own_postgres, tmp_path: Path
):
    own_postgres.stop()

    away = await sent(served, picture(), key="the-kitchen-tap")

    assert (away.status_code, away.json()["code"]) == (503, "records_unavailable")
    assert away.headers["retry-after"]
    assert stored_files(tmp_path) == []
    own_postgres.start()
    assert rows(served.database) == 0
    again = await sent(served, picture(), key="the-kitchen-tap")
    assert again.status_code == 201
    assert rows(served.database) == 1


async def test_a_stored_photograph_is_not_shown_until_the_records_are_back(served: Api, own_postgres):
    number = (await sent(served, picture())).json()["id"]
    own_postgres.stop()

    away = await served.get(f"{HERE}/{number}")

    assert (away.status_code, away.json()["code"]) == (503, "records_unavailable")
    own_postgres.start()
    assert (await served.get(f"{HERE}/{number}")).status_code == 200


async def test_what_is_no_photograph_is_refused_all_the_same(served: Api, own_postgres):
    own_postgres.stop()

    refused = await sent(served, b"<svg/>")

    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_not_an_image")
