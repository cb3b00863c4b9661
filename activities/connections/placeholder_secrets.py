"""Secrets that nobody has set yet 占位密钥: words of examples and defaults, and keys that somebody typed.

An installation that starts with one is open to whoever has read the example. Each check raises ``ValueError`` with
the stable code ``placeholder_secret`` in its message, which never shows the secret.
"""

import base64
import re
import unicodedata
from typing import Final

_WORDS: Final = frozenset({
    "admin", "changeit", "changeme", "changethis", "default", "demo", "dummy", "example", "fixme", "guanjia", "letmein",
    "minioadmin", "mypassword", "mysecret", "none", "null", "pass", "passw0rd", "passwd", "password", "placeholder",
    "postgres", "postgresql", "pwd", "qwerty", "root", "sample", "secret", "smtp", "tbd", "test", "todo", "undefined",
    "user", "密码", "口令", "密钥", "示例", "默认", "待填", "待定", "占位", "改我", "修改我",
})  # fmt: skip
_PUBLISHED: Final = frozenset({base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")})
"""The key in the examples of standardwebhooks: whoever reads them can sign."""
_COUNTED: Final = "12345678901234567890"
_ASKS_TO_BE_REPLACED: Final = re.compile(
    r"(change|replace|insert|enter|fill|put).*(password|passwd|secret|key|token|here|me|this|it)(please|now)?"
    r"|your.*(password|passwd|secret|key|token)(here)?"
    r"|(请|在此|此处|这里)(填|写|改|换|输入|修改|替换|更换).*"
    r"|(请|在此|此处|这里|你的|您的|填写|输入|修改|替换|更换).*(密码|口令|密钥)"
)
_FEWEST_CHARACTERS: Final = 10
"""Different characters that a random token of 32 or more has at least; one of hexadecimal digits has 14 and more."""
CODE: Final = "placeholder_secret"


def check_password(password: str, *, defaults: tuple[str, ...] = ()) -> None:
    """Refuse a password that an example or a default has; ``defaults`` are this account's own, such as its name."""
    if is_placeholder(password) or password in defaults:
        raise ValueError(f"仍是示例或默认值({CODE}):请换成真正的密码")


def check_key(key: bytes) -> None:
    """Refuse a key that is not random: at most half of its bytes differ, as in zeros or a repeated word."""
    if key in _PUBLISHED or len(set(key)) * 2 <= len(key) or is_placeholder(key.decode(errors="replace")):
        raise ValueError(f"不是随机生成的({CODE}):请换成随机密钥")


def check_token(token: str) -> None:
    """Refuse a token that is not random."""
    if len(set(token)) < _FEWEST_CHARACTERS or is_placeholder(token):
        raise ValueError(f"不是随机生成的({CODE}):请换成随机令牌")


def is_placeholder(secret: str) -> bool:
    """Whether it is what an example writes in place of a secret: ``changeme``, ``<your password>``, ``…``."""
    text = unicodedata.normalize("NFKC", secret).casefold()
    word = "".join(letter for letter in text if letter.isalnum())
    return (
        len(set(text.strip())) == 1
        or (bool(word) and _COUNTED.startswith(word))
        or word.rstrip("0123456789") in _WORDS
        or _ASKS_TO_BE_REPLACED.fullmatch(word) is not None
    )
