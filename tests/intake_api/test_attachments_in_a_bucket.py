"""Photographs are kept in a bucket: taken, shown, and while it is away refused in a few seconds without a trace."""

from sqlalchemy import func, select

from activities.records.attachment_tables import AttachmentRow
from tests.attachments.bucket import URL, Bucket
from tests.attachments.pictures import picture
from tests.intake_api.conftest import Api, serving
from tests.intake_api.test_attachments import HERE, sent


async def test_photographs_are_taken_and_shown_and_refused_while_the_bucket_is_away(
    bucket: Bucket, settings, keyring, sample, client
):
    in_a_bucket = settings.model_copy(update={"attachments_url": URL})
    async with serving(in_a_bucket, keyring, sample, client) as api:
        taken = await sent(api, picture())
        assert taken.status_code == 201, taken.text
        number = taken.json()["id"]
        assert (await api.get(f"{HERE}/{number}")).status_code == 200
        bucket.stop()

        upload, reading = await sent(api, picture(size=(20, 20))), await api.get(f"{HERE}/{number}")

    for answer in (upload, reading):
        assert (answer.status_code, answer.json()["code"]) == (503, "attachments_unavailable")
        assert answer.headers["retry-after"]
    assert stored(api) == 1


def stored(api: Api) -> int:
    """How many the records know."""
    with api.database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(AttachmentRow)) or 0
