"""Commands for tokens 接口令牌: letting people and systems in and out."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from deploy.records_here import records_here
from deploy.settings_here import settings_here
from workflows.messages.people import Role

token_verbs = typer.Typer(help="接口令牌", no_args_is_help=True)


@token_verbs.command("issue")
def issue(
    caller: Annotated[str, typer.Option(help="给谁用:人或系统的代号(字母、数字、. _ : -),吊销时用它")],
    role: Annotated[Role, typer.Option(help="角色")],
    community: Annotated[list[str], typer.Option(help="可进入的项目;可重复")],
    staff: Annotated[str, typer.Option(help="员工工号,须在任该角色的岗位;系统不填")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="几天后到期;不填为不到期")] = None,
) -> None:
    """签发令牌:只显示这一次;接口在一分钟内认得它"""
    from activities.records.tokens import issue_token

    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with records_here(settings_here()) as database:
        token = issue_token(
            database, caller=caller, role=role, communities=community, staff=staff, expires_at=expires_at
        )
    typer.echo(token)


@token_verbs.command("revoke")
def revoke(
    caller: Annotated[str, typer.Option(help="吊销这个人或系统的全部令牌")] = "",
    listed: Annotated[bool, typer.Option("--listed", help="恢复备份之后:再次吊销名单上的全部令牌")] = False,
) -> None:
    """吊销令牌:某人的全部(--caller),或输入的一个;一分钟内失效"""
    from activities.records.suppression_list import SuppressionList, SuppressionListError
    from activities.records.tokens import list_revoked, revoke_listed, revoke_token, revoke_tokens_of

    if listed and caller:
        raise typer.BadParameter("--caller 与 --listed 只能取一")
    settings = settings_here()
    suppressed = SuppressionList.of(settings)
    with records_here(settings) as database:
        if listed:
            suppressed.require_there()
            with database.begin() as connection:
                count = revoke_listed(connection, suppressed)
        elif caller:
            count = revoke_tokens_of(database, caller)
        else:
            count = int(revoke_token(database, typer.prompt("令牌", hide_input=True)))
        typer.echo(f"已吊销 {count} 个")
        try:
            list_revoked(database, suppressed)
        except SuppressionListError as error:
            typer.echo(f"吊销已生效,但没有记入名单:{error}", err=True)
            raise typer.Exit(1) from None
