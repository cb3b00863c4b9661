"""Where attachments are kept 附件库: a folder, or a bucket that speaks S3, behind one interface."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

_SCHEMES: Final = ("file", "s3")


class AttachmentStore:
    """Bytes by key. Writing the same key twice leaves one; only the erasure of a person deletes."""

    def __init__(self, url: str) -> None:
        """``url`` is ``file:///folder``, made when first needed, or ``s3://bucket/path`` (keys by ``AWS_…`` variables).

        Raises ``ValueError`` for anything else.
        """
        if urlsplit(url).scheme not in _SCHEMES:
            raise ValueError("附件库应写成 file:///文件夹 或 s3://存储桶")
        self._url = url

    @property
    def folder(self) -> Path | None:
        """The folder; None for a bucket."""
        parts = urlsplit(self._url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    @cached_property
    def _store(self) -> ObjectStore:
        folder = self.folder
        if folder is None:
            return from_url(self._url)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(prefix=folder)

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes; raises ``obstore.exceptions.BaseError`` or ``OSError`` if that cannot be done."""
        obstore.put(self._store, key, content)

    def get(self, key: str) -> bytes:
        """Return the bytes; raises ``FileNotFoundError`` for a key that is not there."""
        return bytes(obstore.get(self._store, key).bytes())

    def delete(self, key: str) -> None:
        """Delete the bytes; a key that is not there is deleted already."""
        with suppress(FileNotFoundError):
            obstore.delete(self._store, key)

    def stored(self) -> Iterator[str]:
        """Yield every key there is; raises the store's error."""
        for several in obstore.list(self._store):
            yield from (one["path"] for one in several)

    def beginning(self, key: str, length: int) -> bytes:
        """Return up to that many first bytes; raises ``FileNotFoundError`` for a key that is not there."""
        return bytes(obstore.get_range(self._store, key, start=0, length=length))
