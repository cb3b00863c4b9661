"""Three invented communities 示例项目, one for each preset, to try the centre with.

Everything here is made up: names are put together from common characters, mail goes to example.com, and the
telephone numbers are of a satellite network, so that no sample ever rings at somebody's home. The same every time.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import cycle, islice
from typing import Final
from zoneinfo import ZoneInfo

from activities.connections.database import Database
from activities.ledger.sample_fees import give_fees
from activities.records.communities import NewCommunity, found_within
from activities.records.roster import (
    Entry,
    Roster,
    RosterArea,
    RosterContact,
    RosterHousehold,
    RosterPerson,
    RosterPost,
    RosterPrice,
    RosterShift,
    RosterUnit,
    UnitKind,
)
from activities.records.roster_rows import write_roster
from activities.records.sample_community_plans import PLANS, Plan, PlannedRota
from activities.records.sample_price_list import PRICE_LIST

SINCE: Final = date(2026, 1, 1)
"""The day from which posts, duty, prices and the first policies of the sample hold."""

_FAMILY: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN: Final = ("明远", "晓岚", "志强", "雨桐", "建国", "思齐", "丽华", "子墨", "文博", "静怡", "海涛", "欣然", "立新")


def create_sample(db: Database) -> tuple[str, ...]:
    """Create the sample communities that are not there yet and return their codes.

    One transaction for each. A community that exists is left as it is, whatever has been changed in it.
    """
    return tuple(plan.code for plan in PLANS if _create(db, plan))


def _create(db: Database, plan: Plan) -> bool:
    since = datetime.combine(SINCE, time(), ZoneInfo("Asia/Shanghai"))
    new = NewCommunity(plan.code, plan.name, plan.preset, since)
    with db.begin() as connection:
        if not found_within(connection, new, "system", "示例项目"):
            return False
        write_roster(connection, db.personal, plan.code, Roster(), Roster.of(_entries(plan)))
        give_fees(connection, plan.code)
    return True


def _entries(plan: Plan) -> Iterator[Entry]:
    for code, name in plan.areas:
        yield RosterArea(code=code, name=name)
    for code, area, building, kind, size in plan.units:
        yield RosterUnit(
            code=code,
            area=area,
            building=building,
            kind=kind,
            floor_area=Decimal(size) if size else None,
            building_accepted_on=date(2023, 6, 30),
        )
    yield from _households(plan)
    yield from _staff(plan)
    for rota in plan.rotas:
        yield from _shifts(rota)
    for code, category, name, unit, price, agency in PRICE_LIST:
        yield RosterPrice(
            code=code,
            name=name,
            unit=unit,
            unit_price=Decimal(price),
            category=category,
            since=SINCE,
            agency=agency,
        )


def _households(plan: Plan) -> Iterator[Entry]:
    """Nine units of ten are lived in; every third household has a second person."""
    lived_in = [unit for unit in plan.units if unit[3] is not UnitKind.PUBLIC_PLACE]
    for number, (code, *_) in enumerate(lived_in):
        if number % 10 == 9:
            continue
        since = date(2024, 1 + number % 12, 1 + number % 28)
        first, *others = plan.identities
        yield RosterHousehold(unit=code, since=since)
        for position in range(1, 3 if number % 3 == 0 else 2):
            person = plan.number * 100_000 + number * 2 + position
            yield RosterContact(
                unit=code,
                since=since,
                position=position,
                identity=first if position == 1 else others[number % len(others)],
                name=_name(person),
                phone=_phone(person),
                mail=f"resident{person}@example.com",
            )


def _staff(plan: Plan) -> Iterator[Entry]:
    codes = list(dict.fromkeys(code for post in plan.posts for code in post.codes))
    for number, code in enumerate(codes):
        person = plan.number * 100_000 + 90_000 + number
        yield RosterPerson(
            code=code,
            name=_name(person * 7),
            phone=_phone(person),
            mail=f"{code}.{plan.code}@example.com".lower(),
            trades=frozenset(plan.trades.get(code, ())),
        )
    for post in plan.posts:
        if not post.areas:
            for code in post.codes:
                yield RosterPost(staff=code, role=post.role, area="", since=SINCE)
        for place, area in enumerate(post.areas):
            principal, deputy = (post.codes[(place + step) % len(post.codes)] for step in (0, 1))
            yield RosterPost(staff=principal, role=post.role, area=area, since=SINCE)
            yield RosterPost(staff=deputy, role=post.role, area=area, since=SINCE, deputy=True)


def _shifts(rota: PlannedRota) -> Iterator[RosterShift]:
    turns = cycle(rota.codes)
    for weekday in rota.days:
        for starts, ends in rota.shifts:
            for code in islice(turns, len(rota.codes) if rota.together else 1):
                yield RosterShift(
                    staff=code,
                    weekday=weekday,
                    starts=time.fromisoformat(starts),
                    ends=time.fromisoformat(ends),
                    since=SINCE,
                )


def _name(number: int) -> str:
    return _FAMILY[number % len(_FAMILY)] + _GIVEN[number % len(_GIVEN)]


def _phone(number: int) -> str:
    return f"+8617400{number:06}"
