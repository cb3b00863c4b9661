"""Commands for communities 项目."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deploy.records_here import records_here
from deploy.settings_here import settings_here
from workflows.rules.policy_presets import Preset

community_verbs = typer.Typer(help="项目", no_args_is_help=True)


@community_verbs.callback()
def _group() -> None:
    """项目"""


@community_verbs.command("create")
def create(
    code: Annotated[str, typer.Argument(help="编码:2 至 16 位大写字母和数字,如 YGHY")],
    name: Annotated[str, typer.Argument(help="名称,如 阳光花园")],
    preset: Annotated[Preset, typer.Option(help="政策模板")] = Preset.RESIDENTIAL_S1,
) -> None:
    """新建项目,政策按模板即刻生效;之后导入名册(roster import)并签发令牌(tokens issue)"""
    from activities.records.communities import NewCommunity, found_community

    new = NewCommunity(code, name, preset, effective_from=datetime.now(ZoneInfo("Asia/Shanghai")))
    with records_here(settings_here()) as database:
        found_community(database, new, author="system")
    typer.echo(f"已新建项目 {code}({name},{preset})")
