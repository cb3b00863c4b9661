"""Refused requests 拒绝审计: a rejected update leaves no trace in a history, so whoever refuses writes it here."""

import re
from typing import Final

from sqlalchemy import insert

from activities.connections.database import Database
from activities.records.case_tables import Refusal
from workflows.messages.people import Actor

_LONGEST: Final = 64
_NO_CODE: Final = re.compile(r"[^A-Za-z0-9_.:/-]")


def write_refusal(
    db: Database,
    *,
    code: str,
    actor: Actor,
    caller: str = "",
    community: str = "",
    case: str = "",
    action: str = "",
    message_id: str = "",
) -> None:
    """Keep who asked for what and the stable ``code`` of the reason; never the words of the request.

    What the caller wrote may be anything: characters that no code has become ``?`` and the rest is cut, so
    that neither a name nor an attack gets into the table. Each call is one row: attempts are counted.
    """
    values = {
        "code": code,
        "actor_role": actor.role,
        "actor_code": actor.code,
        "caller": caller,
        "community": community,
        "case": case,
        "action": action,
        "message_id": message_id,
    }
    with db.begin() as connection:
        connection.execute(insert(Refusal).values({name: _as_code(text) for name, text in values.items()}))


def _as_code(text: str) -> str:
    return _NO_CODE.sub("?", text)[:_LONGEST]
