"""The sheets 工作表 of a roster workbook: one table of columns that import and export both read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from activities.records import roster_cells as cells
from activities.records.roster import (
    Entry,
    PriceCategory,
    Roster,
    RosterAbsence,
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
from workflows.messages.case import Identity
from workflows.messages.people import Role, Trade
from workflows.rules.policy_problems import NO_PERSON

UNIT_KINDS: Final = {kind.label: kind for kind in UnitKind}
IDENTITIES: Final = {one.label: one for one in Identity if one not in (Identity.VISITOR, Identity.STAFF)}
ROLES: Final = {role.label: role for role in Role if role not in NO_PERSON}
TRADES: Final = {trade.label: trade for trade in Trade}
EMPLOYED: Final = {"在职": True, "离职": False}
YES_OR_NO: Final = {"是": True, "否": False}
PRICE_CATEGORIES: Final = {category.label: category for category in PriceCategory}
WEEKDAYS: Final = {f"周{name}": index for index, name in enumerate("一二三四五六日")}


@dataclass(frozen=True)
class Column:
    """A column 列: its heading, the value's name, how a cell is read; an empty cell of it means ``default``.

    ``terms`` are all that it may hold, offered as a list by the spreadsheet.
    """

    heading: str
    name: str
    read: Callable[[cells.Cell], Any]
    required: bool = True
    default: Any = ""
    terms: Mapping[str, Any] = field(default_factory=dict)


def _terms(heading: str, name: str, terms: Mapping[str, Any], *, default: Any = None) -> Column:
    return Column(heading, name, cells.one_of(terms), required=default is None, default=default, terms=terms)


def _optional(heading: str, name: str, read: Callable[[cells.Cell], Any], default: Any = "") -> Column:
    return Column(heading, name, read, required=False, default=default)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its columns, what a row means, and which rows a roster has.

    ``entries`` makes of a row's values first the entry that the row is about, then the one that several rows
    share (the household of its contacts, the person of the posts). ``key_heading`` is where a double is shown;
    where other sheets refer to its codes (the first column), they are those of ``referred``.
    """

    title: str
    columns: tuple[Column, ...]
    key_heading: str
    entries: Callable[[dict[str, Any]], tuple[Entry, ...]]
    rows: Callable[[Roster], Iterable[dict[str, Any]]]
    referred: type[Entry] | None = None
    shared_headings: str = ""


def _pick(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}


def _contact_entries(values: dict[str, Any]) -> tuple[Entry, ...]:
    contact = _pick(values, "unit", "since", "position", "identity", "name", "phone", "mail")
    return RosterContact(**contact), RosterHousehold(**_pick(values, "unit", "since", "until"))


def _contact_rows(roster: Roster) -> Iterable[dict[str, Any]]:
    """Rows of the households that live here; those who moved out stay in the record but leave the roster."""
    current = {household.key: household for household in roster.all(RosterHousehold) if household.until is None}
    for contact in roster.all(RosterContact):
        if (contact.unit, contact.since) in current:
            yield {**vars(contact), "until": None}


def _post_entries(values: dict[str, Any]) -> tuple[Entry, ...]:
    post = _pick(values, "staff", "role", "area", "since", "until", "deputy")
    person = _pick(values, "name", "phone", "mail", "active", "trades")
    return RosterPost(**post), RosterPerson(code=values["staff"], **person)


def _post_rows(roster: Roster) -> Iterable[dict[str, Any]]:
    people = {person.code: person for person in roster.all(RosterPerson)}
    for post in roster.all(RosterPost):
        yield {**vars(people[post.staff]), **vars(post)}


def _own_rows(kind: type[Any]) -> Callable[[Roster], Iterable[dict[str, Any]]]:
    return lambda roster: (vars(entry) for entry in roster.all(kind))


_NAME_PHONE_MAIL: Final = (
    Column("姓名", "name", cells.text),
    _optional("电话", "phone", cells.phone),
    _optional("邮箱", "mail", cells.mail),
)

AREAS: Final = Sheet(
    title="片区",
    columns=(Column("片区编码", "code", cells.unit_code), Column("片区名称", "name", cells.text)),
    key_heading="片区编码",
    entries=lambda values: (RosterArea(**values),),
    rows=_own_rows(RosterArea),
    referred=RosterArea,
)
UNITS: Final = Sheet(
    title="房号",
    columns=(
        Column("房号", "code", cells.unit_code),
        Column("片区编码", "area", cells.unit_code),
        _optional("楼栋", "building", cells.text),
        _terms("类别", "kind", UNIT_KINDS, default=UnitKind.HOME),
        _optional("建筑面积", "floor_area", cells.square_metres, None),
        _optional("竣工验收日期", "building_accepted_on", cells.day, None),
    ),
    key_heading="房号",
    entries=lambda values: (RosterUnit(**values),),
    rows=_own_rows(RosterUnit),
    referred=RosterUnit,
)
CONTACTS: Final = Sheet(
    title="住户",
    columns=(
        Column("房号", "unit", cells.unit_code),
        Column("序号", "position", cells.position),
        _terms("身份", "identity", IDENTITIES),
        *_NAME_PHONE_MAIL,
        Column("入住日期", "since", cells.day),
        _optional("搬离日期", "until", cells.day, None),
    ),
    key_heading="房号",
    entries=_contact_entries,
    rows=_contact_rows,
    shared_headings="同一户的搬离日期",
)
STAFF: Final = Sheet(
    title="员工",
    columns=(
        Column("工号", "staff", cells.staff_code),
        *_NAME_PHONE_MAIL,
        _terms("状态", "active", EMPLOYED, default=True),
        _terms("岗位", "role", ROLES),
        _optional("片区编码", "area", cells.unit_code),
        _terms("代理", "deputy", YES_OR_NO, default=False),
        Column("工种", "trades", cells.several_of(TRADES), required=False, default=frozenset(), terms=TRADES),
        Column("到岗日期", "since", cells.day),
        _optional("离岗日期", "until", cells.day, None),
    ),
    key_heading="工号",
    entries=_post_entries,
    rows=_post_rows,
    referred=RosterPerson,
    shared_headings="同一工号的姓名、电话、邮箱、状态、工种",
)
DUTY: Final = Sheet(
    title="值班",
    columns=(
        Column("工号", "staff", cells.staff_code),
        _terms("星期", "weekday", WEEKDAYS),
        Column("开始时间", "starts", cells.clock_time),
        Column("结束时间", "ends", cells.clock_time),
        Column("生效日期", "since", cells.day),
        _optional("失效日期", "until", cells.day, None),
    ),
    key_heading="工号",
    entries=lambda values: (RosterShift(**values),),
    rows=_own_rows(RosterShift),
)

ABSENCES: Final = Sheet(
    title="请假",
    columns=(
        Column("工号", "staff", cells.staff_code),
        Column("请假日期", "since", cells.day),
        _optional("返岗日期", "until", cells.day, None),
    ),
    key_heading="工号",
    entries=lambda values: (RosterAbsence(**values),),
    rows=_own_rows(RosterAbsence),
)
PRICES: Final = Sheet(
    title="收费标准",
    columns=(
        Column("项目编码", "code", cells.unit_code),
        Column("项目名称", "name", cells.text),
        _terms("类别", "category", PRICE_CATEGORIES),
        Column("计价单位", "unit", cells.text),
        Column("单价(元)", "unit_price", cells.yuan),
        _terms("代办款", "agency", YES_OR_NO, default=False),
        Column("生效日期", "since", cells.day),
        _optional("失效日期", "until", cells.day, None),
    ),
    key_heading="项目编码",
    entries=lambda values: (RosterPrice(**values),),
    rows=_own_rows(RosterPrice),
)

SHEETS: Final = (AREAS, UNITS, CONTACTS, STAFF, DUTY, ABSENCES, PRICES)
"""All sheets, each after those that it refers to. A file need not have them all."""
