"""《有偿服务项目及收费标准》: what each posted service costs on a day (S0; ``docs/domain/repair.md``)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from activities.records.community_tables import PriceItem


@dataclass(frozen=True)
class PostedPrice:
    """One item as it is posted. ``unit_price`` is CNY; ``agency`` marks money laid out for the customer 代办."""

    code: str
    name: str
    unit: str
    unit_price: Decimal
    category: str
    agency: bool


def price_list(connection: Connection, community: str, on: date) -> tuple[PostedPrice, ...]:
    """Return what the community has posted for that day, by code."""
    return tuple(price_lists(connection, on, PriceItem.community == community).get(community, {}).values())


def price_lists(
    connection: Connection, on: date, *only: ColumnElement[bool]
) -> Mapping[str, Mapping[str, PostedPrice]]:
    """Return what each community has posted for that day, by community and code."""
    in_force = and_(PriceItem.since <= on, or_(PriceItem.until.is_(None), PriceItem.until > on))
    found = select(PriceItem).where(in_force, *only).order_by(PriceItem.community, PriceItem.code, PriceItem.since)
    posted: dict[str, dict[str, PostedPrice]] = defaultdict(dict)
    for row in connection.execute(found.with_only_columns(*PriceItem.__table__.columns)):
        posted[row.community][row.code] = PostedPrice(
            row.code, row.name, row.unit, row.unit_price, row.category, row.agency
        )
    return posted
