"""The snapshot holds all that intake needs to go on alone, and nobody who has no right any more."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, update

from activities.records.community_tables import ApiToken, Post, Staff, Unit
from activities.records.intake_snapshot import load_snapshot
from activities.records.tokens import issue_token, token_digest
from tests.dispatching import rota
from workflows.messages.people import Role

NOW = datetime.now(UTC)


def _token(database, **changes):
    known = {"caller": "app-1", "role": Role.TECHNICIAN, "communities": ["YGHY"]}
    return token_digest(issue_token(database, **{**known, **changes})).hex()


def test_units_are_known_with_their_area_and_every_community_has_its_entry(database):
    rota.community(database)
    rota.community(database, "XYDX")
    unit = {"community": "YGHY", "code": "3-1502", "area": "A1", "building": "3", "kind": "flat"}
    with database.begin() as connection:
        connection.execute(insert(Unit).values(unit))

    assert load_snapshot(database, NOW).units == {"YGHY": {"3-1502": "A1"}, "XYDX": {}}


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
