"""How the quarter's bills stand 收缴情况 (S4 4.2.1.5–8): due, received, not yet sent, listed."""

from typing import Final

from sqlalchemy import Connection, text

from activities.ledger.principal import LOWERS_PRINCIPAL, in_sql
from workflows.messages.billing import CycleStanding, CycleStandingRequest

_STANDING: Final = text(
    f"""
    SELECT count(*) AS bills, count(*) FILTER (WHERE open_principal > 0) AS open_bills,
        count(*) FILTER (WHERE sent_on IS NULL) AS unsent, count(*) FILTER (WHERE listed_on IS NOT NULL) AS listed,
        coalesce(sum(principal - credited), 0) AS due,
        coalesce(sum(principal - credited - open_principal), 0) AS received
    FROM bills LEFT JOIN LATERAL (
        SELECT coalesce(-sum(amount), 0) AS credited
        FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
        WHERE postings.community = bills.community AND postings.bill = bills.number
          AND ledger_account = 'receivable' AND journal_entries.kind IN {in_sql(LOWERS_PRINCIPAL)}
    ) AS corrected ON true
    WHERE community = :community AND period = :quarter AND kind IN ('quarter', 'assumed') AND item = 'management_fee'
    """  # noqa: S608 - constants
)


def cycle_standing(connection: Connection, request: CycleStandingRequest) -> CycleStanding:
    """Return the quarter's bills in sums, CNY, with what of them another payer has taken over; only reads."""
    row = connection.execute(_STANDING, {"community": request.community, "quarter": request.quarter}).mappings().one()
    return CycleStanding(**row)
