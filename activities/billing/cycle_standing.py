"""How the quarter's bills stand 收缴情况 (S4 4.2.1.5–8): due, received, not yet sent, listed."""

from typing import Final

from sqlalchemy import Connection, text

from activities.billing.large_statements import for_many_rows
from activities.ledger.principal import LOWERS_PRINCIPAL, in_sql
from workflows.messages.billing import CycleStanding, CycleStandingRequest

_STANDING: Final = text(
    f"""
    WITH lowered AS (
        SELECT bill, -sum(amount) AS credited
        FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
        WHERE postings.community = :community AND ledger_account = 'receivable'
          AND journal_entries.kind IN {in_sql(LOWERS_PRINCIPAL)}
        GROUP BY bill
    ), asked AS (
        SELECT bills.*, principal - coalesce(credited, 0) AS asks_for FROM bills LEFT JOIN lowered ON bill = number
        WHERE community = :community AND period = :quarter AND kind IN ('quarter', 'assumed')
          AND item = 'management_fee'
    )
    SELECT count(*) AS bills, count(*) FILTER (WHERE open_principal > 0) AS open_bills,
        count(*) FILTER (WHERE sent_on IS NULL) AS unsent, count(*) FILTER (WHERE listed_on IS NOT NULL) AS listed,
        coalesce(sum(asks_for), 0) AS due, coalesce(sum(asks_for - open_principal), 0) AS received
    FROM asked
    """  # noqa: S608 - constants
)


def cycle_standing(connection: Connection, request: CycleStandingRequest) -> CycleStanding:
    """Return the quarter's bills in sums, CNY, with what of them another payer has taken over; only reads."""
    asked = {"community": request.community, "quarter": request.quarter}
    with for_many_rows(connection):
        row = connection.execute(_STANDING, asked).mappings().one()
    return CycleStanding(**row)
