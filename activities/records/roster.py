"""The roster 花名册 of a community as values: areas, units, households, staff with duty and leave, posted prices.

Each entry has a key by which an import finds the row that it changes; what stands in the database and in a
workbook are both a :class:`Roster`, and the difference between two of them is what has to be written.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final, Self, TypeVar

from pydantic.dataclasses import dataclass

from workflows.messages.case import Identity
from workflows.messages.message import Message
from workflows.messages.people import Role, Trade
from workflows.messages.special_service import ServiceCategory


class UnitKind(StrEnum):
    """What a unit 房号 is; a public place can be named by a report but has no household."""

    HOME = "home"
    SHOP = "shop"
    DORMITORY = "dormitory"
    OFFICE = "office"
    PARKING_SPACE = "parking_space"
    PUBLIC_PLACE = "public_place"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _UNIT_KINDS[self]


_UNIT_KINDS: Final[dict[UnitKind, str]] = {
    UnitKind.HOME: "住宅",
    UnitKind.SHOP: "商铺",
    UnitKind.DORMITORY: "宿舍",
    UnitKind.OFFICE: "办公室",
    UnitKind.PARKING_SPACE: "车位",
    UnitKind.PUBLIC_PLACE: "公共部位",
}


class PriceCategory(StrEnum):
    """What a posted price 收费标准 is for: repairs, special services 特约服务, the desk (S0, S4 3.3, 4.4–4.6)."""

    REPAIR = "repair"
    ENGINEERING = ServiceCategory.ENGINEERING.value
    CLEANING = ServiceCategory.CLEANING.value
    GREENING = ServiceCategory.GREENING.value
    ERRAND = ServiceCategory.ERRAND.value
    OPERATING = "operating"
    RENOVATION = "renovation"
    PARKING = "parking"

    @property
    def label(self) -> str:
        """The Chinese term."""
        at_the_desk = {"repair": "维修", "operating": "经营性收费", "renovation": "装修收费", "parking": "停车"}
        return at_the_desk.get(self.value) or ServiceCategory(self.value).label


@dataclass(frozen=True)
class Entry:
    """One thing of the roster; entries of one class with equal keys are the same thing, as it was and as it is now."""

    KEY: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> tuple[object, ...]:
        """The values of the fields named in ``KEY``."""
        return tuple(getattr(self, name) for name in self.KEY)


@dataclass(frozen=True)
class RosterArea(Entry):
    """Responsibility area 片区."""

    KEY = ("code",)

    code: str
    name: str


@dataclass(frozen=True)
class RosterUnit(Entry):
    """Unit 房号; ``floor_area`` is in m² with two places."""

    KEY = ("code",)

    code: str
    area: str
    building: str = ""
    kind: UnitKind = UnitKind.HOME
    floor_area: Decimal | None = None
    building_accepted_on: date | None = None


@dataclass(frozen=True)
class RosterHousehold(Entry):
    """Household 户 in a unit, from ``since`` on and before ``until``."""

    KEY = ("unit", "since")

    unit: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class RosterContact(Entry):
    """A person of a household 住户; the same ``position`` with another name is the person's successor."""

    KEY = ("unit", "since", "position")

    unit: str
    since: date
    position: int
    identity: Identity
    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)


@dataclass(frozen=True)
class RosterPerson(Entry):
    """A member of staff 员工; ``active`` is False once 离职."""

    KEY = ("code",)

    code: str
    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    active: bool = True
    trades: frozenset[Trade] = frozenset()


@dataclass(frozen=True)
class RosterPost(Entry):
    """A post 岗位 of a member of staff, from ``since`` on and before ``until``; ``area`` is "" for all areas."""

    KEY = ("staff", "role", "area", "since")

    staff: str
    role: Role
    area: str
    since: date
    until: date | None = None
    deputy: bool = False


@dataclass(frozen=True)
class RosterShift(Entry):
    """A weekly duty 值班, as ``workflows.rules.duty`` reads it: local time, Monday is 0."""

    KEY = ("staff", "weekday", "starts", "since")

    staff: str
    weekday: int
    starts: time
    ends: time
    since: date
    until: date | None = None


@dataclass(frozen=True)
class RosterAbsence(Entry):
    """Leave 请假 of a member of staff: away from ``since`` on, back on ``until``; None where that is not known yet.

    Why somebody is away is nobody's business here and is not asked.
    """

    KEY = ("staff", "since")

    staff: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class RosterPrice(Entry):
    """A line of 《有偿服务项目及收费标准》: what one ``unit`` costs in CNY, from ``since`` on and before ``until``.

    ``agency`` marks money that is laid out for the customer 代办 and is no income.
    """

    KEY = ("code", "since")

    code: str
    name: str
    unit: str
    unit_price: Decimal
    category: PriceCategory
    since: date
    until: date | None = None
    agency: bool = False


EntryKey = tuple[type[Entry], tuple[object, ...]]
Kind = TypeVar("Kind", bound=Entry)


@dataclasses.dataclass(frozen=True)
class Roster:
    """Entries by class and key. Immutable; an import overlays one roster with another."""

    entries: Mapping[EntryKey, Entry] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Self:
        """Return the roster of these entries; of equal keys the last stays."""
        return cls({(type(entry), entry.key): entry for entry in entries})

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Return the entries of one class."""
        return [entry for entry in self.entries.values() if isinstance(entry, kind)]

    def overlaid(self, newer: Self) -> Self:
        """Return this roster with the newer one's entries added or put in place; nothing is ever removed."""
        return type(self)({**self.entries, **newer.entries})


class RosterProblem(Message):
    """One thing wrong in a workbook. ``row`` counts as the spreadsheet does; 0 is the sheet or file as a whole.

    ``code`` is for machines, ``message`` says in zh-CN what to do. Neither repeats personal data.
    """

    sheet: str
    row: int
    column: str
    code: str
    message: str


class SheetCounts(Message):
    """What became of the rows of one sheet."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class RosterReport(Message):
    """The outcome of an import: everything was taken over, or nothing was and ``problems`` says all that is wrong."""

    community: str
    imported: bool
    counts: dict[str, SheetCounts] = {}
    problems: tuple[RosterProblem, ...] = ()
    warnings: tuple[RosterProblem, ...] = ()
