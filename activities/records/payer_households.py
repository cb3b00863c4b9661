"""Whose an account is 账户的住户: named where facts and roster leave no doubt, and by nobody's guess.

A fact says from which day on a unit has another payer, the roster says who lives there; either may come first. So the
household is looked for when a fact opens an account and when the roster brings a household.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

# An owner's account ends where the next owner's begins: who pays again after a tenant has left is the same owner.
# A tenant's ends with the next fact that names another payer.
# Who has been one owner is not the next one: a household that the roster lists anew keeps its telephone number.
_NAMED_WRONGLY: Final = text(
    """
    UPDATE fee_accounts AS account SET household = NULL FROM households AS household
    WHERE account.community = :community AND household.id = account.household AND account.named_by = ''
      AND (CAST(:units AS text[]) IS NULL OR account.unit = ANY(:units))
      AND (household.until <= household.since OR EXISTS (
          SELECT FROM fee_accounts AS later WHERE later.community = account.community AND later.unit = account.unit
            AND later.payer = account.payer AND (later.since, later.code) > (account.since, account.code)
            AND later.since <= household.since))
    """
)
"""Taken back: what the roster has annulled 搬离日期=入住日期, and who came when somebody else had to pay already."""

_NAME: Final = text(
    """
    WITH unnamed AS (
        SELECT account.code, account.unit, account.payer, account.since, (
            SELECT min(ends.day) FROM (
                SELECT later.since AS day FROM fee_accounts AS later
                WHERE later.community = account.community AND later.unit = account.unit
                  AND later.payer = account.payer AND (later.since, later.code) > (account.since, account.code)
                UNION ALL
                SELECT fact.day FROM unit_facts AS fact
                WHERE account.payer = 'tenant' AND fact.community = account.community AND fact.unit = account.unit
                  AND fact.account NOT IN ('', account.code) AND fact.day > account.since
            ) AS ends) AS until
        FROM fee_accounts AS account
        WHERE account.community = :community AND account.household IS NULL AND account.payer <> 'developer'
          AND (CAST(:units AS text[]) IS NULL OR account.unit = ANY(:units))
    ), possible AS (
        SELECT unnamed.code, unnamed.payer, household.id,
               count(*) OVER (PARTITION BY unnamed.code) AS households,
               count(*) OVER (PARTITION BY unnamed.payer, household.id) AS accounts
        FROM unnamed JOIN households AS household
          ON household.community = :community AND household.unit = unnamed.unit
         AND (household.until IS NULL OR household.until > greatest(household.since, unnamed.since))
         AND (unnamed.until IS NULL OR household.since < unnamed.until)
        WHERE EXISTS (
            SELECT FROM contacts WHERE contacts.household = household.id AND contacts.identity = unnamed.payer)
          AND NOT EXISTS (
            SELECT FROM fee_accounts AS other
            LEFT JOIN contacts AS known ON known.household = other.household
            WHERE other.community = :community AND other.unit = unnamed.unit AND other.payer = unnamed.payer
              AND (other.household = household.id OR known.phone_index IN (
                  SELECT phone_index FROM contacts WHERE contacts.household = household.id)))
    )
    UPDATE fee_accounts SET household = possible.id FROM possible
    WHERE fee_accounts.community = :community AND fee_accounts.code = possible.code
      AND possible.households = 1 AND possible.accounts = 1
    """
)


def name_payers(connection: Connection, community: str, units: Collection[str] | None = None) -> int:
    """Name the household of every account that has none yet, in the whole community or in some units; return how many.

    Named is the only household of the unit whose time overlaps the account's, that has a person of the payer's
    identity and is no other such account's. The developer has none, and a doubtful account stays without one: its
    papers say 业主 or 租户. What the desk has named stays; what was named here is looked at again.
    """
    where = {"community": community, "units": None if units is None else list(units)}
    connection.execute(_NAMED_WRONGLY, where)
    return int(connection.execute(_NAME, where).rowcount)
