"""Where the service centre answers and as whom one speaks to it 身份: from options, variables, then a profile file.

The one-machine centre writes ``var/profile.toml`` at its first start, with the people of the sample community;
``GUANJIA_PROFILE`` names another file. The file holds tokens, so it belongs to its owner alone (0600)::

    api_url = "http://127.0.0.1:8080"
    temporal_ui = "http://127.0.0.1:8233"

    [people.S001]
    token = "gj_…"
    community = "YGHY"
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

PROFILE_FILE: Final = Path("var/profile.toml")
API_URL: Final = "http://127.0.0.1:8080"
TEMPORAL_UI: Final = "http://127.0.0.1:8233"


class Person(BaseModel):
    """Somebody as whom commands can be given: the bearer token, and the community that is meant if none is named."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: str
    community: str = ""


class Profile(BaseModel):
    """The profile file. The first person is meant where nobody is named."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_url: str = API_URL
    temporal_ui: str = TEMPORAL_UI
    people: dict[str, Person] = {}


class ProfileError(Exception):
    """It is not known where to ask or as whom; the message says what to set."""


@dataclass(frozen=True)
class Access:
    """Address, token and community of one command. ``community`` may be empty for what spans communities."""

    api_url: str
    token: str
    community: str


def load_profile() -> Profile:
    """Read the profile file; an empty profile where there is none. Raises ``ProfileError`` for a bad one."""
    named = os.environ.get("GUANJIA_PROFILE", "")
    file = Path(named) if named else PROFILE_FILE
    if not file.is_file():
        if named:
            raise ProfileError(f"GUANJIA_PROFILE 指定的文件 {file} 不存在")
        return Profile()
    try:
        return Profile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        where = (
            [".".join(map(str, each["loc"])) for each in error.errors()] if isinstance(error, ValidationError) else []
        )
        raise ProfileError(f"身份文件 {file} 读不懂,请检查{'、'.join(where) or '是否为有效的 TOML'}") from None


def access(person: str = "", community: str = "") -> Access:
    """Who asks, and where. An option beats a variable, a variable beats the profile file.

    Raises ``ProfileError`` when no token is known or the named person is not in the profile file.
    """
    profile = load_profile()
    if person and person not in profile.people:
        known = "、".join(profile.people) or "无"
        raise ProfileError(f"身份文件里没有“{person}”,可用的有:{known}")
    chosen = profile.people.get(person) or _from_variables() or next(iter(profile.people.values()), None)
    if chosen is None:
        raise ProfileError("没有访问令牌:请设置 GUANJIA_TOKEN,或在运行 make run 的文件夹里执行本命令")
    return Access(
        api_url=os.environ.get("GUANJIA_API_URL") or profile.api_url,
        token=chosen.token,
        community=community or os.environ.get("GUANJIA_COMMUNITY", "") or chosen.community,
    )


def _from_variables() -> Person | None:
    token = os.environ.get("GUANJIA_TOKEN", "")
    return Person(token=token) if token else None
