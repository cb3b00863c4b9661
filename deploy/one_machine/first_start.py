"""What a first start leaves for its people 首次启动: sample communities, and tokens to try them with."""

import os
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.records.community_tables import Community
from activities.records.posts_held import roles_held
from activities.records.sample_community import create_sample
from activities.records.sample_community_plans import PLANS
from activities.records.tokens import issue_token, revoke_tokens_of
from deploy.one_machine.place import Place
from deploy.start_refused import StartRefusedError
from starters.cli.profile import Person, Profile
from workflows.messages.people import Role

_NAMES: Final = {
    Role.CS_ASSISTANT: "desk",
    Role.CS_SUPERVISOR: "supervisor",
    Role.ENGINEERING_LEAD: "lead",
    Role.SITE_MANAGER: "manager",
    Role.CASHIER: "cashier",
    Role.FINANCE: "finance",
}
"""How the profile file names the first person of a role."""
_BY_CODE: Final = frozenset({Role.TECHNICIAN, Role.STEWARD})
"""Who goes by the code 工号, because each has cases of his own."""


def own_keys(place: Place) -> KeyRing:
    """Return the place's secrets, created if nothing is there yet that others would be needed for."""
    if place.keys_file.exists() or place.holds_data:
        return KeyRing.load(place.keys_file)
    return KeyRing.create(place.keys_file)


def open_to_people(place: Place, db: Database) -> Profile:
    """Create the samples in records that hold no community; write and return the profile file.

    Tokens cannot be read again, so a profile file that was lost gets new ones and the old are revoked.
    """
    with db.begin() as connection:
        communities = connection.scalar(select(func.count()).select_from(Community))
    if not communities:
        create_sample(db)
    people = _people_of(place.profile_file) or {
        name: _person(db, community, role, staff) for name, community, role, staff in _sample_people(db)
    }
    profile = Profile(api_url=place.api_url, temporal_ui=place.temporal_ui_url, people=people)
    _write(place.profile_file, profile)
    return profile


def _people_of(file: Path) -> dict[str, Person]:
    if not file.exists():
        return {}
    try:
        return Profile.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).people
    except ValueError:
        raise StartRefusedError(
            f"身份文件 {file} 读不懂:请改正,或移走它以重新签发令牌",
            f"{file} cannot be understood: mend it, or move it away to have new tokens issued",
        ) from None


def _sample_people(db: Database) -> Iterator[tuple[str, str, Role, str]]:
    """Name in the profile, community, role, staff code; the first community's people need no prefix."""
    with db.begin() as connection:
        people = roles_held(connection, datetime.now(UTC))
    for plan in PLANS:
        prefix = "" if plan is PLANS[0] else f"{plan.code.lower()}-"
        posts = [(role, staff) for staff, held in people.get(plan.code, {}).items() for role in held]
        first: dict[Role, str] = {}
        for held_role, staff in posts:
            first.setdefault(held_role, staff)
        for role, name in _NAMES.items():
            if role in first:
                yield prefix + name, plan.code, role, first[role]
        for held_role, staff in posts:
            if held_role in _BY_CODE:
                yield prefix + staff, plan.code, held_role, staff


def _person(db: Database, community: str, role: Role, staff: str) -> Person:
    caller = f"sample-{community}-{staff}"
    revoke_tokens_of(db, caller)
    token = issue_token(db, caller=caller, role=role, staff=staff, communities=[community])
    return Person(token=token, community=community)


def _write(file: Path, profile: Profile) -> None:
    """Replace the file in one step; only its owner can read it."""
    lines = [
        "# 管家命令的身份文件:含令牌,只供本人读取。guanjia … --as 名字",
        f'api_url = "{profile.api_url}"',
        f'temporal_ui = "{profile.temporal_ui}"',
    ]
    for name, person in profile.people.items():
        lines += ["", f'[people."{name}"]', f'token = "{person.token}"', f'community = "{person.community}"']
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write("\n".join(lines) + "\n")
    new.replace(file)
