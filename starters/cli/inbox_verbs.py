"""The in-app inbox 站内信: what one's post has been told, and marking it read."""

from typing import Annotated

import typer

from starters.cli.asking import CommunityOption, PersonOption, service_centre
from starters.cli.screen import moment, print_table, say

inbox_verbs = typer.Typer(help="站内信", invoke_without_command=True)


@inbox_verbs.callback()
def inbox(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="连同已读的")] = False,
    cursor: Annotated[str, typer.Option(help="上一页给出的下一页标记")] = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """查看站内信;guanjia inbox read ID 标为已读"""
    if context.invoked_subcommand:
        return
    with service_centre(person, community) as centre:
        page = centre.read("/v1/inbox", {"unread_only": "false" if everything else "true", "cursor": cursor})
    messages = page["messages"]
    columns = ("编号", "时间", "项目", "单号", "标题", "内容", "已读")
    print_table(
        "",
        columns,
        [
            (
                message["id"],
                moment(message.get("at")),
                message.get("community"),
                message.get("case"),
                message.get("subject"),
                message.get("body"),
                moment(message.get("read_at")),
            )
            for message in messages
        ],
    )
    say(f"共 {len(messages)} 封" if messages else "没有未读的站内信")
    if page.get("next_cursor"):
        say(f"下一页:--cursor {page['next_cursor']}")


@inbox_verbs.command("read")
def mark_read(
    ids: Annotated[list[int], typer.Argument(metavar="ID…", help="站内信编号")],
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """标为已读"""
    with service_centre(person, community) as centre:
        for each in ids:
            centre.send(f"/v1/inbox/{each}/read", {})
    say(f"已读 {len(ids)} 封")
