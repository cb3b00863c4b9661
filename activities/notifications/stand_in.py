"""Stand-in 代岗: which person a role means just then (``docs/domain/roles.md``; own design).

On duty → deputy → next level, at once: nothing ever waits for an absent person. Somebody who stands in
no rota (a manager, as a rule) can always be reached.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from workflows.messages.people import Role
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE, Shift, covers, holds

NEXT_LEVEL: Final[Mapping[Role, Role]] = {
    Role.CS_ASSISTANT: Role.CONTROL_ROOM,  # C10: at night every channel rings there
    Role.CONTROL_ROOM: Role.CS_SUPERVISOR,
    Role.STEWARD: Role.CS_SUPERVISOR,
    Role.CASHIER: Role.CS_SUPERVISOR,
    Role.GUARD: Role.CS_SUPERVISOR,
    Role.PARKING_ATTENDANT: Role.CS_SUPERVISOR,
    Role.CULTURE_CLERK: Role.CS_SUPERVISOR,
    Role.NETWORK_CLERK: Role.CS_SUPERVISOR,
    Role.TECHNICIAN: Role.ENGINEERING_LEAD,
    Role.ENGINEERING_LEAD: Role.SITE_MANAGER,
    Role.CS_SUPERVISOR: Role.SITE_MANAGER,
    Role.SITE_MANAGER: Role.COMPANY_MANAGER,
    Role.FINANCE: Role.COMPANY_MANAGER,
    Role.PORT_OWNER: Role.SITE_MANAGER,
    Role.RE_CS_GROUP: Role.COMPANY_MANAGER,
}
"""Who answers for a role that nobody holds or attends."""


@dataclass(frozen=True)
class HeldPost:
    """A person's post; ``area`` is empty for a post of the whole community."""

    staff: str
    role: str
    since: date
    area: str = ""
    deputy: bool = False
    until: date | None = None


@dataclass(frozen=True)
class Rota:
    """The active members' posts in one community, and their weekly shifts by staff code."""

    posts: tuple[HeldPost, ...] = ()
    shifts: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)

    def on_duty(self, staff: str, at: datetime) -> bool:
        """Whether the person's shift covers the instant, or no rota says when the person works."""
        shifts = self.shifts.get(staff, ())
        return not shifts or any(covers(shift, local(at, DUTY_ZONE)) for shift in shifts)


def person_for(rota: Rota, role: Role, area: str, at: datetime) -> str | None:
    """Return the code of whoever is to be told what the role is to be told; None if the community has nobody.

    ``area`` is the responsibility area 片区 of the case and counts for stewards. When nobody up the whole line
    is on duty, the role's own holder is told all the same.
    """
    line = [staff for level in _levels(role) for staff in _holders(rota, level, area, local(at, DUTY_ZONE).date())]
    return next((staff for staff in line if rota.on_duty(staff, at)), line[0] if line else None)


def _levels(role: Role) -> Iterator[Role]:
    level: Role | None = role
    while level is not None:
        yield level
        level = NEXT_LEVEL.get(level)


def _holders(rota: Rota, role: Role, area: str, day: date) -> list[str]:
    """Holders in the order in which they are asked: a deputy after all principals, then by code."""
    held = [
        post
        for post in rota.posts
        if post.role == role
        and holds(post.since, post.until, day)
        and (role is not Role.STEWARD or post.area == area)
    ]  # fmt: skip
    return [post.staff for post in sorted(held, key=lambda post: (post.deputy, post.staff))]
