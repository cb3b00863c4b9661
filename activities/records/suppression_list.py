"""Suppression list 抑制名单: who was erased and which tokens were revoked, in a file that no restore reaches.

A backup knows nothing of what was taken back after it. This list does, so that after a restore both can be done again.
It holds request numbers, digests and codes: nobody can be read from it without the key file. Why it is a file of its
own: ``docs/decisions/0034-what-a-restore-must-not-bring-back.md``.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from activities.connections.on_disk import sync
from activities.connections.settings import Settings


class SuppressionListError(Exception):
    """The list cannot be read or written; the message says what to do."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    at: AwareDatetime


class ErasedPerson(_Entry):
    """An erasure: its request number, the keyed index of the person's number in hexadecimal digits, and who asked."""

    what: Literal["erased"] = "erased"
    request: str
    person: str
    asked_by: str


class RevokedToken(_Entry):
    """A token by its SHA-256 in hexadecimal digits, and the code of whom it was for."""

    what: Literal["revoked"] = "revoked"
    token: str
    caller: str


_LINE: Final = TypeAdapter[ErasedPerson | RevokedToken](
    Annotated[ErasedPerson | RevokedToken, Field(discriminator="what")]
)


class SuppressionList:
    """The list of one installation; made when there is something to enter."""

    def __init__(self, file: Path, keys_file: Path | None = None) -> None:
        """A new list that root makes gets the owner of ``keys_file``: the services' user enters the next."""
        self.file = file
        self._keys_file = keys_file

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the list of this installation."""
        return cls(settings.suppression_file, settings.keys_file)

    @property
    def exists(self) -> bool:
        """Whether anything was ever entered here."""
        return self.file.exists()

    def require_there(self) -> None:
        """Raise ``SuppressionListError`` where there is no list: nothing would be taken for nothing to do."""
        if not self.exists:
            raise SuppressionListError(
                f"没有名单 {self.file}:请从原来的文件夹或另存的副本取来,或用 GUANJIA_SUPPRESSION_LIST 指出"
            )

    def add_erasure(self, request: str, person: bytes, asked_by: str) -> None:
        """Enter that the person is being erased; harmless to repeat. Raises ``SuppressionListError``."""
        self.add_erasures([(request, person, asked_by, datetime.now(UTC))])

    def add_erasures(self, erasures: Iterable[tuple[str, bytes, str, datetime]]) -> None:
        """Enter number, person, who asked, and when; harmless to repeat. Raises ``SuppressionListError``."""
        self._enter(
            [
                ErasedPerson(at=at, request=number, person=person.hex(), asked_by=asked_by)
                for number, person, asked_by, at in erasures
            ]
        )

    def add_revocations(self, tokens: Iterable[tuple[bytes, str]]) -> None:
        """Enter digest and caller of revoked tokens; harmless to repeat. Raises ``SuppressionListError``."""
        now = datetime.now(UTC)
        self._enter([RevokedToken(at=now, token=digest.hex(), caller=caller) for digest, caller in tokens])

    def erased(self) -> tuple[ErasedPerson, ...]:
        """Return the erasures in their order, each once; raises ``SuppressionListError``."""
        return tuple(entry for entry in self._entries() if isinstance(entry, ErasedPerson))

    def revoked(self) -> tuple[RevokedToken, ...]:
        """Return the revoked tokens in their order, each once; raises ``SuppressionListError``."""
        return tuple(entry for entry in self._entries() if isinstance(entry, RevokedToken))

    def _entries(self) -> Iterable[ErasedPerson | RevokedToken]:
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error) from error
        return self._read(content).values()

    def _read(self, content: bytes) -> dict[str, ErasedPerson | RevokedToken]:
        """Return the entries by what they are of: lists that were put together name some of it twice."""
        entries: dict[str, ErasedPerson | RevokedToken] = {}
        for number, line in enumerate(content[: _whole(content)].splitlines(), start=1):
            try:
                entry = _LINE.validate_json(line)
            except ValidationError:
                raise SuppressionListError(
                    f"名单 {self.file} 第 {number} 行读不懂:请从另存的副本取来完整的一份,再运行一次"
                ) from None
            entries.setdefault(_of(entry), entry)
        return entries

    def _enter(self, entries: Sequence[ErasedPerson | RevokedToken]) -> None:
        """Add what is not there and have all of it outlive a power cut, also what was: its writer may have failed to.

        Read, compared and written under the one lock: whoever enters the same at the same time enters it once.
        """
        if not entries:
            return
        with self._opened() as descriptor:
            content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            known = self._read(content)
            new = {_of(entry): entry for entry in entries if _of(entry) not in known}
            lines = "".join(f"{entry.model_dump_json()}\n" for entry in new.values()).encode()
            end = _whole(content)
            try:
                os.ftruncate(descriptor, end)  # what a power cut has left half
                _append(descriptor, (b"\n" if end and not content[:end].endswith(b"\n") else b"") + lines)
                os.fsync(descriptor)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, end)  # or a repeat would take for entered what is not on the disk
                raise

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """Open the file for one writer at a time; only its owner can read it."""
        try:
            descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._give(descriptor)
                yield descriptor
            finally:
                os.close(descriptor)
            with suppress(PermissionError):  # a folder that we may not look into
                sync(self.file.parent)
        except OSError as error:
            raise self._unusable(error) from error

    def _give(self, descriptor: int) -> None:
        """Give a new list to whose the key file is."""
        if os.geteuid() == 0 and self._keys_file is not None and not os.fstat(descriptor).st_size:
            with suppress(FileNotFoundError):
                owner = self._keys_file.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)

    def _unusable(self, error: OSError) -> SuppressionListError:
        return SuppressionListError(
            f"名单 {self.file} 无法读写({error.strerror}),恢复备份后要靠它重新删除与吊销:"
            "请检查磁盘与权限,或用 GUANJIA_SUPPRESSION_LIST 指到别处,再运行一次"
        )


def _of(entry: ErasedPerson | RevokedToken) -> str:
    return f"{entry.what} {entry.request if isinstance(entry, ErasedPerson) else entry.token}"


def _append(descriptor: int, lines: bytes) -> None:
    """Write all of it: a disk that is nearly full takes the first half of a line without complaint."""
    while lines:
        lines = lines[os.write(descriptor, lines) :]


def _whole(content: bytes) -> int:
    """Where the last whole line ends: one that lacks nothing but its end, as an editor leaves it, is whole."""
    end = content.rfind(b"\n") + 1
    try:
        _LINE.validate_json(content[end:])
    except ValidationError:
        return end
    return len(content)
