"""The snapshot holds all that intake needs to go on alone, and nobody who has no right any more."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert, update

from activities.records.community_tables import ApiToken, Post, PriceItem, Staff, Unit
from activities.records.intake_snapshot import UnitPlace, load_snapshot
from activities.records.roster import UnitKind
from activities.records.tokens import issue_token, token_digest
from tests.dispatching import rota
from workflows.messages.people import Role

NOW = datetime.now(UTC)


def _token(database, **changes):
    known = {"caller": "app-1", "role": Role.TECHNICIAN, "communities": ["YGHY"]}
    return token_digest(issue_token(database, **{**known, **changes})).hex()


def test_units_are_known_with_area_kind_and_acceptance_and_every_community_has_its_entry(database):
    rota.community(database)
    rota.community(database, "XYDX")
    accepted_on = date(2022, 6, 30)
    home = {"community": "YGHY", "code": "3-1502", "area": "A1", "building": "3", "kind": "home"}
    gate = {"community": "YGHY", "code": "东门", "area": "A1", "building": "", "kind": "public_place"}
    with database.begin() as connection:
        connection.execute(insert(Unit).values(home | {"building_accepted_on": accepted_on}))
        connection.execute(insert(Unit).values(gate))

    units = load_snapshot(database, NOW).units

    assert units == {
        "YGHY": {
            "3-1502": UnitPlace("A1", UnitKind.HOME, accepted_on),
            "东门": UnitPlace("A1", UnitKind.PUBLIC_PLACE),
        },
        "XYDX": {},
    }
    assert {code: place.inside for code, place in units["YGHY"].items()} == {"3-1502": True, "东门": False}


def test_the_prices_that_are_posted_on_the_day_are_known(database):
    rota.community(database)
    tap = {"community": "YGHY", "code": "WX-01", "name": "更换水龙头", "unit": "只", "category": "repair"}
    first, second = date(2026, 1, 1), date(2026, 5, 1)
    with database.begin() as connection:
        connection.execute(insert(PriceItem).values(tap | {"unit_price": 30, "since": first, "until": second}))
        connection.execute(insert(PriceItem).values(tap | {"unit_price": 35, "since": second}))

    def price_at(*moment):
        return load_snapshot(database, datetime(*moment, tzinfo=UTC)).prices["YGHY"]["WX-01"].unit_price

    # 15:59 UTC is 23:59 of the same day in Shanghai, a minute later is the next day there
    assert price_at(2026, 4, 30, 15, 59) == Decimal("30.00")
    assert price_at(2026, 4, 30, 16, 0) == Decimal("35.00")


def test_staff_are_known_with_the_posts_they_hold_that_day(database):
    rota.community(database, T001=rota.ALL_DAY)
    rota.technician(database, "T002", until=date(2026, 4, 15))
    rota.technician(database, "T003", active=False)
    with database.begin() as connection:
        lead = {"community": "YGHY", "staff": "T001", "role": Role.ENGINEERING_LEAD, "since": date(2026, 4, 15)}
        connection.execute(insert(Post).values(lead))

    def roles_at(*moment):
        return load_snapshot(database, datetime(*moment, tzinfo=UTC)).staff["YGHY"]

    # 15:59 UTC is 23:59 of the same day in Shanghai, a minute later is the next day there
    assert roles_at(2026, 4, 14, 15, 59) == {"T001": {Role.TECHNICIAN}, "T002": {Role.TECHNICIAN}}
    assert roles_at(2026, 4, 14, 16, 0) == {"T001": {Role.TECHNICIAN, Role.ENGINEERING_LEAD}, "T002": frozenset()}


def test_an_expired_token_is_left_out(database):
    rota.community(database)
    token = _token(database, expires_at=NOW + timedelta(days=1))

    assert token in load_snapshot(database, NOW).tokens
    assert token not in load_snapshot(database, NOW + timedelta(days=1)).tokens


def test_a_person_who_leaves_a_community_can_no_longer_enter_it(database):
    for code in ("YGHY", "XYDX"):
        rota.community(database, code)
        rota.technician(database, "T001", code)
    token = _token(database, staff="T001", communities=["YGHY", "XYDX"])

    with database.begin() as connection:
        connection.execute(update(Staff).where(Staff.community == "YGHY").values(active=False))
    assert load_snapshot(database, NOW).tokens[token].communities == {"XYDX"}

    with database.begin() as connection:
        connection.execute(update(Staff).values(active=False))
    assert token not in load_snapshot(database, NOW).tokens


def test_a_person_who_loses_the_post_loses_what_the_token_opened_with_it(database):
    for code in ("YGHY", "XYDX"):
        rota.community(database, code)
        rota.technician(database, "T001", code)
    token = _token(database, staff="T001", communities=["YGHY", "XYDX"])
    systems = _token(database)
    lead = {"community": "YGHY", "staff": "T001", "role": Role.ENGINEERING_LEAD, "since": date(2026, 4, 15)}

    with database.begin() as connection:
        connection.execute(insert(Post).values(lead))
        connection.execute(update(Post).where(Post.role == Role.TECHNICIAN).values(until=date(2026, 5, 1)))
        connection.execute(update(Post).where(Post.community == "XYDX").values(until=None))

    # 15:59 UTC is 23:59 of the same day in Shanghai
    before, after = (load_snapshot(database, datetime(2026, 4, 30, *at, tzinfo=UTC)) for at in ((15, 59), (16, 0)))
    assert before.tokens[token].communities == {"YGHY", "XYDX"}
    assert after.tokens[token].communities == {"XYDX"}
    assert after.tokens[systems].communities == {"YGHY"}


def test_a_token_of_a_system_does_not_hang_on_any_person(database):
    rota.community(database)
    with database.begin() as connection:
        connection.execute(
            insert(ApiToken).values(digest=b"d" * 32, caller="app-1", role="intake", communities=["YGHY"])
        )

    caller = load_snapshot(database, NOW).tokens[(b"d" * 32).hex()]

    assert (caller.staff, caller.role, caller.communities) == ("", Role.INTAKE, {"YGHY"})


def test_the_sample_communities_come_with_policies_and_working_days(sample):
    snapshot = load_snapshot(sample, datetime(2026, 4, 15, tzinfo=UTC))

    assert set(snapshot.units) == set(snapshot.policies) == set(snapshot.staff)
    assert all(policies for policies in snapshot.policies.values())
    assert 2026 in snapshot.calendar.years
    assert date(2026, 10, 1) in snapshot.calendar.days_off
