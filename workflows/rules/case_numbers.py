"""Case numbers 编号: short enough to read out, and the same for the same message (``docs/domain/cases.md``)."""

import hashlib
import hmac
import re
from typing import Final

from workflows.messages.identifiers import CaseKind

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 letters and digits; no 0, O, 1, I or L, which are misheard or misread."""
_LETTERS: Final = 10
_SPELLING: Final = re.compile(rf"[A-Z]{{2}}-[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}")


def case_number(kind: CaseKind, secret: bytes, caller: str, key: str) -> str:
    """Return the case number of a message, such as ``BX-7K3QM-9TXAB``.

    The ten letters are an HMAC of caller (or channel) and idempotency key, so a message that comes again
    gets its own number again. The prefix is not hashed: a message whose kind is judged anew keeps its letters.
    """
    text = f"{len(caller)}:{caller}{key}".encode()
    value = int.from_bytes(hmac.digest(secret, text, hashlib.sha256), "big")
    letters = ""
    for _ in range(_LETTERS):
        value, index = divmod(value, len(ALPHABET))
        letters += ALPHABET[index]
    return f"{kind.prefix}-{letters[:5]}-{letters[5:]}"


def is_case_number(text: str) -> bool:
    """Whether the text is spelled as a case number of some kind."""
    return _SPELLING.fullmatch(text) is not None and any(text[:2] == kind.prefix for kind in CaseKind)
