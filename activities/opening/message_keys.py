"""What tells a message that comes again from another one 幂等: digests of keys and bodies, ids of messages."""

import hashlib
import json

from pydantic import BaseModel


def key_digest(caller: str, key: str) -> str:
    """Return the SHA-256 of who sent a message under which idempotency key, as hexadecimal digits."""
    return hashlib.sha256(f"{len(caller)}:{caller}{key}".encode()).hexdigest()


def body_digest(body: BaseModel) -> str:
    """Return the SHA-256 of a checked body's canonical JSON, as hexadecimal digits.

    Fields that hold their default are left out, so that a field added later does not make an old message a new one.
    """
    content = body.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def action_id(caller: str, key: str, number: str) -> str:
    """Return the message id of an action: the same for the same caller, key and case."""
    return hashlib.sha256(f"action\n{number}\n{key_digest(caller, key)}".encode()).hexdigest()


def reply_id(caller: str, key: str, number: str, body: str) -> str:
    """Return the message id of a customer's reply, which depends on its body's digest too.

    A signal has no answer that could say "this key was used for other words", and no word of a customer may be
    lost: other words under the same key are another reply.
    """
    return hashlib.sha256(f"reply\n{number}\n{key_digest(caller, key)}\n{body}".encode()).hexdigest()
