"""《缴费通知单》 that nobody has sent yet 待派发通知单 (S4 4.2.1.4–5): what a steward has still to do."""

from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, text

from workflows.messages.money import Amount

_UNSENT: Final = text(
    """
    SELECT number, account, unit, steward_area, total, issued_on FROM fee_notices
    WHERE community = :community AND kind = 'bill' AND sent_at IS NULL AND number > :after
      AND (:everywhere OR steward_area = ANY(:areas)) ORDER BY number LIMIT :at_once
    """
)
AT_ONCE: Final = 500


class UnsentNotice(BaseModel):
    """A notice that waits to be written, checked and sent; ``total`` in CNY."""

    model_config = ConfigDict(frozen=True)

    number: str
    account: str
    unit: str
    steward_area: str
    total: Amount
    issued_on: date


def unsent_notices(
    connection: Connection, community: str, areas: frozenset[str] | None, after: str = ""
) -> tuple[UnsentNotice, ...]:
    """Return at most 500 notices after a number, of some areas or of all."""
    asked = {
        "community": community,
        "everywhere": areas is None,
        "areas": sorted(areas or ()),
        "after": after,
        "at_once": AT_ONCE,
    }
    return tuple(UnsentNotice(**row) for row in connection.execute(_UNSENT, asked).mappings())
