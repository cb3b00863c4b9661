"""The roster in the database: reading it as values, and writing what has changed."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from activities.connections.personal_data import PersonalDataCipher
from activities.records.community_tables import (
    Absence,
    Area,
    Contact,
    DutyShift,
    Household,
    Post,
    PriceItem,
    Staff,
    StaffTrade,
    Unit,
)
from activities.records.roster import (
    Entry,
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
)
from activities.records.schema import Row
from activities.records.sealing import open_columns, seal_columns, table_of

_TABLES: Final[Mapping[type[Entry], type[Row]]] = {
    RosterArea: Area,
    RosterUnit: Unit,
    RosterHousehold: Household,
    RosterContact: Contact,
    RosterPerson: Staff,
    RosterPost: Post,
    RosterShift: DutyShift,
    RosterAbsence: Absence,
    RosterPrice: PriceItem,
}
"""Where each class of entries is kept, each table after those that it refers to. Fields are columns of that name."""

HouseholdIds = dict[tuple[str, date], int]


def read_roster(connection: Connection, personal: PersonalDataCipher, community: str) -> Roster:
    """Return everything that the community's roster holds, past households and posts too, in order of keys."""
    rows = {kind: _read(connection, personal, community, kind) for kind in _TABLES}
    households = {number: key for key, number in _household_ids(connection, community).items()}
    for contact in rows[RosterContact]:
        contact["unit"], contact["since"] = households[contact.pop("household")]
    trades: defaultdict[str, set[str]] = defaultdict(set)
    for staff, trade in connection.execute(
        select(StaffTrade.staff, StaffTrade.trade).where(StaffTrade.community == community)
    ):
        trades[staff].add(trade)
    for person in rows[RosterPerson]:
        person["trades"] = frozenset(trades[person["code"]])
    entries = [kind(**row) for kind, found in rows.items() for row in found]
    return Roster.of(sorted(entries, key=lambda entry: (list(_TABLES).index(type(entry)), entry.key)))


def write_roster(
    connection: Connection, personal: PersonalDataCipher, community: str, before: Roster, after: Roster
) -> None:
    """Insert what is new and update what has changed; nothing is deleted but a trade that a person no longer has.

    The caller's transaction holds the community's row locked and ``before`` is what it has read since.
    """
    ids: HouseholdIds = {}
    for kind, row in _TABLES.items():
        if kind is RosterContact:
            ids = _household_ids(connection, community)
        new, changed = _difference(before, after, kind)
        # changes first: a household has to have moved out before the next one moves in
        _update(connection, row, kind, [_columns(entry, personal, community, ids) for entry in changed])
        _insert(connection, row, [_columns(entry, personal, community, ids) for entry in new])
    _write_trades(connection, community, _trades(before), _trades(after))


def _difference(before: Roster, after: Roster, kind: type[Entry]) -> tuple[list[Entry], list[Entry]]:
    entries = after.all(kind)
    new = [entry for entry in entries if (kind, entry.key) not in before.entries]
    changed = [entry for entry in entries if before.entries.get((kind, entry.key), entry) != entry]
    return new, changed


def _read(
    connection: Connection, personal: PersonalDataCipher, community: str, kind: type[Entry]
) -> list[dict[str, Any]]:
    row = _TABLES[kind]
    table = table_of(row)
    names = [*_own_columns(kind), *(("household",) if kind is RosterContact else ())]
    stored = connection.execute(
        select(*(table.columns[name] for name in names)).where(table.columns.community == community)
    )
    return [open_columns(personal, row, dict(values)) for values in stored.mappings()]


def _own_columns(kind: type[Entry]) -> list[str]:
    columns = table_of(_TABLES[kind]).columns
    return [one.name for one in dataclasses.fields(kind) if one.name in columns]


def _columns(entry: Entry, personal: PersonalDataCipher, community: str, ids: HouseholdIds) -> dict[str, Any]:
    """Return the row of an entry: its own columns, sealed, with the community and what makes it findable."""
    kind = type(entry)
    row = _TABLES[kind]
    values = {name: getattr(entry, name) for name in _own_columns(kind)}
    if isinstance(entry, RosterContact):
        values["household"] = ids[entry.unit, entry.since]
    if isinstance(entry, RosterContact | RosterPerson):
        values["phone_index"] = personal.phone_index(entry.phone) if entry.phone else None
    return {"community": community, **seal_columns(personal, row, values)}


def _insert(connection: Connection, row: type[Row], rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(row), rows)


def _update(connection: Connection, row: type[Row], kind: type[Entry], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = table_of(row)
    keys = ["community", *(("household", "position") if kind is RosterContact else kind.KEY)]
    values = [name for name in rows[0] if name not in keys]
    if values:
        statement = update(table).values({name: bindparam(f"new_{name}") for name in values})
        for name in keys:
            statement = statement.where(table.columns[name] == bindparam(f"key_{name}"))
        prefixed = [
            {(f"key_{name}" if name in keys else f"new_{name}"): value for name, value in one.items()} for one in rows
        ]
        connection.execute(statement, prefixed)


def _household_ids(connection: Connection, community: str) -> HouseholdIds:
    found = connection.execute(
        select(Household.unit, Household.since, Household.id).where(Household.community == community)
    )
    return {(unit, since): number for unit, since, number in found}


def _write_trades(connection: Connection, community: str, had: set[tuple[str, str]], has: set[tuple[str, str]]) -> None:
    if had - has:
        lost = tuple_(StaffTrade.staff, StaffTrade.trade).in_(had - has)
        connection.execute(delete(StaffTrade).where(StaffTrade.community == community, lost))
    _insert(
        connection,
        StaffTrade,
        [{"community": community, "staff": staff, "trade": trade} for staff, trade in sorted(has - had)],
    )


def _trades(roster: Roster) -> set[tuple[str, str]]:
    return {(person.code, trade) for person in roster.all(RosterPerson) for trade in person.trades}
