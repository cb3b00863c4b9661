"""Who makes a revisit 回访人: by role and area, nobody on leave, nobody on own work (R4, R17; REV-31)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from activities.records.absences import on_leave
from activities.records.case_tables import Case
from activities.records.community_tables import Post, Staff
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Role
from workflows.messages.selecting import Visitor, VisitorRequest
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE, holds

NEXT: Final = {
    Role.STEWARD: Role.CS_SUPERVISOR,
    Role.CS_ASSISTANT: Role.CS_SUPERVISOR,
    Role.CULTURE_CLERK: Role.CS_SUPERVISOR,
    Role.CONTROL_ROOM: Role.CS_SUPERVISOR,
    Role.CS_SUPERVISOR: Role.SITE_MANAGER,
    Role.SITE_MANAGER: Role.COMPANY_MANAGER,
}
"""Who makes it where nobody of the role can: the area's steward, the deputy, the supervisor, and so on up."""


def choose_visitor(connection: Connection, request: VisitorRequest) -> Visitor:
    """Return the person, in the role in which the person acts; nobody where the whole ladder is empty.

    A person whom the supervisor has named is taken if active, at work that day and not barred. Of several of one
    role a principal comes before a deputy, then whoever has the fewest open revisits, then the lower code.
    """
    day = local(request.business_now, DUTY_ZONE).date()
    away = {*on_leave(connection, request.community, day), *request.barred}
    posts = [
        post
        for post in connection.execute(
            select(Post.staff, Post.role, Post.area, Post.deputy, Post.since, Post.until)
            .join(Staff, (Staff.community == Post.community) & (Staff.code == Post.staff))
            .where(Post.community == request.community, Staff.active)
        )
        if holds(post.since, post.until, day) and post.staff not in away
    ]
    if request.named:
        roles = [Role(post.role) for post in posts if post.staff == request.named]
        return Visitor(staff=request.named, role=_fitting(roles, request.wanted)) if roles else Visitor()
    load = _open_revisits(connection, request.community)
    for role in _ladder(request.wanted):
        held = [
            (post.deputy, load.get(post.staff, 0), post.staff)
            for post in posts
            if post.role == role and (role is not Role.STEWARD or post.area == request.area)
        ]
        if held:
            return Visitor(staff=min(held)[2], role=role)
    return Visitor()


def _ladder(wanted: Role) -> Iterator[Role]:
    role: Role | None = wanted
    while role is not None:
        yield role
        role = NEXT.get(role)


def _fitting(roles: Sequence[Role], wanted: Role) -> Role:
    """Of the posts that a person holds, the wanted one; else the first that may make revisits."""
    able: Iterable[Role] = (wanted, *NEXT, Role.COMPANY_MANAGER)
    return next((role for role in able if role in roles), roles[0])


def _open_revisits(connection: Connection, community: str) -> dict[str, int]:
    counted = (
        select(Case.assignee, func.count().label("revisits"))
        .where(Case.community == community, Case.kind == CaseKind.REVISIT, Case.closed_at.is_(None))
        .group_by(Case.assignee)
    )
    return {row.assignee: row.revisits for row in connection.execute(counted)}
