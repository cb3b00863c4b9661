"""What the company configures for a community 项目: its roster 名册 and its policy 政策."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from starters.cli.asking import CommunityOption, JsonOption, PersonOption, service_centre
from starters.cli.screen import moment, print_json, print_table, say

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

roster_verbs = typer.Typer(help="名册:片区、房号、住户、员工、值班", no_args_is_help=True)
policy_verbs = typer.Typer(help="政策:按版本生效的各项时限和数字", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]


@roster_verbs.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """导入名册(xlsx);有一处错误就一行也不导入,并逐行列出"""
    with service_centre(person, community) as centre:
        report = centre.send_file(centre.in_community("roster"), file.name, file.read_bytes(), SPREADSHEET)
    counts = report.get("counts") or {}
    print_table("已导入", ("表", "新增", "更新", "未变"), [(sheet, *done.values()) for sheet, done in counts.items()])
    warned = [(each.get("sheet"), each.get("row"), each.get("message")) for each in report.get("warnings") or ()]
    print_table("请留意", ("表", "行", "提示"), warned)


@roster_verbs.command("export")
def export_roster(
    file: FileArgument,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="覆盖已有的文件")] = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """导出名册(xlsx);内含个人信息,文件只有本人可读"""
    if file.exists() and not overwrite:
        raise typer.BadParameter(f"文件 {file} 已存在;要覆盖请加 --overwrite", param_hint="FILE")
    with service_centre(person, community) as centre:
        content = centre.fetch(centre.in_community("roster"))
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)
    say(f"已写入 {file}({len(content)} 字节)")


@policy_verbs.command("show")
def show_policy(as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = "") -> None:
    """列出政策的各个版本;--json 输出全文"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("policies"))
    if as_json:
        print_json(answer)
        return
    versions = answer["policies"]
    rows = [(policy["version"], moment(policy["effective_from"]), policy.get("preset")) for policy in versions]
    print_table("", ("版本", "生效时间", "预设"), rows)


@policy_verbs.command("publish")
def publish_policy(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    reason: Annotated[str, typer.Option(help="为什么改,随版本留存")],
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """发布新版本(限管理处经理、公司经理):FILE 是 JSON 或 TOML,只写要改的字段和所依据的最新版本号 version"""
    with service_centre(person, community) as centre:
        policy = centre.send(centre.in_community("policies"), {"policy": _read(file), "reason": reason})
    say(f"已发布第 {policy['version']} 版,自 {moment(policy['effective_from'])} 起生效")


def _read(file: Path) -> Any:
    """The policy as JSON values; times in TOML become their ISO spelling."""
    text = file.read_text(encoding="utf-8")
    try:
        return json.loads(json.dumps(tomllib.loads(text), default=str)) if file.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"文件 {file} 不是有效的 JSON 或 TOML:{error}", param_hint="FILE") from None
