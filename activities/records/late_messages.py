"""Late messages 迟到的消息: what came for a case whose workflow takes none any more. Kept, and shown with the case."""

from enum import StrEnum

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from activities.connections.database import Database
from activities.records.case_tables import Case, LateMessage
from activities.records.sealing import seal_columns
from workflows.messages.people import Actor


class Standing(StrEnum):
    """How the case that a message came for stands by the records.

    ``OPEN`` is the record of a case that never closed. Its workflow should be running: it was lost or terminated, or
    somebody looks for it in the wrong place.
    """

    UNKNOWN = "unknown"
    OPEN = "open"
    CLOSED = "closed"


def standing_of(db: Database, *, case: str, community: str) -> Standing:
    """Return how the community's case of that number stands."""
    with db.begin() as connection:
        return _standing(connection, case, community)


def keep_late_message(
    db: Database,
    *,
    case: str,
    community: str,
    message_id: str,
    actor: Actor,
    intent: str,
    text: str = "",
    sender_phone: str = "",
) -> Standing:
    """Keep a customer's reply or a member of staff's action; a repeat of its ``message_id`` changes nothing.

    ``intent`` is the code of the reply's intent or of the action, ``text`` the words that came with it, from
    ``sender_phone`` where a platform vouches for it. Returns how the case stands; for ``UNKNOWN`` nothing is kept.
    """
    values = {
        "case": case,
        "message_id": message_id,
        "community": community,
        "actor_role": actor.role,
        "actor_code": actor.code,
        "intent": intent,
        "text": text,
        "sender_phone": sender_phone,
    }
    with db.begin() as connection:
        standing = _standing(connection, case, community)
        if standing is not Standing.UNKNOWN:
            sealed = seal_columns(db.personal, LateMessage, values)
            connection.execute(insert(LateMessage).values(sealed).on_conflict_do_nothing())
        return standing


def _standing(connection: Connection, case: str, community: str) -> Standing:
    found = connection.execute(select(Case.closed_at).where(Case.community == community, Case.number == case)).first()
    if found is None:
        return Standing.UNKNOWN
    return Standing.OPEN if found.closed_at is None else Standing.CLOSED
