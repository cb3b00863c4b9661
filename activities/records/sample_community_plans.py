"""What the sample communities 示例项目 are made of: as few figures as make a working centre."""

from dataclasses import dataclass
from typing import Final

from activities.records.roster import UnitKind
from workflows.messages.case import Identity
from workflows.messages.people import Role, Trade
from workflows.rules.policy_presets import Preset

PlannedUnit = tuple[str, str, str, UnitKind, str | None]
"""Code, area, building, kind, m²."""


@dataclass(frozen=True)
class PlannedPost:
    """People who hold one role: their codes, and for stewards the areas that they look after in turn."""

    role: Role
    codes: tuple[str, ...]
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedRota:
    """Shifts that a group of people takes in turn through the week, or ``together``.

    ``days`` are weekdays from Monday 0.
    """

    codes: tuple[str, ...]
    shifts: tuple[tuple[str, str], ...]
    days: range = range(7)
    together: bool = False


@dataclass(frozen=True)
class Plan:
    """What one sample community is made of. ``units`` are (code, area, building, kind, m²).

    ``identities`` are the first person's of a household and those that a second person has by turns.
    ``number`` begins the invented telephone numbers.
    """

    code: str
    name: str
    preset: Preset
    number: int
    areas: tuple[tuple[str, str], ...]
    units: tuple[PlannedUnit, ...]
    identities: tuple[Identity, ...]
    posts: tuple[PlannedPost, ...]
    trades: dict[str, tuple[Trade, ...]]
    rotas: tuple[PlannedRota, ...]


def _codes(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number:03}" for number in range(1, count + 1))


def _public(area: str, *places: str) -> tuple[PlannedUnit, ...]:
    return tuple((place, area, "", UnitKind.PUBLIC_PLACE, None) for place in places)


_PLUMBING, _ELECTRICAL, _GENERAL = Trade.PLUMBING, Trade.ELECTRICAL, Trade.GENERAL
_OFFICE_HOURS: Final = (("08:30", "17:30"),)
_DESK: Final = (("08:30", "17:00"), ("12:30", "21:00"))
_DAY_AND_EVENING: Final = (("08:00", "16:00"), ("16:00", "00:00"))
_DAY: Final = (("08:00", "17:00"),)
_EVENING: Final = (("16:00", "00:00"),)
_NIGHT: Final = (("00:00", "08:00"),)
_DAY_AND_NIGHT: Final = (("08:00", "20:00"), ("20:00", "08:00"))

_RESIDENTIAL: Final = Plan(
    code="YGHY",
    name="阳光花园",
    preset=Preset.RESIDENTIAL_S1,
    number=1,
    areas=(("A1", "一片区"), ("A2", "二片区"), ("A3", "三片区")),
    units=(
        *(
            (f"{building}-{floor * 100 + door}", f"A{(building + 1) // 2}", f"{building}栋", UnitKind.HOME, size)
            for building in range(1, 7)
            for floor in range(1, 14)
            for door, size in ((1, "89.50"), (2, "128.36"), (3, "76.20"), (4, "112.80"))
        ),
        *_public("A1", "东门", "中心花园"),
        *_public("A2", "地下车库", "儿童游乐场"),
        *_public("A3", "西门", "会所"),
    ),
    identities=(Identity.OWNER, Identity.OCCUPANT, Identity.TENANT),
    posts=(
        PlannedPost(Role.SITE_MANAGER, ("M001",)),
        PlannedPost(Role.COMPANY_MANAGER, ("M002",)),
        PlannedPost(Role.CS_SUPERVISOR, ("S001",)),
        PlannedPost(Role.CS_ASSISTANT, _codes("K", 3)),
        PlannedPost(Role.STEWARD, _codes("G", 3), areas=("A1", "A2", "A3")),
        PlannedPost(Role.CULTURE_CLERK, ("B001",)),
        PlannedPost(Role.CASHIER, ("C001",)),
        PlannedPost(Role.FINANCE, ("F001",)),
        PlannedPost(Role.ENGINEERING_LEAD, ("E001",)),
        PlannedPost(Role.TECHNICIAN, _codes("T", 8)),
        PlannedPost(Role.CONTROL_ROOM, _codes("Z", 4)),
    ),
    trades={
        "T001": (_PLUMBING, _GENERAL),
        "T002": (_PLUMBING, Trade.HEATING_AND_COOLING),
        "T003": (_PLUMBING, Trade.MASONRY, Trade.DOORS_AND_LOCKS),
        "T004": (_ELECTRICAL, Trade.LOW_VOLTAGE),
        "T005": (_ELECTRICAL, Trade.CARPENTRY, Trade.DOORS_AND_LOCKS),
        "T006": (_ELECTRICAL, Trade.LIFT),
        "T007": (_PLUMBING, _ELECTRICAL, Trade.GAS, _GENERAL),
        "T008": (_PLUMBING, _ELECTRICAL, _GENERAL),
    },
    rotas=(
        PlannedRota(("T001", "T002", "T004", "T005"), _DAY, together=True),
        PlannedRota(("T003", "T006"), _EVENING, together=True),
        PlannedRota(("T007", "T008"), _NIGHT),
        PlannedRota(_codes("K", 3), _DESK),
        PlannedRota(_codes("Z", 4), _DAY_AND_NIGHT),
        PlannedRota(_codes("G", 3), _OFFICE_HOURS, days=range(6), together=True),
        PlannedRota(
            ("M001", "M002", "S001", "E001", "B001", "C001", "F001"), _OFFICE_HOURS, days=range(5), together=True
        ),
    ),
)

_CAMPUS: Final = Plan(
    code="XYDX",
    name="星苑大学",
    preset=Preset.CAMPUS_S4,
    number=2,
    areas=(("N", "北区"), ("S", "南区")),
    units=(
        *(
            (
                f"{building}-{floor * 100 + room}",
                "N" if building <= 2 else "S",
                f"{building}舍",
                UnitKind.DORMITORY,
                "24.00",
            )
            for building in range(1, 5)
            for floor in range(1, 6)
            for room in range(1, 7)
        ),
        *(
            (f"行政楼-{floor * 100 + room}", "S", "行政楼", UnitKind.OFFICE, "32.00")
            for floor in (1, 2)
            for room in range(1, 7)
        ),
        *_public("N", "图书馆", "北门"),
        *_public("S", "一食堂", "体育馆"),
    ),
    identities=(Identity.CAMPUS_USER, Identity.CAMPUS_USER),
    posts=(
        PlannedPost(Role.SITE_MANAGER, ("M001",)),
        PlannedPost(Role.COMPANY_MANAGER, ("M002",)),
        PlannedPost(Role.CS_SUPERVISOR, ("S001",)),
        PlannedPost(Role.CS_ASSISTANT, _codes("K", 4)),
        PlannedPost(Role.STEWARD, _codes("G", 2), areas=("N", "S")),
        PlannedPost(Role.ENGINEERING_LEAD, ("E001",)),
        PlannedPost(Role.TECHNICIAN, _codes("T", 4)),
    ),
    trades={
        "T001": (_PLUMBING, Trade.HEATING_AND_COOLING),
        "T002": (_ELECTRICAL, Trade.LOW_VOLTAGE),
        "T003": (_PLUMBING, _ELECTRICAL, Trade.DOORS_AND_LOCKS),
        "T004": (_PLUMBING, _ELECTRICAL, _GENERAL),
    },
    rotas=(
        PlannedRota(("T001", "T002"), (("08:00", "16:00"),), together=True),
        PlannedRota(("T003", "T004"), (("16:00", "00:00"), ("00:00", "08:00"))),
        PlannedRota(_codes("K", 4), (*_DAY_AND_EVENING, *_NIGHT)),
        PlannedRota(("M001", "S001", "E001", "G001", "G002"), _OFFICE_HOURS, days=range(5), together=True),
    ),
)

_STREET: Final = Plan(
    code="BJJ",
    name="北街里",
    preset=Preset.STREET_S0,
    number=3,
    areas=(("A1", "北段"), ("A2", "南段")),
    units=(
        *((f"商铺-{number:02}", "A1" if number <= 20 else "A2", "", UnitKind.SHOP, "46.60") for number in range(1, 41)),
        *_public("A1", "北广场"),
        *_public("A2", "南广场", "公共卫生间"),
    ),
    identities=(Identity.TENANT, Identity.OCCUPANT),
    posts=(
        PlannedPost(Role.SITE_MANAGER, ("M001",)),
        PlannedPost(Role.COMPANY_MANAGER, ("M002",)),
        PlannedPost(Role.CS_SUPERVISOR, ("S001",)),
        PlannedPost(Role.CS_ASSISTANT, _codes("K", 2)),
        PlannedPost(Role.STEWARD, _codes("G", 2), areas=("A1", "A2")),
        PlannedPost(Role.ENGINEERING_LEAD, ("E001",)),
        PlannedPost(Role.TECHNICIAN, _codes("T", 3)),
        PlannedPost(Role.CONTROL_ROOM, _codes("Z", 3)),
    ),
    trades={
        "T001": (_PLUMBING, _ELECTRICAL, _GENERAL),
        "T002": (_PLUMBING, _ELECTRICAL, Trade.DOORS_AND_LOCKS),
        "T003": (_PLUMBING, _ELECTRICAL, Trade.LOW_VOLTAGE),
    },
    rotas=(
        PlannedRota(_codes("T", 3), (*_DAY_AND_EVENING, *_NIGHT)),
        PlannedRota(_codes("K", 2), _DESK),
        PlannedRota(_codes("Z", 3), _DAY_AND_NIGHT),
        PlannedRota(("M001", "S001", "E001", "G001", "G002"), _OFFICE_HOURS, days=range(6), together=True),
    ),
)

PLANS: Final = (_RESIDENTIAL, _CAMPUS, _STREET)
"""The sample communities, one for each preset."""
