"""What intake needs to go on without PostgreSQL 受理快照: tokens, units, staff, policies, working days.

Each API process loads one at most 60 s before it is used, and lives on the last one while the database is away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, or_, select

from activities.connections.database import Database
from activities.records.community_tables import ApiToken, Community, Unit
from activities.records.policies import all_policies
from activities.records.posts_held import RolesHeld, roles_held
from activities.records.price_list import PostedPrice, price_lists
from activities.records.reading import one_state
from activities.records.roster import UnitKind
from activities.records.working_calendar import calendar_around
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.people import Role
from workflows.messages.policy import Policy
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE


@dataclass(frozen=True)
class Caller:
    """Whom a token stands for, and what bounds it. ``staff`` is a code (工号), or "" for a system."""

    caller: str
    role: Role
    staff: str
    communities: frozenset[str]
    expires_at: datetime | None


@dataclass(frozen=True)
class UnitPlace:
    """What intake has to know of a unit: its area, what it is, and when its building was accepted."""

    area: str
    kind: UnitKind
    building_accepted_on: date | None = None

    @property
    def inside(self) -> bool:
        """Whether work there is inside somebody's rooms 户内."""
        return self.kind not in (UnitKind.PUBLIC_PLACE, UnitKind.PARKING_SPACE)


@dataclass(frozen=True)
class IntakeSnapshot:
    """The state of the configuration at ``taken_at``.

    ``tokens`` by the hexadecimal SHA-256; ``units`` gives the place of each unit code by community, with an
    entry for every community there is; ``staff`` the roles of each active member of staff on that day;
    ``policies`` every version by ``effective_from``, oldest first; ``prices`` what is posted that day, by
    community and code.
    """

    taken_at: datetime
    tokens: Mapping[str, Caller]
    units: Mapping[str, Mapping[str, UnitPlace]]
    staff: Mapping[str, Mapping[str, frozenset[Role]]]
    policies: Mapping[str, tuple[Policy, ...]]
    calendar: WorkingCalendar
    prices: Mapping[str, Mapping[str, PostedPrice]] = field(default_factory=dict)


def load_snapshot(db: Database, now: datetime) -> IntakeSnapshot:
    """Read the configuration as it stands, for use from ``now`` on.

    Tokens that are revoked or expired are left out, and so are the communities in which a token's member
    of staff is no longer active or does not hold the post of the token's role that day. Raises
    ``OperationalError`` if PostgreSQL cannot be reached.
    """
    with one_state(db) as connection:
        staff = roles_held(connection, now)
        return IntakeSnapshot(
            taken_at=now,
            tokens=_tokens(connection, now, staff),
            units=_units(connection),
            staff=staff,
            policies=all_policies(connection),
            prices=price_lists(connection, local(now, DUTY_ZONE).date()),
            calendar=calendar_around(connection, local(now, DUTY_ZONE).date()),
        )


def _tokens(connection: Connection, now: datetime, staff: RolesHeld) -> dict[str, Caller]:
    valid = (
        select(ApiToken.digest, ApiToken.caller, ApiToken.role, ApiToken.staff, ApiToken.communities)
        .add_columns(ApiToken.expires_at)
        .where(ApiToken.revoked_at.is_(None), or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now))
    )
    callers = {
        row.digest.hex(): Caller(
            caller=row.caller,
            role=Role(row.role),
            staff=row.staff,
            communities=frozenset(
                community
                for community in row.communities
                if not row.staff or Role(row.role) in staff.get(community, {}).get(row.staff, ())
            ),
            expires_at=row.expires_at,
        )
        for row in connection.execute(valid)
    }
    return {digest: caller for digest, caller in callers.items() if caller.communities}


def _units(connection: Connection) -> dict[str, dict[str, UnitPlace]]:
    units: dict[str, dict[str, UnitPlace]] = {code: {} for code in connection.scalars(select(Community.code))}
    rows = select(Unit.community, Unit.code, Unit.area, Unit.kind, Unit.building_accepted_on)
    for row in connection.execute(rows):
        units[row.community][row.code] = UnitPlace(row.area, UnitKind(row.kind), row.building_accepted_on)
    return units
