"""Messages signed as standardwebhooks says, as gateways and platforms send them."""

import json
from datetime import UTC, datetime

from standardwebhooks import Webhook


def signed(secret: str, body: object, at: datetime | None = None, message: str = "msg_1") -> dict[str, object]:
    """Content and headers of a request whose message is signed, now unless ``at`` says when."""
    at, content = at or datetime.now(UTC), json.dumps(body, ensure_ascii=False)
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, at, content),
        "content-type": "application/json",
    }
    return {"content": content.encode(), "headers": headers}
