"""A community whose fees are exact: flats of the scenarios, with the payers and facts that a test names."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from activities.connections.database import Database
from activities.records.community_tables import Area, Community, Post, Staff, Unit
from activities.records.fee_tables import FeeAccount, FeeTerms, UnitFact
from activities.records.sealing import seal_columns
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.billing import QuarterJob
from workflows.rules.fee_calendar import quarter_calendar
from workflows.rules.quarters import Quarter

CHINA = ZoneInfo("Asia/Shanghai")
CODE = "YGHY"
LONG_AGO = date(2020, 1, 1)


def day(value: str) -> date:
    """A day of 2026."""
    return date.fromisoformat(f"2026-{value}")


def at(value: str) -> datetime:
    """An instant of 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-{value}").replace(tzinfo=CHINA)


def found(db: Database, *, stewards: Iterable[str] = ("G001",)) -> None:
    """Found the community with one area, a cashier, finance, managers and stewards."""
    posts = {"C001": "cashier", "C002": "cashier", "F001": "finance", "S001": "cs_supervisor", "M001": "site_manager"}
    with db.begin() as connection:
        connection.execute(insert(Community).values(code=CODE, name="阳光花园", preset="residential-S1"))
        connection.execute(insert(Area).values(community=CODE, code="A1", name="一片区"))
        for staff, role in {**posts, **dict.fromkeys(stewards, "steward")}.items():
            named = seal_columns(db.personal, Staff, {"community": CODE, "code": staff, "name": f"员工{staff}"})
            connection.execute(insert(Staff).values(named))
            area = "A1" if role == "steward" else ""
            connection.execute(insert(Post).values(community=CODE, staff=staff, role=role, area=area, since=LONG_AGO))


def flat(
    db: Database,
    unit: str = "1-101",
    *,
    payers: dict[str, date] | None = None,
    area: str = "89.50",
    price: str = "2.80",
    facts: Iterable[tuple[str, str]] = (),
    clause: bool = True,
) -> None:
    """A flat with its terms; ``payers`` maps a suffix (K, Y1, Y2, Z1) to the day from which it pays."""
    kinds = {"K": "developer", "Y": "owner", "Z": "tenant"}
    with db.begin() as connection:
        connection.execute(
            insert(Unit).values(
                community=CODE, code=unit, area="A1", building="1栋", kind="home", floor_area=Decimal(area)
            )
        )
        add_terms(connection, unit, LONG_AGO, area, price, clause=clause)
        for suffix, since in (payers or {"Y1": LONG_AGO}).items():
            connection.execute(
                insert(FeeAccount).values(
                    community=CODE, code=f"{unit}-{suffix}", unit=unit, payer=kinds[suffix[0]], since=since
                )
            )
        for kind, on in facts:
            add_fact(connection, unit, kind, date.fromisoformat(on))


def add_terms(
    connection: Any, unit: str, since: date, area: str, price: str, *, clause: bool = True, rate: str | None = None
) -> None:
    """Terms of a unit from a day on."""
    connection.execute(
        insert(FeeTerms).values(
            community=CODE, unit=unit, since=since, area=Decimal(area), price=Decimal(price), late_fee_clause=clause,
            late_fee_daily=None if rate is None else Decimal(rate), key=f"terms:{unit}:{since}:{price}:{area}",
            entered_at=at("01-01"), entered_by="C001",
        )
    )  # fmt: skip


def add_fact(connection: Any, unit: str, kind: str, on: date) -> None:
    """A fact of a unit, confirmed."""
    connection.execute(
        insert(UnitFact).values(
            community=CODE, unit=unit, kind=kind, day=on, key=f"fact:{unit}:{kind}:{on}",
            entered_at=datetime.combine(on, time(10), CHINA), entered_role="steward", entered_by="G001",
            confirmed_by="S001",
        )
    )  # fmt: skip


def many_flats(db: Database, count: int) -> None:
    """So many flats, three quarters of them at full price, each with one owner: known long before their quarter."""
    with db.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = '5min'"))
        for statement in (
            "INSERT INTO units (community, code, area, building, kind) SELECT :code, 'U' || lpad(n::text, 7, '0'),"
            " 'A1', '1栋', 'home' FROM generate_series(1, :count) AS n",
            "INSERT INTO fee_terms (community, unit, since, area, price, late_fee_clause, key, entered_at, entered_by)"
            " SELECT :code, code, '2020-01-01', 60 + length(code) + (hashtext(code) & 63), 2.35, true, 't' || code,"
            " :entered, 'C001' FROM units",
            "INSERT INTO fee_accounts (community, code, unit, payer, since)"
            " SELECT :code, code || '-Y1', code, 'owner', '2020-01-01' FROM units",
            "INSERT INTO unit_facts (community, unit, kind, day, key, entered_at, entered_role, entered_by)"
            " SELECT :code, code, 'permit_issued', '2020-03-01', 'f' || code, :entered, 'steward', 'G001' FROM units"
            " WHERE hashtext(code) % 4 <> 0",
        ):
            connection.execute(text(statement), {"code": CODE, "count": count, "entered": at("01-01 09:00")})


def job_of(quarter: str = "2026Q2", version: int = 1, moment: datetime | None = None, **more: Any) -> QuarterJob:
    """The job of a quarter, as the cycle gives it."""
    parsed = Quarter.parse(quarter)
    wanted = QuarterJob(
        case=f"SF-TESTS-{quarter[:4]}{quarter[5]}", community=CODE, quarter=quarter, version=version,
        extracted_on=day("03-25"), due_on=day("04-10"), notices_by=day("03-31"), at=moment or at("03-25 00:30"),
        calendar=CALENDAR_OF_2026,
    )  # fmt: skip
    days = quarter_calendar(parsed, wanted.fee, CALENDAR_OF_2026, "following")
    return wanted.model_copy(
        update={
            "extracted_on": days.extraction_at.date(),
            "due_on": days.due_on,
            "notices_by": days.notices_by,
            "at": moment or days.extraction_at,
            **more,
        }
    )
