"""What stands around every paper of fees 信头: the community, its clock, its rules, and who works there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from activities.connections.personal_data import PersonalDataCipher
from activities.documents.wording import moment, text
from activities.ledger.refused import LedgerRefusedError
from activities.records.community_tables import Area, Community, Post, Staff
from activities.records.policies import NoPolicyInForceError, policy_in_force
from activities.records.sealing import open_columns
from activities.records.working_calendar import working_calendar
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.rules.business_time import local


@dataclass(frozen=True)
class Letterhead:
    """The community as it stands on paper at the moment of printing. Names of staff are opened when they are asked for.

    ``stewards`` maps an area to the code of the steward who looks after it, ``areas`` to its name.
    """

    community: str
    name: str
    policy: Policy
    calendar: WorkingCalendar
    at: datetime
    areas: Mapping[str, str]
    stewards: Mapping[str, str]
    sealed_names: Mapping[str, bytes]
    personal: PersonalDataCipher

    @property
    def today(self) -> date:
        """The day of printing on the community's clock."""
        return local(self.at, self.policy.calendar.tz).date()

    def moment(self, at: datetime | None) -> str:
        """An instant on the community's clock."""
        return moment(at, self.policy.calendar.tz)

    def staff(self, code: str) -> str:
        """A member of staff: 「赵芳(G001)」, or the code alone."""
        sealed = self.sealed_names.get(code)
        if sealed is None:
            return text(code)
        return f"{text(str(open_columns(self.personal, Staff, {'name': sealed})['name']))}({text(code)})"

    def actor(self, actor: Actor) -> str:
        """Who did something: 「私人管家 赵芳(G001)」."""
        return f"{actor.role.label} {self.staff(actor.code)}".rstrip()


def read_letterhead(connection: Connection, personal: PersonalDataCipher, community: str, at: datetime) -> Letterhead:
    """Read the letterhead; raises :class:`LedgerRefusedError` (``no_policy_in_force``)."""
    try:
        policy = policy_in_force(connection, community, at)
    except NoPolicyInForceError:
        raise LedgerRefusedError("no_policy_in_force", "本项目没有生效的政策:请管理处经理先发布政策") from None
    today = local(at, policy.calendar.tz).date()
    stewards = connection.execute(
        select(Post.area, Post.staff)
        .where(
            Post.community == community,
            Post.role == Role.STEWARD,
            Post.area != "",
            Post.deputy.is_(False),
            Post.since <= today,
            Post.until.is_(None) | (Post.until > today),
        )
        .order_by(Post.area, Post.since.desc(), Post.staff.desc())
    )
    return Letterhead(
        community=community,
        name=text(connection.scalar(select(Community.name).where(Community.code == community)) or community),
        policy=policy,
        calendar=working_calendar(connection, range(today.year - 1, today.year + 2)),
        at=at,
        areas={row.code: text(row.name) for row in connection.execute(
            select(Area.code, Area.name).where(Area.community == community)
        )},
        stewards={row.area: row.staff for row in reversed(stewards.all())},
        sealed_names={row.code: row.name for row in connection.execute(
            select(Staff.code, Staff.name).where(Staff.community == community)
        )},
        personal=personal,
    )  # fmt: skip
