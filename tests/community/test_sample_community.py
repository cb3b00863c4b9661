"""The sample communities: what a stranger tries the centre with on the first start."""

import time as clock
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from sqlalchemy import func, select, update

from activities.connections.database import Database
from activities.records.community_tables import Area, Community, Contact, Household, Post, Staff, StaffTrade, Unit
from activities.records.policies import all_policies, policy_at
from activities.records.roster import RosterContact, RosterPerson, RosterPost, RosterShift
from activities.records.roster_rows import read_roster
from activities.records.sample_community import create_sample
from workflows.messages.people import Role, Trade
from workflows.rules.duty import Shift, covers
from workflows.rules.policy_law import problems

SHANGHAI = ZoneInfo("Asia/Shanghai")
COMMUNITIES = ("YGHY", "XYDX", "BJJ")


def count(database: Database, table: type, community: str) -> int:
    with database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(table).where(table.community == community))


def test_the_residential_sample_has_300_units_households_and_25_staff(sample: Database) -> None:
    assert count(sample, Unit, "YGHY") >= 300
    assert count(sample, Household, "YGHY") >= 250
    assert count(sample, Contact, "YGHY") > count(sample, Household, "YGHY")
    assert count(sample, Staff, "YGHY") == 25
    assert count(sample, Area, "YGHY") == 3


def test_each_preset_has_its_community_with_a_lawful_policy_in_force_since_new_year(sample: Database) -> None:
    with sample.begin() as connection:
        presets = {row.code: row.preset for row in connection.execute(select(Community.code, Community.preset))}
        versions = all_policies(connection)
    assert presets == {"YGHY": "residential-S1", "XYDX": "campus-S4", "BJJ": "street-S0"}
    for community, preset in presets.items():
        policy = policy_at(versions[community], datetime(2026, 1, 1, tzinfo=SHANGHAI))
        assert (policy.community, policy.version, policy.preset) == (community, 1, preset)
        assert problems(policy) == ()


def test_creating_the_sample_is_quick_and_creating_it_again_changes_nothing(database: Database) -> None:
    started = clock.monotonic()
    assert create_sample(database) == COMMUNITIES
    assert clock.monotonic() - started < 3

    with database.begin() as connection:
        connection.execute(update(Community).where(Community.code == "BJJ").values(name="改过的名字"))
        rosters = {code: read_roster(connection, database.personal, code) for code in COMMUNITIES}
    assert create_sample(database) == ()
    with database.begin() as connection:
        assert connection.scalar(select(Community.name).where(Community.code == "BJJ")) == "改过的名字"
        assert {code: read_roster(connection, database.personal, code) for code in COMMUNITIES} == rosters


def test_the_sample_is_the_same_every_time(database: Database, sample: Database) -> None:
    create_sample(database)
    for code in COMMUNITIES:
        with database.begin() as here, sample.begin() as there:
            assert read_roster(here, database.personal, code) == read_roster(there, sample.personal, code)


@pytest.mark.parametrize("community", COMMUNITIES)
def test_a_plumber_and_an_electrician_are_on_duty_at_every_hour_of_the_week(sample: Database, community: str) -> None:
    with sample.begin() as connection:
        roster = read_roster(connection, sample.personal, community)
    trades = {person.code: person.trades for person in roster.all(RosterPerson)}
    technicians = {post.staff for post in roster.all(RosterPost) if post.role is Role.TECHNICIAN}
    monday = datetime(2026, 5, 11, 0, 30, tzinfo=SHANGHAI)
    for hour in range(7 * 24):
        at = monday + timedelta(hours=hour)
        on_duty = {
            shift.staff
            for shift in roster.all(RosterShift)
            if shift.staff in technicians
            and covers(Shift(shift.weekday, shift.starts, shift.ends, shift.since, shift.until), at)
        }
        assert {Trade.PLUMBING, Trade.ELECTRICAL} <= {trade for code in on_duty for trade in trades[code]}, at


@pytest.mark.parametrize("community", ["YGHY", "BJJ"])
def test_somebody_sits_at_the_desk_by_day_and_in_the_control_room_at_night(sample: Database, community: str) -> None:
    with sample.begin() as connection:
        roster = read_roster(connection, sample.personal, community)
    for role, hours in ((Role.CS_ASSISTANT, range(9, 21)), (Role.CONTROL_ROOM, range(24))):
        holders = {post.staff for post in roster.all(RosterPost) if post.role is role}
        shifts = [
            Shift(one.weekday, one.starts, one.ends, one.since)
            for one in roster.all(RosterShift)
            if one.staff in holders
        ]
        for day in range(11, 18):
            for hour in hours:
                at = datetime(2026, 5, day, hour, 15, tzinfo=SHANGHAI)
                assert any(covers(shift, at) for shift in shifts), (role, at)


@pytest.mark.parametrize("community", COMMUNITIES)
def test_nobody_works_two_shifts_that_overlap(sample: Database, community: str) -> None:
    with sample.begin() as connection:
        roster = read_roster(connection, sample.personal, community)
    for hour in range(7 * 24):
        at = datetime(2026, 5, 11, 0, 15, tzinfo=SHANGHAI) + timedelta(hours=hour)
        working = [
            one.staff
            for one in roster.all(RosterShift)
            if covers(Shift(one.weekday, one.starts, one.ends, one.since), at)
        ]
        assert len(working) == len(set(working)), at


@pytest.mark.parametrize("community", COMMUNITIES)
def test_every_area_has_a_steward_and_another_as_deputy(sample: Database, community: str) -> None:
    with sample.begin() as connection:
        areas = set(connection.scalars(select(Area.code).where(Area.community == community)))
        posts = connection.execute(
            select(Post.area, Post.deputy, Post.staff).where(Post.community == community, Post.role == Role.STEWARD)
        ).all()
    for area in areas:
        principal, deputy = (
            {row.staff for row in posts if (row.area, row.deputy) == (area, who)} for who in (False, True)
        )
        assert len(principal) == len(deputy) == 1
        assert principal != deputy


def test_the_people_of_the_sample_are_invented_and_sealed(sample: Database) -> None:
    with sample.begin() as connection:
        for code in COMMUNITIES:
            roster = read_roster(connection, sample.personal, code)
            people = [*roster.all(RosterContact), *roster.all(RosterPerson)]
            assert all(person.mail.endswith("@example.com") for person in people)
            assert all(phonenumbers.is_valid_number(phonenumbers.parse(person.phone)) for person in people)
            assert len({person.phone for person in people}) == len(people)
        stored = connection.execute(select(Contact.name, Contact.phone, Contact.phone_index)).first()
        assert "阳".encode() not in stored.name
        assert b"+86" not in stored.phone
        one = read_roster(connection, sample.personal, "YGHY").all(RosterContact)[0]
        found = select(Contact.community).where(Contact.phone_index == sample.personal.phone_index(one.phone[3:]))
        assert connection.scalars(found).all() == ["YGHY"]


def test_every_technician_of_the_sample_has_a_trade(sample: Database) -> None:
    with sample.begin() as connection:
        technicians = connection.execute(select(Post.community, Post.staff).where(Post.role == Role.TECHNICIAN)).all()
        skilled = connection.execute(select(StaffTrade.community, StaffTrade.staff)).all()
    assert technicians
    assert set(technicians) <= set(skilled)
