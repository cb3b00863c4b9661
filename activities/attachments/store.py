"""Where attachments are kept 附件库: a folder, or a bucket that speaks S3, behind one interface."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from activities.connections.on_disk import sync

_SCHEMES: Final = ("file", "s3")
_PATIENCE: Final = timedelta(seconds=10)
"""How long a request to a bucket that is away is repeated; obstore's own three minutes are too long."""

_CANNOT_BE_SYNCED: Final = (errno.EACCES, errno.EINVAL, errno.ENOTSUP)
"""A folder that we may pass through and not list, or a file system that knows no such thing."""


class AttachmentStoreError(OSError):
    """The folder or the bucket is out of reach, full, or will not let us; what was asked for was not done."""


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
            return from_url(self._url, retry_config={"max_retries": 3, "retry_timeout": _PATIENCE})
        made = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for each in made:
            _sync(each.parent)
        return LocalStore(prefix=folder)

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes, so that they outlive a power cut; raises ``AttachmentStoreError`` if that cannot be done."""
        try:
            with _reached():
                store = self._store
                if self.folder is None:
                    obstore.put(store, key, content)
                else:  # obstore leaves it to the system when the bytes reach the disk; the row that names them is there
                    _write_durably(self.folder, key, content)
        except FileNotFoundError as error:  # of the bucket itself
            raise AttachmentStoreError(str(error)) from error

    def get(self, key: str) -> bytes:
        """Return the bytes; raises ``FileNotFoundError`` for a key that is not there, else ``AttachmentStoreError``."""
        with _reached():
            return bytes(obstore.get(self._store, key).bytes())

    def delete(self, key: str) -> None:
        """Delete the bytes; a key that is not there is deleted already. Raises ``AttachmentStoreError``."""
        with suppress(FileNotFoundError), _reached():
            obstore.delete(self._store, key)
        if self.folder is not None:
            with suppress(FileNotFoundError), _reached():
                _sync((self.folder / key).parent)  # or a power cut brings back who was erased

    def stored(self) -> Iterator[str]:
        """Yield every key there is; raises ``AttachmentStoreError``."""
        with _reached():
            for several in obstore.list(self._store):
                yield from (one["path"] for one in several)

    def beginning(self, key: str, length: int) -> bytes:
        """Return up to that many first bytes; raises as :meth:`get`."""
        with _reached():
            return bytes(obstore.get_range(self._store, key, start=0, length=length))


def _write_durably(root: Path, key: str, content: bytes) -> None:
    """Give the file its name when its bytes are on the disk, and return when its name is there too."""
    file = root / key
    file.parent.mkdir(parents=True, exist_ok=True)
    # obstore lists nothing whose name ends so; a file that an interrupted write left behind is sealed and has no row
    new = file.with_name(f"{file.name}#{secrets.randbelow(10**18)}")
    try:
        with new.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    for folder in (file.parent, *file.parent.parents):
        _sync(folder)
        if folder == root:  # what is above may be another's; it was written out when the store was made
            return


def _sync(folder: Path) -> None:
    """Have the names in it outlive a power cut, where the system lets us: else it does so itself, in seconds."""
    try:
        sync(folder)
    except OSError as error:
        if error.errno not in _CANNOT_BE_SYNCED:
            raise


@contextmanager
def _reached() -> Iterator[None]:
    """Say one thing for whatever a folder or a bucket may answer, but for what is not there."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise AttachmentStoreError(str(error)) from error
