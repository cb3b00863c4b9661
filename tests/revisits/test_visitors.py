"""Who makes a revisit: the area's steward, the deputy, the supervisor; nobody on leave, nobody on own work (REV-31)."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from activities.connections.database import Database
from activities.records.community_tables import Absence, Area, Community, Post, Staff
from activities.records.sealing import seal_columns
from activities.revisits.visitors import choose_visitor
from workflows.messages.people import Role
from workflows.messages.selecting import Visitor, VisitorRequest

MORNING = datetime(2026, 5, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SINCE = date(2026, 1, 1)
PEOPLE = (
    ("G001", Role.STEWARD, "B", False),
    ("G002", Role.STEWARD, "B", True),
    ("G003", Role.STEWARD, "A", False),
    ("S001", Role.CS_SUPERVISOR, "", False),
    ("M001", Role.SITE_MANAGER, "", False),
)


@pytest.fixture
def staffed(database: Database) -> Database:
    """Area B with a steward and a deputy, a supervisor and a manager."""
    with database.begin() as connection:
        connection.execute(insert(Community).values(code="YGHY", name="阳光花园", preset="residential-S1"))
        for area in ("A", "B"):
            connection.execute(insert(Area).values(community="YGHY", code=area, name=area))
        for code, role, area, deputy in PEOPLE:
            person = {"community": "YGHY", "code": code, "name": f"员工{code}", "active": True}
            connection.execute(insert(Staff).values(seal_columns(database.personal, Staff, person)))
            post = {"community": "YGHY", "staff": code, "role": role, "area": area, "deputy": deputy, "since": SINCE}
            connection.execute(insert(Post).values(**post))
    return database


def away(database: Database, *codes: str, until: date | None = None) -> None:
    with database.begin() as connection:
        for code in codes:
            connection.execute(
                insert(Absence).values(community="YGHY", staff=code, since=date(2026, 5, 10), until=until)
            )


def chosen(database: Database, wanted: Role = Role.STEWARD, **changes: Any) -> Visitor:
    known = {"case": "HF-1", "community": "YGHY", "business_now": MORNING, "wanted": wanted, "area": "B"}
    with database.begin() as connection:
        return choose_visitor(connection, VisitorRequest(**{**known, **changes}))


def test_rev_31_the_areas_steward_then_the_deputy_then_the_supervisor(staffed: Database) -> None:
    assert chosen(staffed) == Visitor(staff="G001", role=Role.STEWARD)
    away(staffed, "G001")
    assert chosen(staffed) == Visitor(staff="G002", role=Role.STEWARD)
    away(staffed, "G002")
    assert chosen(staffed) == Visitor(staff="S001", role=Role.CS_SUPERVISOR)


def test_the_day_of_return_is_a_day_at_work(staffed: Database) -> None:
    away(staffed, "G001", until=date(2026, 5, 12))
    assert chosen(staffed).staff == "G001"


def test_nobody_revisits_own_work(staffed: Database) -> None:
    assert chosen(staffed, barred=("G001",)).staff == "G002"
    assert chosen(staffed, barred=("G001", "G002", "S001")).staff == "M001"
    everybody = tuple(code for code, *_ in PEOPLE)
    assert chosen(staffed, barred=everybody) == Visitor()


def test_whom_the_supervisor_names_goes_if_at_work_and_not_barred(staffed: Database) -> None:
    assert chosen(staffed, named="G003") == Visitor(staff="G003", role=Role.STEWARD)
    assert chosen(staffed, named="G003", barred=("G003",)) == Visitor()
    assert chosen(staffed, named="nobody") == Visitor()


def test_a_major_matter_goes_to_the_manager(staffed: Database) -> None:
    assert chosen(staffed, Role.SITE_MANAGER) == Visitor(staff="M001", role=Role.SITE_MANAGER)
