"""Who pays 缴费人, by name: opened for printing, and nowhere else (``docs/domain/fees.md``)."""

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from activities.connections.personal_data import PersonalDataCipher
from activities.documents import wording
from activities.records.community_tables import Contact
from activities.records.sealing import open_columns
from workflows.messages.ledger import PayerKind

_PAYERS: Final = text(
    """
    SELECT account.code, account.unit, account.payer, contact.id AS contact, contact.name
    FROM fee_accounts AS account
    LEFT JOIN LATERAL (
        SELECT id, name FROM contacts
        WHERE contacts.community = account.community AND contacts.household = account.household
        ORDER BY identity = account.payer DESC, position LIMIT 1
    ) AS contact ON true
    WHERE account.community = :community AND account.code = ANY(:accounts)
    """
)
"""Of an account whose household nobody has named, nobody is told: whoever lives there now may owe nothing of it."""


class Payer(NamedTuple):
    """Who pays for an account: the first of his household who is an owner, or a tenant, as the payer is."""

    unit: str
    name: str
    kind: str
    contact: int | None = None


def payers_of(
    connection: Connection, personal: PersonalDataCipher, community: str, accounts: Collection[str]
) -> dict[str, Payer]:
    """Return the payers of the accounts, in one query. The developer, and whom nobody has named, is his kind."""
    rows = connection.execute(_PAYERS, {"community": community, "accounts": list(accounts)})
    found = {}
    for row in rows:
        kind = wording.term(PayerKind, row.payer)
        name = "" if row.name is None else str(open_columns(personal, Contact, {"name": bytes(row.name)})["name"])
        found[row.code] = Payer(row.unit, wording.text(name) or kind, kind, row.contact)
    return found
