"""What a roster must be as a whole 花名册核对: references, periods that exclude each other, one post a person.

Checks look at the community's roster as it would stand after the import, and complain only of rows of the file.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from activities.records.roster import (
    Entry,
    EntryKey,
    Roster,
    RosterAbsence,
    RosterArea,
    RosterContact,
    RosterHousehold,
    RosterPerson,
    RosterPost,
    RosterPrice,
    RosterProblem,
    RosterShift,
    RosterUnit,
)
from activities.records.roster_sheets import ABSENCES, AREAS, CONTACTS, DUTY, PRICES, STAFF, UNITS
from workflows.messages.people import Role
from workflows.messages.policy import DutyPolicy, PostRequirement

DESK_POSTS: Final = frozenset(
    {
        *(Role.CS_ASSISTANT, Role.STEWARD, Role.CS_SUPERVISOR),
        *(Role.CASHIER, Role.CULTURE_CLERK, Role.NETWORK_CLERK),
    }
)
"""客服各岗: where ``single_post`` holds, nobody has two of them (S4 一.4)."""

Dated = RosterHousehold | RosterPost | RosterShift | RosterAbsence | RosterPrice
"""Entries that hold from a day on and before another."""


@dataclass(frozen=True)
class Candidate:
    """The roster after the import, and of each entry of the file the row that brought it.

    ``broken`` are the codes of rows of the file that could not be read whole: whoever refers to one of them is
    not to blame.
    """

    roster: Roster
    rows: Mapping[EntryKey, int]
    broken: Set[EntryKey] = frozenset()

    def knows(self, kind: type[Entry], code: str) -> bool:
        """Whether an entry of that code will be there, or would be if its row were right."""
        return (kind, (code,)) in self.roster.entries or (kind, (code,)) in self.broken

    def row_of(self, entry: Entry) -> int:
        """Return the row of the file, or 0 where the entry was there before."""
        return self.rows.get((type(entry), entry.key), 0)


def check(candidate: Candidate) -> list[RosterProblem]:
    """Return all that forbids the import; what was so before the file came is not the file's fault."""
    checks = (_references, _references_to_staff, _people, _periods, _exclusions)
    found = [problem for one in checks for problem in one(candidate)]
    return [problem for problem in found if problem.row]


def single_post(candidate: Candidate, duty: DutyPolicy) -> tuple[list[RosterProblem], list[RosterProblem]]:
    """Return the problems and the warnings of people with two desk posts, as the community's policy has it."""
    if not duty.single_post:
        return [], []
    found = [problem for problem in _second_posts(candidate) if problem.row]
    return (found, []) if duty.post_requirements is PostRequirement.REFUSE else ([], found)


def warnings(candidate: Candidate) -> list[RosterProblem]:
    """Return what should be put right but does not forbid the import: areas without a steward 无管家."""
    principals = {
        post.area
        for post in candidate.roster.all(RosterPost)
        if post.role is Role.STEWARD and not post.deputy and post.until is None
    }
    return [
        _problem(candidate, area, AREAS.title, "片区编码", "area_without_steward", "这个片区还没有管家")
        for area in candidate.roster.all(RosterArea)
        if area.code not in principals
    ]


def _problem(  # noqa: PLR0917 - the columns of the report in their order
    candidate: Candidate, entry: Entry, sheet: str, column: str, code: str, message: str
) -> RosterProblem:
    row = candidate.row_of(entry)
    return RosterProblem(sheet=sheet, row=row, column=column, code=code, message=message)


def _references(candidate: Candidate) -> Iterator[RosterProblem]:
    roster = candidate.roster
    for unit in roster.all(RosterUnit):
        if not candidate.knows(RosterArea, unit.area):
            yield _unknown(candidate, unit, UNITS.title, "片区编码", AREAS.title)
    for contact in roster.all(RosterContact):
        if not candidate.knows(RosterUnit, contact.unit):
            yield _unknown(candidate, contact, CONTACTS.title, "房号", UNITS.title)
    for post in roster.all(RosterPost):
        if post.area and not candidate.knows(RosterArea, post.area):
            yield _unknown(candidate, post, STAFF.title, "片区编码", AREAS.title)
        if post.role is Role.STEWARD and not post.area:
            message = "管家必须有片区"
            yield _problem(candidate, post, STAFF.title, "片区编码", "required", message)


def _references_to_staff(candidate: Candidate) -> Iterator[RosterProblem]:
    of_staff: tuple[tuple[Sequence[RosterShift | RosterAbsence], str], ...] = (
        (candidate.roster.all(RosterShift), DUTY.title),
        (candidate.roster.all(RosterAbsence), ABSENCES.title),
    )
    for entries, sheet in of_staff:
        for entry in entries:
            if not candidate.knows(RosterPerson, entry.staff):
                yield _unknown(candidate, entry, sheet, "工号", STAFF.title)


def _unknown(candidate: Candidate, entry: Entry, sheet: str, column: str, where: str) -> RosterProblem:
    message = f"“{where}”表和系统里都没有它,请核对或先补上"
    return _problem(candidate, entry, sheet, column, "unknown_reference", message)


def _people(candidate: Candidate) -> Iterator[RosterProblem]:
    people = {person.code: person for person in candidate.roster.all(RosterPerson)}
    for post in candidate.roster.all(RosterPost):
        person = people[post.staff]
        entry: Entry = post if candidate.row_of(post) else person
        if post.role is Role.TECHNICIAN and not person.trades:
            yield _problem(candidate, entry, STAFF.title, "工种", "required", "维修技工至少要有一个工种")
        if post.until is None and not person.active:
            yield _problem(candidate, entry, STAFF.title, "离岗日期", "required", "离职的员工要填离岗日期")


def _periods(candidate: Candidate) -> Iterator[RosterProblem]:
    roster = candidate.roster
    dated: tuple[tuple[Sequence[Dated], str, str], ...] = (
        (roster.all(RosterHousehold), CONTACTS.title, "搬离日期"),
        (roster.all(RosterPost), STAFF.title, "离岗日期"),
        (roster.all(RosterShift), DUTY.title, "失效日期"),
        (roster.all(RosterAbsence), ABSENCES.title, "返岗日期"),
        (roster.all(RosterPrice), PRICES.title, "失效日期"),
    )
    for entries, sheet, column in dated:
        for entry in entries:
            if entry.until is not None and entry.until < entry.since:
                message = "结束日期不能早于开始日期"
                yield _problem(candidate, entry, sheet, column, "ends_before_start", message)


def _exclusions(candidate: Candidate) -> Iterator[RosterProblem]:
    """Two of these may not hold on the same day."""
    roster = candidate.roster
    stewards = [post for post in roster.all(RosterPost) if post.role is Role.STEWARD]
    groups: tuple[tuple[Iterable[Any], Callable[[Any], Hashable], str, str, str], ...] = (
        (roster.all(RosterHousehold), lambda one: one.unit, CONTACTS.title, "入住日期", "同一房号的上一户还没有搬离"),
        (
            roster.all(RosterPost),
            lambda one: (one.staff, one.role, one.area),
            *(STAFF.title, "到岗日期", "同一员工的同一岗位时间重叠"),
        ),
        (stewards, lambda one: (one.area, one.deputy), STAFF.title, "片区编码", "同一片区同时只能有一名管家和一名代理"),
        (
            roster.all(RosterShift),
            lambda one: (one.staff, one.weekday, one.starts),
            *(DUTY.title, "生效日期", "同一员工的同一班次时间重叠"),
        ),
        (roster.all(RosterAbsence), lambda one: one.staff, ABSENCES.title, "请假日期", "同一员工的请假时间重叠"),
        (
            roster.all(RosterPrice),
            lambda one: one.code,
            *(PRICES.title, "生效日期", "同一项目的旧价格还没有填失效日期"),
        ),
    )
    for entries, group, sheet, column, message in groups:
        for earlier, later in _overlapping(entries, group):
            entry = later if candidate.row_of(later) else earlier
            yield _problem(candidate, entry, sheet, column, "overlap", message)


def _overlapping(entries: Iterable[Any], group: Callable[[Any], Hashable]) -> Iterator[tuple[Any, Any]]:
    """Yield each entry that begins while an earlier one of its group still holds, after that earlier one."""
    lasting: dict[Hashable, Any] = {}
    held = [entry for entry in entries if entry.until is None or entry.since < entry.until]
    for entry in sorted(held, key=lambda one: one.since):
        earlier = lasting.get(group(entry))
        if earlier is not None and (earlier.until is None or entry.since < earlier.until):
            yield earlier, entry
        if earlier is None or (earlier.until or date.max) < (entry.until or date.max):
            lasting[group(entry)] = entry


def _second_posts(candidate: Candidate) -> Iterator[RosterProblem]:
    held: dict[str, Role] = {}
    for post in candidate.roster.all(RosterPost):
        if post.role not in DESK_POSTS or post.until is not None:
            continue
        if held.setdefault(post.staff, post.role) is not post.role:
            message = "本项目要求专人专岗,一人不能兼任两个客服岗位"
            yield _problem(candidate, post, STAFF.title, "岗位", "second_post", message)
