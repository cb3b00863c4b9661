"""Fees of the sample community 示例收费资料: prices by size, payers since they moved in, some homes at half price."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from activities.records.community_tables import Household, Unit
from activities.records.fee_tables import FeeAccount, FeeTerms, UnitFact
from activities.records.roster import UnitKind
from workflows.messages.ledger import PayerKind
from workflows.messages.people import Role
from workflows.messages.unit_facts import UnitFactKind

SINCE: Final = date(2024, 1, 1)
_AT: Final = datetime.combine(SINCE, time(9), ZoneInfo("Asia/Shanghai"))
PRICES: Final = {"89.50": "2.80", "128.36": "2.75", "76.20": "2.35", "112.80": "2.60"}
"""CNY per m² and month, by m² of the sample's homes."""
_NOT_RENOVATED: Final = 4
"""Every fourth home pays half: its owner has not renovated yet."""


def give_fees(connection: Connection, community: str) -> None:
    """Give every home of a community its terms, its payer and what is known of it; the same every time.

    A home that is lived in is its household's, from its first day on; an empty one is the developer's.
    """
    homes = connection.execute(
        select(Unit.code, Unit.floor_area, Household.id, Household.since)
        .outerjoin(
            Household,
            (Household.community == Unit.community) & (Household.unit == Unit.code) & Household.until.is_(None),
        )
        .where(Unit.community == community, Unit.kind == UnitKind.HOME, Unit.floor_area.is_not(None))
        .order_by(Unit.code)
    ).all()
    terms, accounts, facts = [], [], []
    for place, home in enumerate(homes):
        terms.append(_terms(community, home.code, home.floor_area))
        accounts.append(_account(community, home.code, PayerKind.DEVELOPER, "K", SINCE, None))
        if home.id is not None:
            accounts.append(_account(community, home.code, PayerKind.OWNER, "Y1", home.since, home.id))
            facts.append(_fact(community, home.code, UnitFactKind.TAKEOVER, home.since, f"{home.code}-Y1"))
            if place % _NOT_RENOVATED:
                facts.append(_fact(community, home.code, UnitFactKind.PERMIT_ISSUED, home.since, ""))
    for table, rows in ((FeeTerms, terms), (FeeAccount, accounts), (UnitFact, facts)):
        if rows:
            connection.execute(insert(table), rows)


def _terms(community: str, unit: str, area: Decimal) -> dict[str, object]:
    return {
        "community": community,
        "unit": unit,
        "since": SINCE,
        "area": area,
        "price": Decimal(PRICES.get(str(area), "2.80")),
        "late_fee_clause": True,
        "key": f"sample:{unit}",
        "entered_at": _AT,
        "entered_by": "C001",
        "approved_by": ["S001", "F001"],
    }


def _account(  # noqa: PLR0917 - the columns of an account, in their order
    community: str, unit: str, payer: PayerKind, suffix: str, since: date, household: int | None
) -> dict[str, object]:
    return {
        "community": community,
        "code": f"{unit}-{suffix}",
        "unit": unit,
        "payer": payer,
        "household": household,
        "since": since,
    }


def _fact(community: str, unit: str, kind: UnitFactKind, day: date, account: str) -> dict[str, object]:
    return {
        "community": community,
        "unit": unit,
        "kind": kind,
        "day": day,
        "account": account,
        "key": f"sample:{unit}:{kind}",
        "entered_at": _AT,
        "entered_role": Role.CS_ASSISTANT,
        "entered_by": "K001",
    }
