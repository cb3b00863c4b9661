"""What a backup is 备份清单: its files with their digests, the moment it shows, and what reading it takes."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from activities.attachments.damage import Damage
from activities.connections.keys import KeyRing
from activities.records.migration import required_revision
from deploy.start_refused import StartRefusedError

MANIFEST: Final = "manifest.json"
DUMP: Final = "postgres.dump"
TEMPORAL: Final = "temporal.db"
ATTACHMENTS: Final = "attachments.tar"
KEYS: Final = "keys.toml"
FileName = Literal["postgres.dump", "temporal.db", "attachments.tar", "keys.toml"]


class StoredFile(BaseModel):
    """Size in bytes and SHA-256 of one file, in hexadecimal digits."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "StoredFile":
        """Read the file; raises ``OSError``."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(size=path.stat().st_size, sha256=digest)


class Manifest(BaseModel):
    """The manifest of a backup.

    ``version`` is Guanjia's and ``revision`` the schema's; ``taken_at`` is the instant that all of it shows. ``keys``
    are the fingerprints of the keys that its data need, by name (``KeyRing.fingerprints``), "" for one lost before.
    ``damaged`` are attachments that could not be opened when the backup was taken, by id.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    version: str = Field(pattern=r"^\d+(\.\d+)*$")
    revision: str
    taken_at: AwareDatetime
    keys: dict[str, str]
    files: dict[FileName, StoredFile]
    damaged: dict[str, Damage] = {}

    def missing_keys(self, ring: KeyRing) -> tuple[str, ...]:
        """Return the names of the keys that the data need and the ring does not have."""
        there = ring.fingerprints
        return tuple(
            name for name, needed in sorted(self.keys.items()) if not there.get(name) or needed not in {"", there[name]}
        )

    def require_not_newer(self) -> None:
        """Raise ``StartRefusedError`` for a backup of a newer program: this one would not understand its data."""
        if _parts(self.version) > _parts(version("guanjia")) or self.revision > required_revision():
            raise StartRefusedError(
                f"备份来自较新的版本 {self.version}(数据结构 {self.revision}),本机是 {version('guanjia')}"
                f"({required_revision()}):请先升级程序",
                f"the backup is of version {self.version}, revision {self.revision}: upgrade the program first",
            )


def _parts(number: str) -> tuple[int, ...]:
    """Return 0.3.0 as (0, 3, 0), which compares as versions do."""
    return tuple(int(part) for part in number.split("."))


def checked_manifest(folder: Path) -> Manifest:
    """Read the manifest and every file that it names; raises ``StartRefusedError`` for whatever is not as it was."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise StartRefusedError(
            f"{folder} 不是完整的备份:读不到 {MANIFEST}({error.strerror})",
            f"{folder} is no complete backup: {MANIFEST} cannot be read",
        ) from error
    except ValidationError:
        raise StartRefusedError(
            f"{folder / MANIFEST} 读不懂:已损坏,或来自较新的版本",
            f"{folder / MANIFEST} cannot be understood: it is damaged, or of a newer version",
        ) from None
    for name, expected in manifest.files.items():
        try:
            found = StoredFile.of(folder / name)
        except OSError as error:
            raise StartRefusedError(
                f"备份文件 {folder / name} 读不出来({error.strerror})", f"{folder / name} cannot be read"
            ) from error
        if found != expected:
            raise StartRefusedError(
                f"备份文件 {folder / name} 已损坏(与清单中的 sha256 不符):请用另一份备份",
                f"{folder / name} is damaged (its sha256 is not the manifest's): use another backup",
            )
    return manifest
