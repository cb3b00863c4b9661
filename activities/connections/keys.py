"""The secrets of one installation 密钥文件: one TOML file that only its owner can read.

Whoever has this file can read every case; whoever loses it has lost the personal data. Back it up apart
from the database. Temporal's payloads and the database's columns have keys of their own, so that one can be
handed out (to a codec server, say) without the other.
"""

import base64
import dataclasses
import hashlib
import hmac
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from activities.connections.encryption import KEY_BYTES, EncryptionKeys
from activities.connections.on_disk import sync
from activities.connections.placeholder_secrets import check_key, check_token

_ENCRYPTING: Final = ("payload", "personal")
_WEBHOOK_PREFIX: Final = "whsec_"
_FINGERPRINT: Final = b"guanjia fingerprint of a key"
_Secret = TypeVar("_Secret", str, bytes)


class KeyFileError(Exception):
    """The key file is missing, open to others, or not what it should be; the message says what to do."""


@dataclass(frozen=True)
class KeyRing:
    """All secrets; none of them shows in its ``repr``.

    ``payload`` encrypts what Temporal holds, ``personal`` the personal columns. ``index_key`` makes telephone
    numbers searchable, ``case_number_key`` makes case numbers: neither may ever change. ``reply_webhook_secret``
    signs customers' replies and ``gateway_webhook_secret`` payments (standardwebhooks, ``whsec_…``): whoever passes
    replies on cannot say that money came. A file of before 0.3.0 has no secret for payments, and nobody can sign them.
    ``codec_token`` opens the codec server.
    """

    payload: EncryptionKeys
    personal: EncryptionKeys
    index_key: bytes = field(repr=False)
    case_number_key: bytes = field(repr=False)
    reply_webhook_secret: str = field(repr=False)
    codec_token: str = field(repr=False)
    gateway_webhook_secret: str = field(default="", repr=False)

    @property
    def codec_token_digest(self) -> bytes:
        """SHA-256 of ``codec_token``, to compare a presented token with."""
        return hashlib.sha256(self.codec_token.encode()).digest()

    @property
    def fingerprints(self) -> Mapping[str, str]:
        """What tells each key that data depend on from any other, and lets nobody guess it: hex by ``personal.ID`` …

        A backup names by it which keys it needs: ids alone are days, and another installation's may be the same.
        """
        keys = {"index_key": self.index_key, "case_number_key": self.case_number_key}
        for name, ring in zip(_ENCRYPTING, (self.payload, self.personal), strict=True):
            keys |= {f"{name}.{key_id}": key for key_id, key in ring.keys.items()}
        return {name: hmac.digest(key, _FINGERPRINT, hashlib.sha256).hex()[:16] for name, key in keys.items()}

    def rotated(self, *, payload: bool, personal: bool, now: datetime) -> Self:
        """Return the same secrets with a new current key for what was named; the old keys stay and open what is old."""
        return dataclasses.replace(
            self,
            payload=self.payload.rotated(now) if payload else self.payload,
            personal=self.personal.rotated(now) if personal else self.personal,
        )

    def without(self, key_id: str, *, payload: bool) -> Self:
        """Return the same secrets but for an old key of payloads, or else of personal data.

        Raises ``ValueError`` for the current key, ``KeyError`` for none of ours.
        """
        if payload:
            return dataclasses.replace(self, payload=self.payload.without(key_id))
        return dataclasses.replace(self, personal=self.personal.without(key_id))

    @classmethod
    def generate(cls) -> Self:
        """Return new random secrets that are stored nowhere yet."""
        key_id = f"{datetime.now(UTC):%Y%m%d}"
        return cls(
            payload=EncryptionKeys({key_id: secrets.token_bytes(KEY_BYTES)}, current=key_id),
            personal=EncryptionKeys({key_id: secrets.token_bytes(KEY_BYTES)}, current=key_id),
            index_key=secrets.token_bytes(KEY_BYTES),
            case_number_key=secrets.token_bytes(KEY_BYTES),
            reply_webhook_secret=_WEBHOOK_PREFIX + _base64(secrets.token_bytes(KEY_BYTES)),
            codec_token=secrets.token_urlsafe(KEY_BYTES),
            gateway_webhook_secret=_WEBHOOK_PREFIX + _base64(secrets.token_bytes(KEY_BYTES)),
        )

    @classmethod
    def create(cls, path: Path) -> Self:
        """Write new secrets to ``path`` and return them; raises ``KeyFileError`` if there is a file already."""
        ring = cls.generate()
        ring.write(path)
        return ring

    def write(self, path: Path) -> None:
        """Write to a new file that only its owner can read; raises ``KeyFileError``, never overwrites."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyFileError(f"密钥文件 {path} 已存在,不会覆盖:换掉它,已加密的内容就再也读不出来") from None
        except OSError as error:
            raise KeyFileError(f"无法写入密钥文件 {path}:{error.strerror}") from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_as_toml(self))
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def change(cls, path: Path, changed: Callable[[Self], Self]) -> Self:
        """Replace the file's secrets by what becomes of them, in one step, and return them; owner and mode stay.

        No copy of the old file is left: a rotation keeps every key, and a key that is retired shall be gone. The new
        file under its temporary name is the lock: a second change at the same time is refused. Raises ``KeyFileError``.
        """
        new = path.with_name(f"{path.name}.new")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyFileError(f"{new} 已存在:另一个命令正在更换密钥;若没有,是上次中断留下的,请删除它再试") from None
        except OSError as error:
            raise KeyFileError(f"无法写入密钥文件 {new}:{error.strerror}") from error
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                ring = changed(cls.load(path))
                owner = path.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)  # root may rotate what a service reads
                file.write(_as_toml(ring))
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        sync(path.parent)
        return ring

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file; raises ``KeyFileError`` if it is missing, readable by others, incomplete or malformed."""
        try:
            mode = path.stat().st_mode
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise KeyFileError(
                f"找不到密钥文件 {path}:首次安装用 guanjia keys create 生成;已有数据时请从备份恢复,不要另建"
            ) from None
        except OSError as error:
            raise KeyFileError(f"无法读取密钥文件 {path}:{error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise KeyFileError(f"密钥文件 {path} 不是有效的 TOML:{error}") from None
        if mode & 0o077:
            raise KeyFileError(f"密钥文件 {path} 可被他人读取(权限 {mode & 0o777:o}):请运行 chmod 600 {path}")
        try:
            return cls._from_toml(content)
        except (KeyError, TypeError, ValueError) as error:
            reason = f"缺少 {error}" if isinstance(error, KeyError) else str(error)
            raise KeyFileError(f"密钥文件 {path} 内容有误:{reason}。请从备份恢复") from None

    @classmethod
    def _from_toml(cls, content: Mapping[str, Any]) -> Self:
        payload, personal = (
            EncryptionKeys(
                {key_id: _key(f"{name}.keys.{key_id}", text) for key_id, text in content[name]["keys"].items()},
                current=content[name]["current"],
            )
            for name in _ENCRYPTING
        )
        replies, payments = content["reply_webhook_secret"], content.get("gateway_webhook_secret", "")
        _check_webhook_secret("reply_webhook_secret", replies)
        if payments:
            _check_webhook_secret("gateway_webhook_secret", payments)
        if payments == replies:
            raise ValueError("gateway_webhook_secret 不能与 reply_webhook_secret 相同")
        if len(content["codec_token"]) < KEY_BYTES:
            raise ValueError(f"codec_token 应不少于 {KEY_BYTES} 个字符")
        _named("codec_token", check_token, content["codec_token"])
        return cls(
            payload=payload,
            personal=personal,
            index_key=_key("index_key", content["index_key"]),
            case_number_key=_key("case_number_key", content["case_number_key"]),
            reply_webhook_secret=replies,
            codec_token=content["codec_token"],
            gateway_webhook_secret=payments,
        )


def _check_webhook_secret(name: str, secret: str) -> None:
    if not secret.startswith(_WEBHOOK_PREFIX):
        raise ValueError(f"{name} 应以 {_WEBHOOK_PREFIX} 开头")
    _key(name, secret.removeprefix(_WEBHOOK_PREFIX))


def _key(name: str, text: str) -> bytes:
    """Decode one key; the error names it and never shows it."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError(f"{name} 不是 base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"{name} 应为 {KEY_BYTES} 字节,实为 {len(key)} 字节")
    _named(name, check_key, key)
    return key


def _named(name: str, check: Callable[[_Secret], None], secret: _Secret) -> None:
    try:
        check(secret)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _as_toml(ring: KeyRing) -> str:
    lines = [
        "# 管家的密钥文件:请单独备份,不要提交到版本库,不要发给他人。",
        "# 更换 payload 或 personal 密钥:guanjia keys rotate;旧编号须保留,直到 guanjia keys retire 将它停用。",
        "# index_key 与 case_number_key 不可更换。",
        f'index_key = "{_base64(ring.index_key)}"',
        f'case_number_key = "{_base64(ring.case_number_key)}"',
        f'reply_webhook_secret = "{ring.reply_webhook_secret}"',
        *([f'gateway_webhook_secret = "{ring.gateway_webhook_secret}"'] if ring.gateway_webhook_secret else []),
        f'codec_token = "{ring.codec_token}"',
    ]
    for name, keys in zip(_ENCRYPTING, (ring.payload, ring.personal), strict=True):
        lines += ["", f"[{name}]", f'current = "{keys.current}"', f"[{name}.keys]"]
        lines += [f'"{key_id}" = "{_base64(key)}"' for key_id, key in keys.keys.items()]
    return "\n".join(lines) + "\n"
