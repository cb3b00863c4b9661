"""Photographs in a bucket 存储桶 are kept, counted, sealed anew and deleted as they are in a folder."""

from datetime import UTC, datetime

import pytest

from activities.attachments.attachments import Attachments
from activities.attachments.resealing import attachments_by_key, reseal_attachments
from activities.attachments.store import AttachmentStore, AttachmentStoreError
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from tests.attachments.bucket import URL, Bucket
from tests.attachments.pictures import picture
from tests.attachments.test_attachments import upload

pytestmark = pytest.mark.usefixtures("bucket")


def test_bytes_come_back_and_are_deleted_once_or_twice() -> None:
    store = AttachmentStore(URL)
    large = bytes(range(256)) * 40_000
    for _ in range(2):
        store.put("large", large)

    assert store.get("large") == large
    assert store.beginning("large", 3) == b"\0\1\2"
    assert list(store.stored()) == ["large"]
    for _ in range(2):
        store.delete("large")
    assert list(store.stored()) == []
    with pytest.raises(FileNotFoundError):
        store.get("large")
    with pytest.raises(FileNotFoundError):
        store.beginning("large", 3)


def test_more_than_one_page_of_a_listing_is_read_and_a_neighbours_path_is_not() -> None:
    store = AttachmentStore(URL)
    names = {f"{number:04}" for number in range(1_003)}
    for name in names:
        store.put(name, b"")
    AttachmentStore(f"{URL}-of-others").put("foreign", b"")

    assert set(store.stored()) == names


@pytest.mark.usefixtures("communities")
def test_pictures_are_sealed_anew_and_the_old_key_can_go(database: Database, keyring: KeyRing) -> None:
    store = AttachmentStore(URL)
    attachments = Attachments(database, store, keyring.personal)
    refs = [upload(attachments, picture(size=(n, n)), key=str(n)).ref for n in (40, 41)]
    before = {ref.id: attachments.read("YGHY", ref.id) for ref in refs}
    new = keyring.rotated(payload=False, personal=True, now=datetime.now(UTC)).personal
    store.put("foreign.txt", b"")

    assert [reseal_attachments(database, store, new).changed for _ in range(2)] == [2, 0]

    assert attachments_by_key(store, new).by_key == {new.current: 2}
    alone = Attachments(database, store, new.without(keyring.personal.current))
    assert {ref.id: alone.read("YGHY", ref.id) for ref in refs} == before


def test_a_bucket_that_nobody_made_or_that_is_away_is_said_to_be_so(bucket: Bucket) -> None:
    with pytest.raises(AttachmentStoreError):
        AttachmentStore("s3://nobody-made-it").put("key", b"")
    bucket.stop()
    store = AttachmentStore(URL)
    for ask in (
        lambda: store.put("key", b""),
        lambda: store.get("key"),
        lambda: store.beginning("key", 1),
        lambda: store.delete("key"),
        lambda: list(store.stored()),
    ):
        with pytest.raises(AttachmentStoreError):
            ask()
