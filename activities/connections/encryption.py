"""Authenticated encryption with keys that can be changed 加密: AES-256-GCM, the key's id in front.

One form for everything that is encrypted: ``length of id | id | nonce (12 bytes) | ciphertext and tag``.
A new key becomes ``current`` and encrypts from then on; the old ones stay and decrypt what they encrypted.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, count
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class EncryptionError(Exception):
    """What was encrypted cannot be read. The message says what to do and never holds the content."""


class UnknownKeyError(EncryptionError):
    """The content names a key that this installation does not have."""


class RetiredKeyError(EncryptionError):
    """A process still seals with a key that was retired: it has to be started anew."""


class TamperedError(EncryptionError):
    """The content, its place (``context``) or the key is not the one that it was encrypted with."""


@dataclass(frozen=True)
class EncryptionKeys:
    """Keys by id, and the id of the one that encrypts now. Every key has 32 bytes."""

    keys: Mapping[str, bytes] = field(repr=False)
    current: str

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError(f"current 指向的密钥 {self.current} 不在 keys 里")
        for key_id, key in self.keys.items():
            if not 1 <= len(key_id.encode()) <= 255:
                raise ValueError("密钥编号应为 1 至 255 字节")
            if len(key) != KEY_BYTES:
                raise ValueError(f"密钥 {key_id} 应为 {KEY_BYTES} 字节,实为 {len(key)} 字节")

    def rotated(self, now: datetime) -> Self:
        """Return the same keys and a new random one that is current; its id is the instant, never one used before."""
        stem = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        of_that_instant = chain([stem], (f"{stem}-{further}" for further in count(2)))
        key_id = next(one for one in of_that_instant if one not in self.keys)
        return type(self)({**self.keys, key_id: os.urandom(KEY_BYTES)}, current=key_id)

    def without(self, key_id: str) -> Self:
        """Return the keys but for that one; raises ``ValueError`` for the current one, ``KeyError`` for none."""
        if key_id == self.current:
            raise ValueError(f"密钥 {key_id} 正在使用")
        kept = dict(self.keys)
        del kept[key_id]
        return type(self)(kept, current=self.current)

    def encrypt(self, content: bytes, context: str) -> bytes:
        """Encrypt with the current key; ``context`` must be given again to decrypt and is not stored."""
        key_id = self.current.encode()
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, content, context.encode())
        return bytes([len(key_id)]) + key_id + nonce + sealed

    def decrypt(self, encrypted: bytes, context: str) -> bytes:
        """Return the content; raises ``UnknownKeyError`` or ``TamperedError``."""
        key_id, nonce, sealed = _parts(encrypted)
        key = self.keys.get(key_id)
        if key is None:
            raise UnknownKeyError(f"没有编号为 {key_id!r} 的密钥:请把它补进密钥文件(旧密钥只可停用,不可删除)")
        try:
            return AESGCM(key).decrypt(nonce, sealed, context.encode())
        except InvalidTag:
            raise TamperedError(f"用密钥 {key_id!r} 解密 {context} 失败:内容被改动、放错位置,或密钥被替换") from None

    def reseal(self, encrypted: bytes, context: str) -> bytes:
        """Return the same content under the current key; raises as :meth:`decrypt` does."""
        return self.encrypt(self.decrypt(encrypted, context), context)


def key_id_of(encrypted: bytes) -> str:
    """Return the id of the key that opens it; its first 256 bytes are enough. Raises ``TamperedError``.

    Needs no key, so that what an old key still holds can be counted.
    """
    try:
        key_id = encrypted[1 : 1 + encrypted[0]].decode() if encrypted else ""
    except UnicodeDecodeError:
        key_id = ""
    if not key_id:
        raise TamperedError("这不是本系统加密的内容,或内容不完整")
    return key_id


def _parts(encrypted: bytes) -> tuple[str, bytes, bytes]:
    """Split into key id, nonce and ciphertext."""
    key_id = key_id_of(encrypted)
    id_ends = 1 + encrypted[0]
    nonce_ends = id_ends + _NONCE_BYTES
    if len(encrypted) <= nonce_ends:
        raise TamperedError("这不是本系统加密的内容,或内容不完整")
    return key_id, encrypted[id_ends:nonce_ends], encrypted[nonce_ends:]
