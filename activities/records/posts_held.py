"""Who holds which post 在岗: the one reading of staff and posts behind tokens, the intake snapshot and the profile."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, and_, select

from activities.records.community_tables import Post, Staff
from workflows.messages.people import Role
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE, holds

RolesHeld = Mapping[str, Mapping[str, frozenset[Role]]]
"""Roles by community and staff code; active staff without a post are there with none."""


def roles_held(connection: Connection, now: datetime) -> RolesHeld:
    """Return the roles that each active member of staff holds on the local day of ``now``, staff in order of code."""
    today = local(now, DUTY_ZONE).date()
    of_the_person = and_(Post.community == Staff.community, Post.staff == Staff.code)
    roles: dict[str, dict[str, set[Role]]] = defaultdict(lambda: defaultdict(set))
    for row in connection.execute(
        select(Staff.community, Staff.code, Post.role, Post.since, Post.until)
        .outerjoin(Post, of_the_person)
        .where(Staff.active)
        .order_by(Staff.community, Staff.code)
    ):
        held = roles[row.community][row.code]
        if row.role is not None and holds(row.since, row.until, today):
            held.add(Role(row.role))
    return {community: {code: frozenset(held) for code, held in people.items()} for community, people in roles.items()}


def holds_post(connection: Connection, community: str, staff: str, role: Role, day: date) -> bool:
    """Whether the person holds a post of that role in the community on a local day."""
    posts = connection.execute(
        select(Post.since, Post.until).where(Post.community == community, Post.staff == staff, Post.role == role)
    )
    return any(holds(since, until, day) for since, until in posts)
