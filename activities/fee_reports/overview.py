"""A manager's view of a quarter's fees 收费概况: how far it has come, and what is not in order."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, text

from activities.fee_reports.arrears_reasons import stage_label
from activities.fee_reports.compiling import occasion
from activities.fee_reports.detail import RECURRING, collection_rate
from activities.fee_reports.movements import lay_out
from activities.fee_reports.report import Cents, KindLine, Rate
from workflows.messages.ledger import FeeItem
from workflows.messages.message import Moment
from workflows.rules.business_time import local
from workflows.rules.fee_calendar import ReportKind, period_of
from workflows.rules.quarters import Quarter

_DUE: Final = text(
    """
    SELECT item, sum(owed) AS due, sum(got) AS received FROM by_bill
    WHERE scope = 'period' AND item = ANY(:items) GROUP BY item
    """
)
_UNSENT: Final = text(
    """
    SELECT count(*) FROM bills
    WHERE community = :community AND period = :quarter AND kind = 'quarter' AND sent_on IS NULL
    """
)
_STAGES: Final = text(
    """
    SELECT coalesce(cases.state, '') AS state, count(*) AS accounts, coalesce(sum(owed.principal), 0) AS principal
    FROM arrears_openings AS opened LEFT JOIN cases ON cases.number = opened."case"
    LEFT JOIN LATERAL (
        SELECT sum(open_principal) AS principal FROM bills
        WHERE bills.community = opened.community AND bills.account = opened.account AND due_on < :today
    ) AS owed ON true
    WHERE opened.community = :community AND opened.closed_at IS NULL GROUP BY 1 ORDER BY 1
    """
)
_IN_TRANSIT: Final = text(
    """
    SELECT coalesce(sum(cash), 0) FROM cash_days
    WHERE community = :community AND destination = 'in_transit' AND banked_at IS NULL
    """
)


class StageOfArrears(BaseModel):
    """The open arrears cases of one stage, and what their accounts owe past due (CNY)."""

    model_config = ConfigDict(frozen=True)

    stage: str
    accounts: int
    principal: Cents


class FeeOverview(BaseModel):
    """The quarter so far: 综合收费率 of today, notices not yet sent, open arrears by stage, cash 在途 (CNY)."""

    model_config = ConfigDict(frozen=True)

    community: str
    quarter: str
    label: str
    as_of: Moment
    collection: Rate
    unsent_notices: int
    arrears: tuple[StageOfArrears, ...]
    cash_in_transit: Cents


def overview(connection: Connection, community: str, quarter: Quarter, at: datetime) -> FeeOverview:
    """Return the quarter as it stands. Raises ``NoPolicyInForceError``."""
    on = occasion(connection, community, period_of(ReportKind.QUARTER, quarter.first_day), at)
    today = local(at, on.tz).date()
    lay_out(connection, on.asked)
    kinds = [
        KindLine(item=FeeItem(row.item), label=FeeItem(row.item).label, due=row.due, received=row.received)
        for row in connection.execute(_DUE, {**on.asked.values, "items": list(RECURRING)})
    ]
    stages = connection.execute(_STAGES, {"community": community, "today": today})
    return FeeOverview(
        community=community,
        quarter=quarter.code,
        label=quarter.label,
        as_of=local(at, on.tz),
        collection=collection_rate(kinds, on.policy.fee.collection_target),
        unsent_notices=connection.execute(_UNSENT, {"community": community, "quarter": quarter.code}).scalar_one(),
        arrears=tuple(
            StageOfArrears(stage=stage_label(row.state), accounts=row.accounts, principal=row.principal)
            for row in stages
        ),
        cash_in_transit=connection.execute(_IN_TRANSIT, {"community": community}).scalar_one(),
    )
