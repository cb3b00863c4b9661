"""Founding a community 新建项目: its row and the first version of its policy, together or not at all."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from activities.connections.database import Database
from activities.records.community_tables import Community
from activities.records.policies import publish_within
from workflows.rules.policy_presets import Preset

_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,15}")


class FoundingRefusedError(Exception):
    """The community cannot be founded; the message says what to do."""


@dataclass(frozen=True)
class NewCommunity:
    """What a community begins with. The policy of the preset is in force from ``effective_from``.

    ``code`` stands in addresses and search attributes: 2 to 16 capital letters and digits.
    """

    code: str
    name: str
    preset: Preset
    effective_from: datetime


def found_community(db: Database, new: NewCommunity, author: str) -> None:
    """Found a community; raises ``FoundingRefusedError`` for a bad code or name, or a code that is taken."""
    if not _CODE.fullmatch(new.code):
        raise FoundingRefusedError("项目编码须为 2 至 16 位大写字母和数字,以字母开头,如 YGHY")
    if not new.name.strip() or not new.name.isprintable():
        raise FoundingRefusedError("项目名称不能为空,也不能含不可见字符")
    with db.begin() as connection:
        if not found_within(connection, new, author, "新建项目"):
            raise FoundingRefusedError(f"已有编码为 {new.code} 的项目:请换一个编码,或用 policy publish 修改它的政策")


def found_within(connection: Connection, new: NewCommunity, author: str, reason: str) -> bool:
    """Found as :func:`found_community` does, within the caller's transaction; False where the code is taken."""
    row = insert(Community).values(code=new.code, name=new.name.strip(), preset=new.preset.value)
    if connection.scalar(row.on_conflict_do_nothing().returning(Community.code)) is None:
        return False
    first = {"community": new.code, "preset": new.preset.value, "effective_from": new.effective_from.isoformat()}
    publish_within(connection, first, author, reason)
    return True
