"""``guanjia records``: whether records and running cases say the same 对账, and writing anew what was lost 重建."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from temporalio.client import Client

from activities.connections.database import Database
from activities.records.case_records import RECORD_EXISTS, RECORD_MISSING
from activities.records.rebuild import NO_HISTORY, Rebuilt, cases_to_rebuild, rebuild_record
from activities.records.reconcile import reconcile
from deploy.with_temporal import with_records
from starters.cli.screen import LOCAL, say

record_verbs = typer.Typer(help="记录", no_args_is_help=True)
_REFUSED: Final = {
    NO_HISTORY: "Temporal 中没有它的历史(编号有误,或已过保留期)",
    RECORD_EXISTS: "该编号的记录说的是另一件事(另一案,或流程被重置过),请人工核对",
    RECORD_MISSING: "首批记录所在的历史已过保留期,无法重建",
}


@record_verbs.callback()
def _records() -> None:
    """Verbs of records; one of them has to be named."""


@record_verbs.command("reconcile")
def reconcile_records() -> None:
    """核对记录与流程:未结而没有流程在办的单据,在办而没有记录的流程;有差异时退出码为 1"""
    found = with_records(lambda database, client: reconcile(database, client, datetime.now(UTC)))
    for number in found.without_execution:
        say(f"{number} 记录未结,但没有流程在办")
    for number in found.without_record:
        say(f"{number} 流程在办,但没有记录")
    say(f"差异 {found.count} 处")
    raise typer.Exit(int(found.count > 0))


@record_verbs.command("rebuild")
def rebuild_records(
    numbers: Annotated[list[str] | None, typer.Argument(metavar="[NUMBER]...", help="单号")] = None,
    running: Annotated[bool, typer.Option("--open", help="全部在办的流程")] = False,
    closed_since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DAY", help="全部在办的,以及从这一天起结束的:恢复备份后写备份的日期"
        ),
    ] = None,
) -> None:
    """PostgreSQL 恢复了较早的备份后,按流程历史重写记录;可重复运行,较新的记录不变;未能补全时退出码为 1"""
    several = running or closed_since is not None
    if several == bool(numbers):
        raise typer.BadParameter("请给出单号,或 --open,或 --closed-since,三者取一")
    since = None if closed_since is None else closed_since.replace(tzinfo=LOCAL)

    async def rebuilt(database: Database, client: Client) -> list[Rebuilt]:
        chosen = [one async for one in cases_to_rebuild(client, closed_since=since)] if several else numbers or []
        done = []
        for number in dict.fromkeys(chosen):
            done.append(one := await rebuild_record(database, client, number))
            _say_rebuilt(one)  # at once: a centre's cases take a while
        return done

    done = with_records(rebuilt)
    say(f"已核对 {len(done)} 单,补写 {sum(one.lines_added for one in done)} 行")
    raise typer.Exit(int(not all(one.whole for one in done)))


def _say_rebuilt(one: Rebuilt) -> None:
    if one.lines_added:
        say(f"{one.number} 补写 {one.lines_added} 行")
    if one.refused:
        say(f"{one.number} 未重建:{_REFUSED.get(one.refused, one.refused)}")
    elif one.lines_missing:
        say(f"{one.number} 仍缺 {one.lines_missing} 行:所在的历史已过保留期")
