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
        SELECT contacts.id, contacts.name FROM households
        JOIN contacts ON contacts.community = households.community AND contacts.household = households.id
        WHERE households.community = account.community AND (
            households.id = account.household
            -- where none is named: the present one, for the unit's newest payer; nobody is told another's debt
            OR account.household IS NULL AND account.payer <> 'developer'
                AND households.unit = account.unit AND households.until IS NULL
                AND NOT EXISTS (
                    SELECT FROM fee_accounts AS later
                    WHERE later.community = account.community AND later.unit = account.unit
                      AND (later.since, later.code) > (account.since, account.code))
                -- a tenant does not pay for the owner of whom the roster knows nothing, nor the other way round
                AND (contacts.identity = account.payer OR NOT EXISTS (
                    SELECT FROM contacts AS others
                    WHERE others.household = households.id AND others.identity IN ('owner', 'tenant'))))
        ORDER BY contacts.identity = account.payer DESC, contacts.position LIMIT 1
    ) AS contact ON true
    WHERE account.community = :community AND account.code = ANY(:accounts)
    """
)


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
