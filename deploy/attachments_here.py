"""The store of attachments for a command that trusts what it finds there: the services' own 附件库, or refused."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deploy.start_refused import StartRefusedError

if TYPE_CHECKING:  # imported when a command runs, as in ``process_verbs``
    from activities.attachments.store import AttachmentStore
    from activities.connections.database import Database
    from activities.connections.settings import Settings


@contextmanager
def attachments_here(
    settings: "Settings", database: "Database", besides: "Collection[str]" = ()
) -> "Iterator[AttachmentStore]":
    """Yield the store that has the attachments on record; of those ``besides`` nothing is asked.

    Raises ``StartRefusedError`` for a store that has none of them, since "nothing is there" would be taken for "nothing
    is left to do", and for one that is out of reach, even in the middle.
    """
    from activities.attachments.attachments import is_elsewhere
    from activities.attachments.store import AttachmentStore, AttachmentStoreError

    store = AttachmentStore(settings.attachment_store)
    try:
        with database.begin() as connection:
            elsewhere = is_elsewhere(connection, store, besides)
        if elsewhere:
            raise StartRefusedError(
                f"附件库 {settings.attachment_store} 里没有记录中的任何附件:"
                "请把 GUANJIA_ATTACHMENTS_URL 设为服务正在使用的附件库,然后重新运行",
                "the store of attachments has none of those on record: name the one that the services use",
            )
        yield store
    except AttachmentStoreError as error:
        raise StartRefusedError(
            "附件库不可用,尚未完成:请检查 GUANJIA_ATTACHMENTS_URL 与 AWS_… 变量,然后重新运行",
            "the store of attachments is out of reach; this is not complete: see to it, then run it again",
        ) from error
