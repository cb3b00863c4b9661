"""The folder and the ports of a one-machine centre, and what its processes are told of them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from deploy.one_machine.embedded_postgres import database_url
from deploy.start_refused import StartRefusedError

_LOOPBACK: Final = "127.0.0.1"
_LONGEST_SOCKET_PATH: Final = 107
"""Bytes that Linux allows for the address of a socket."""


@dataclass(frozen=True)
class Place:
    """Where one centre lives. Everything that must survive is in ``folder``; it serves on loopback only."""

    folder: Path
    api_port: int
    codec_port: int
    temporal_port: int
    temporal_ui_port: int

    @classmethod
    def from_environment(cls) -> Self:
        """Read ``GUANJIA_HOME`` and the ports; raises ``StartRefusedError`` for one that cannot be."""
        place = cls(
            folder=Path(os.environ.get("GUANJIA_HOME") or "var").absolute(),
            api_port=_port("GUANJIA_API_PORT", 8080),
            codec_port=_port("GUANJIA_CODEC_PORT", 8081),
            temporal_port=_port("GUANJIA_TEMPORAL_PORT", 7233),
            temporal_ui_port=_port("GUANJIA_TEMPORAL_UI_PORT", 8233),
        )
        if len(os.fsencode(place.postgres_folder / ".s.PGSQL.5432")) > _LONGEST_SOCKET_PATH:
            raise StartRefusedError(
                f"文件夹 {place.folder} 的路径太长,数据库无法使用:请把 GUANJIA_HOME 设为较短的路径",
                f"the path of {place.folder} is too long for a socket: set GUANJIA_HOME to a shorter one",
            )
        return place

    @property
    def ports(self) -> Mapping[str, int]:
        """Every port by the variable that sets it."""
        return {
            "GUANJIA_API_PORT": self.api_port,
            "GUANJIA_CODEC_PORT": self.codec_port,
            "GUANJIA_TEMPORAL_PORT": self.temporal_port,
            "GUANJIA_TEMPORAL_UI_PORT": self.temporal_ui_port,
        }

    @property
    def lock_file(self) -> Path:
        """Locked for as long as any process of the centre lives."""
        return self.folder / "lock"

    @property
    def keys_file(self) -> Path:
        """The secrets 密钥文件."""
        return self.folder / "keys.toml"

    @property
    def profile_file(self) -> Path:
        """Addresses and tokens for the commands of staff 身份文件."""
        return self.folder / "profile.toml"

    @property
    def temporal_profile_file(self) -> Path:
        """How our processes, and ``temporal --config-file``, reach this centre's Temporal."""
        return self.folder / "temporal.toml"

    @property
    def temporal_file(self) -> Path:
        """Temporal's SQLite file: every open case."""
        return self.folder / "temporal.db"

    @property
    def temporal_leftovers(self) -> tuple[Path, ...]:
        """What SQLite leaves beside the file after a power cut, and would play into whatever file bears its name."""
        return tuple(self.temporal_file.with_name(f"temporal.db-{kind}") for kind in ("wal", "shm", "journal"))

    @property
    def restoring_file(self) -> Path:
        """Temporal's file while a restore is under way; to give it its name is the restore's last step."""
        return self.folder / "temporal.db.unfinished"

    @property
    def postgres_folder(self) -> Path:
        """PostgreSQL's data, and its socket: only its owner can enter."""
        return self.folder / "postgres"

    @property
    def holds_data(self) -> bool:
        """Whether a centre has been started here before."""
        return self.temporal_file.exists() or self.postgres_folder.exists()

    @property
    def api_url(self) -> str:
        """Where the intake API answers."""
        return f"http://{_LOOPBACK}:{self.api_port}"

    @property
    def codec_url(self) -> str:
        """Where the codec server answers."""
        return f"http://{_LOOPBACK}:{self.codec_port}"

    @property
    def temporal_address(self) -> str:
        """Where the Temporal server answers."""
        return f"{_LOOPBACK}:{self.temporal_port}"

    @property
    def temporal_ui_url(self) -> str:
        """Where managers look."""
        return f"http://{_LOOPBACK}:{self.temporal_ui_port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of a process that works here."""
        return {
            "GUANJIA_DATABASE_URL": database_url(self.postgres_folder),
            "GUANJIA_KEYS_FILE": str(self.keys_file),
            "GUANJIA_API_HOST": _LOOPBACK,
            **{name: str(port) for name, port in self.ports.items()},
            "GUANJIA_TEMPORAL_UI": self.temporal_ui_url,
            "TEMPORAL_CONFIG_FILE": str(self.temporal_profile_file),
        }

    def become_current(self) -> None:
        """Have this process, and those that it starts, work here, whatever other Temporal somebody has set up."""
        for name in [name for name in os.environ if name.startswith("TEMPORAL_")]:
            del os.environ[name]
        os.environ.update(self.environment)


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 65535:
        raise StartRefusedError(
            f"{variable} 应为 1 到 65535 的端口号", f"{variable} must be a port number from 1 to 65535"
        )
    return int(text)
