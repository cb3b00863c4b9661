"""Stand-in 代岗: which person a role means just then."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from activities.notifications.stand_in import NEXT_LEVEL, HeldPost, Rota, person_for
from workflows.messages.people import Role
from workflows.rules.duty import Shift

SINCE = date(2026, 1, 1)
WEDNESDAY = datetime(2026, 4, 15, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
AT_NIGHT = WEDNESDAY.replace(hour=2)


def post(staff: str, role: Role, **others) -> HeldPost:
    return HeldPost(staff=staff, role=role, since=SINCE, **others)


def every_day(starts: int, ends: int) -> tuple[Shift, ...]:
    return tuple(Shift(weekday, time(starts), time(ends), SINCE) for weekday in range(7))


POSTS = (
    post("G1", Role.STEWARD, area="A1"),
    post("G2", Role.STEWARD, area="A1", deputy=True),
    post("G3", Role.STEWARD, area="A2"),
    post("K1", Role.CS_ASSISTANT),
    post("Z1", Role.CONTROL_ROOM),
    post("V1", Role.CS_SUPERVISOR),
    post("M1", Role.SITE_MANAGER),
)


def test_the_steward_of_the_cases_own_area_is_told_before_the_deputy():
    assert person_for(Rota(POSTS), Role.STEWARD, "A1", WEDNESDAY) == "G1"
    assert person_for(Rota(POSTS), Role.STEWARD, "A2", WEDNESDAY) == "G3"


@pytest.mark.parametrize(
    ("off_duty", "told"),
    [((), "G1"), (("G1",), "G2"), (("G1", "G2"), "V1"), (("G1", "G2", "V1"), "M1"), (("G1", "G2", "V1", "M1"), "G1")],
)
def test_an_absent_steward_is_stood_in_for_by_deputy_supervisor_and_manager_and_else_told_all_the_same(off_duty, told):
    rota = Rota(POSTS, {code: every_day(8, 9) for code in off_duty})
    assert person_for(rota, Role.STEWARD, "A1", WEDNESDAY) == told


def test_at_night_the_control_room_stands_in_for_the_desk():
    rota = Rota(POSTS, {"K1": every_day(8, 20), "Z1": every_day(20, 8)})
    assert person_for(rota, Role.CS_ASSISTANT, "A1", WEDNESDAY) == "K1"
    assert person_for(rota, Role.CS_ASSISTANT, "A1", AT_NIGHT) == "Z1"


def test_duty_is_judged_by_the_community_clock_whatever_zone_the_instant_is_in():
    rota = Rota(POSTS, {"K1": every_day(8, 20), "Z1": every_day(20, 8)})
    assert person_for(rota, Role.CS_ASSISTANT, "A1", AT_NIGHT.astimezone(ZoneInfo("UTC"))) == "Z1"


def test_a_unit_without_a_steward_goes_to_the_supervisor():
    assert person_for(Rota(POSTS), Role.STEWARD, "", WEDNESDAY) == "V1"


def test_a_post_that_has_ended_or_not_begun_is_nobodys():
    posts = (
        HeldPost("V0", Role.CS_SUPERVISOR, since=SINCE, until=date(2026, 4, 15)),
        HeldPost("V2", Role.CS_SUPERVISOR, since=date(2026, 4, 16)),
        post("M1", Role.SITE_MANAGER),
    )
    assert person_for(Rota(posts), Role.CS_SUPERVISOR, "", WEDNESDAY) == "M1"


def test_a_community_without_staff_has_nobody_to_tell():
    assert person_for(Rota(), Role.STEWARD, "A1", WEDNESDAY) is None


def test_every_line_of_stand_ins_ends_with_the_company_manager():
    staff = set(Role) - {Role.CUSTOMER, Role.INTAKE, Role.SYSTEM, Role.COMPANY_MANAGER}
    for role in staff:
        seen = [role]
        while seen[-1] in NEXT_LEVEL:
            seen.append(NEXT_LEVEL[seen[-1]])
            assert len(seen) < 8
        assert seen[-1] is Role.COMPANY_MANAGER
