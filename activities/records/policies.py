"""The community's policy 政策: published in versions that are never changed, and read back by day.

A version binds the clocks of the cases that are opened while it is in force; publishing another moves no
promise already made (``docs/domain/policy.md``).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import structlog
from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError, to_json
from sqlalchemy import Connection, Text, cast, insert, select

from activities.connections.database import Database
from activities.records.community_tables import Community, PolicyVersion
from workflows.messages.message import Message
from workflows.messages.periods import Period
from workflows.messages.policy import Policy
from workflows.rules.policy_law import problems
from workflows.rules.policy_presets import Preset, preset_policy
from workflows.rules.policy_problems import Problem

log = structlog.get_logger(__name__)

_AUTHOR_AT_MOST: Final = 64
_REASON_AT_MOST: Final = 500
_BODY: Final = cast(PolicyVersion.body, Text)


class PolicyRefusedError(Exception):
    """A policy that was not published; ``problems`` says of each field what is wrong and what to do."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__(";".join(f"{problem.field}:{problem.message}" for problem in found))
        self.problems = tuple(found)


class NoPolicyInForceError(LookupError):
    """No version of the policy was in force at that time."""


def publish_policy(db: Database, changes: Mapping[str, Any], author: str, reason: str) -> Policy:
    """Publish the next version of a community's policy and return it.

    ``changes`` are JSON values: ``community``, ``effective_from`` (with its offset) and whatever differs. With a
    ``preset`` they differ from that preset, without one from the last version. A ``version``, where given, is
    the last version that the author has seen (or the one to be made), so that nobody overwrites another's work.
    ``author`` is a staff code. Raises :class:`PolicyRefusedError` with all that is wrong; then nothing is written.
    """
    with db.begin() as connection:
        return publish_within(connection, changes, author, reason)


def publish_within(connection: Connection, changes: Mapping[str, Any], author: str, reason: str) -> Policy:
    """Publish as :func:`publish_policy` does, within the caller's transaction."""
    _refuse_if(_signature_problems(author, reason))
    community = changes.get("community")
    # an unprintable code is no community's, and PostgreSQL would not even compare it
    is_code = isinstance(community, str) and community.isprintable()
    last = _last_version(connection, str(community) if is_code else "")
    _refuse_if(_version_problems(changes, last))
    policy = _read_strictly({**_complete(changes, last), "version": last.version + 1 if last else 1})
    _refuse_if([*_order_problems(policy, last), *problems(policy)])
    _insert(connection, policy, author, reason)
    log.info("policy_published", community=policy.community, version=policy.version, author=author)
    return policy


def _insert(connection: Connection, policy: Policy, author: str, reason: str) -> None:
    connection.execute(
        insert(PolicyVersion).values(
            community=policy.community,
            version=policy.version,
            effective_from=policy.effective_from,
            body=policy.model_dump(mode="json"),
            author=author,
            reason=reason.strip(),
        )
    )


def all_policies(connection: Connection) -> dict[str, tuple[Policy, ...]]:
    """Return every version of every community's policy, in the order in which they came into force."""
    rows = connection.execute(
        select(PolicyVersion.community, _BODY).order_by(PolicyVersion.community, PolicyVersion.version)
    )
    versions: dict[str, tuple[Policy, ...]] = {}
    for community, body in rows:
        versions[community] = (*versions.get(community, ()), _read(body))
    return versions


def policies_of(connection: Connection, community: str) -> tuple[Policy, ...]:
    """Return every version of one community's policy, in the order in which they came into force."""
    versions = select(_BODY).where(PolicyVersion.community == community).order_by(PolicyVersion.version)
    return tuple(map(_read, connection.scalars(versions)))


def policy_in_force(connection: Connection, community: str, at: datetime) -> Policy:
    """Return the version in force at an aware instant, as :func:`policy_at` chooses it.

    Raises :class:`NoPolicyInForceError` if none was.
    """
    in_force = (
        select(_BODY)
        .where(PolicyVersion.community == community, PolicyVersion.effective_from <= at)
        .order_by(PolicyVersion.version.desc())
        .limit(1)
    )
    body = connection.scalar(in_force)
    if body is None:
        raise _none_in_force(at)
    return _read(body)


@lru_cache(maxsize=1024)
def _read(body: str) -> Policy:
    """A version is never changed, so that each need be understood only once; it is shared, and nobody changes it."""
    return Policy.model_validate_json(body)


def policy_at(policies: Sequence[Policy], at: datetime) -> Policy:
    """Return the version in force at an aware instant; of several from the same instant on, the latest.

    Raises :class:`NoPolicyInForceError` if none was.
    """
    for policy in reversed(policies):
        if policy.effective_from <= at:
            return policy
    raise _none_in_force(at)


def _none_in_force(at: datetime) -> NoPolicyInForceError:
    return NoPolicyInForceError(f"no policy is in force at {at.isoformat()}")


def _last_version(connection: Connection, community: str) -> Policy | None:
    """Lock the community, so that two authors make two versions, and return the last one."""
    known = connection.scalar(select(Community.code).where(Community.code == community).with_for_update())
    _refuse_if([] if known else [Problem("community", "unknown_community", "没有这个项目,请核对项目编码")])
    last = select(_BODY).where(PolicyVersion.community == community).order_by(PolicyVersion.version.desc()).limit(1)
    body = connection.scalar(last)
    return None if body is None else _read(body)


def _complete(changes: Mapping[str, Any], last: Policy | None) -> dict[str, Any]:
    """Return the whole policy: the preset named, else the last version, overlaid with the changes."""
    preset = changes.get("preset")
    if preset is None and last is not None:
        return _overlaid(last, changes)
    if preset not in list(Preset):
        raise PolicyRefusedError([Problem("preset", "unknown_value", f"请写明以哪个预设为基础:{'、'.join(Preset)}")])
    # both arguments are among the changes, which the checks before have made sure of
    return _overlaid(preset_policy(Preset(preset), community="", effective_from=datetime.now(UTC)), changes)


def _overlaid(base: Message, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Overlay section by section; a list or a table of words is replaced as a whole."""
    whole = base.model_dump(mode="json")
    for name, change in changes.items():
        section = getattr(base, name, None)
        if isinstance(section, Message) and not isinstance(section, Period) and isinstance(change, Mapping):
            whole[name] = _overlaid(section, change)
        else:
            whole[name] = change
    return whole


def _read_strictly(whole: dict[str, Any]) -> Policy:
    """Return the policy; refuses unknown fields and wrong types, which the message itself would overlook."""
    try:
        return Policy.model_validate_json(to_json(whole), strict=True, extra="forbid")
    except PydanticSerializationError as error:
        raise PolicyRefusedError(
            [Problem("", "wrong_type", "政策只能由 JSON 的文字、数字、真假、列表和对象组成")]
        ) from error
    except ValidationError as error:
        found = [_problem_of(details) for details in error.errors(include_url=False, include_input=False)]
        raise PolicyRefusedError(found) from None


_WORDING: Final[dict[str, tuple[str, str]]] = {
    "extra_forbidden": ("unknown_field", "没有这个字段,请核对拼写"),
    "missing": ("required", "必须填写"),
    "enum": ("unknown_value", "只能是:{expected}"),
    "timezone_aware": ("wrong_type", "时间要写明时区,例如 2026-04-15T00:00:00+08:00"),
    "datetime_type": ("wrong_type", "应为时间,例如 2026-04-15T00:00:00+08:00"),
    "datetime_from_date_parsing": ("wrong_type", "应为时间,例如 2026-04-15T00:00:00+08:00"),
    "datetime_parsing": ("wrong_type", "应为时间,例如 2026-04-15T00:00:00+08:00"),
    "time_type": ("wrong_type", "应为一天中的时刻,例如 21:00"),
    "time_parsing": ("wrong_type", "应为一天中的时刻,例如 21:00"),
    "int_type": ("wrong_type", "应为整数"),
    "int_from_float": ("wrong_type", "应为整数"),
    "float_type": ("wrong_type", "应为数字"),
    "decimal_type": ("wrong_type", '应为数字,例如 "0.30"'),
    "decimal_parsing": ("wrong_type", '应为数字,例如 "0.30"'),
    "finite_number": ("wrong_type", '应为数字,例如 "0.30"'),
    "bool_type": ("wrong_type", "应为 true 或 false"),
    "string_type": ("wrong_type", "应为文字"),
    "tuple_type": ("wrong_type", "应为列表"),
    "dict_type": ("wrong_type", "应为对象"),
    "model_type": ("wrong_type", "应为对象"),
}
"""Code and zh-CN message for each of pydantic's error types that a policy can raise."""


def _problem_of(details: ErrorDetails) -> Problem:
    field = ".".join(str(part) for part in details["loc"])
    context = details.get("ctx", {})
    if details["type"] == "value_error":  # only a period raises it, and says what to write
        return Problem(field, "wrong_type", str(context["error"]))
    code, message = _WORDING.get(details["type"], ("wrong_type", "类型不对,请对照政策说明填写"))
    return Problem(field, code, message.format_map(context))


def _signature_problems(author: str, reason: str) -> list[Problem]:
    found = []
    if not author.strip() or not author.isprintable() or len(author) > _AUTHOR_AT_MOST:
        found.append(Problem("author", "required", "请写明由谁发布"))
    if not 0 < len(reason.strip()) <= _REASON_AT_MOST or not reason.strip().isprintable():
        found.append(Problem("reason", "required", f"请用一行文字写明修改原因,不超过 {_REASON_AT_MOST} 个字"))
    return found


def _version_problems(changes: Mapping[str, Any], last: Policy | None) -> list[Problem]:
    seen, latest = changes.get("version"), last.version if last else 0
    found = []
    if "effective_from" not in changes:
        found.append(Problem("effective_from", "required", "请写明生效时间"))
    if seen is not None and (isinstance(seen, bool) or seen not in (latest, latest + 1)):
        message = f"最新版本是第 {latest} 版,可能已有人修改:请取得最新版本后再改"
        found.append(Problem("version", "version_conflict", message))
    return found


def _order_problems(policy: Policy, last: Policy | None) -> list[Problem]:
    if last is None or policy.effective_from >= last.effective_from:
        return []
    message = f"生效时间不能早于上一版本的生效时间 {last.effective_from.isoformat()}"
    return [Problem("effective_from", "out_of_order", message)]


def _refuse_if(found: Sequence[Problem]) -> None:
    if found:
        raise PolicyRefusedError(found)
