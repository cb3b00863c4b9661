"""``guanjia schedules``: the schedules of fees put into place, looked at, paused, resumed, made up for 定时任务."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final, TypeVar

import typer
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from deploy.settings_here import settings_here
from deploy.start_refused import StartRefusedError
from deploy.with_temporal import with_temporal
from starters.cli.screen import LOCAL, moment, print_table, say
from starters.schedules import backfill_schedule, fee_schedules
from workflows.messages.fee_opening import FeePeriodKind

schedule_verbs = typer.Typer(help="定时任务", no_args_is_help=True)
_ID = Annotated[str, typer.Argument(metavar="ID", help="定时任务编号,如 fees-cycle-YGHY")]
_Day = datetime
_KINDS: Final = {FeePeriodKind.CYCLE: "季度收费", FeePeriodKind.MONTH: "收费月结"}
_Done = TypeVar("_Done")


@schedule_verbs.command("apply")
def apply_schedules() -> None:
    """登记定时任务:每季末月25日提取应收,每月1日开立收费月结;可重复运行,已暂停的保持暂停"""
    from deploy.preparation import prepare_schedules

    for name, created in asyncio.run(prepare_schedules(settings_here())):
        say(f"{name}:{'已登记' if created else '已更新'}")


@schedule_verbs.command("list")
def list_schedules() -> None:
    """列出定时任务:下次开立的时间,是否暂停,为什么"""
    found = _with_schedules(fee_schedules)
    rows = []
    for one in found:
        following = "" if one.next_at is None else moment(one.next_at)
        rows.append((one.id, _KINDS[one.kind], following, "暂停" if one.paused else "", one.note))
    print_table("", ("编号", "种类", "下次", "", "说明"), rows)
    say(f"共 {len(rows)} 项")


@schedule_verbs.command("pause")
def pause_schedule(schedule: _ID, note: Annotated[str, typer.Option("--note", help="为什么暂停")]) -> None:
    """暂停一项定时任务;升级和重新登记都不会让它恢复"""
    _with_schedules(lambda client: client.get_schedule_handle(schedule).pause(note=note))
    say(f"{schedule} 已暂停")


@schedule_verbs.command("resume")
def resume_schedule(schedule: _ID, note: Annotated[str, typer.Option("--note", help="说明")] = "恢复") -> None:
    """恢复一项定时任务;暂停期间错过的用 backfill 补开"""
    _with_schedules(lambda client: client.get_schedule_handle(schedule).unpause(note=note))
    say(f"{schedule} 已恢复")


@schedule_verbs.command("backfill")
def backfill(
    schedule: _ID,
    first: Annotated[_Day, typer.Argument(formats=["%Y-%m-%d"], metavar="FIRST", help="从哪一天")],
    last: Annotated[_Day, typer.Argument(formats=["%Y-%m-%d"], metavar="LAST", help="到哪一天(含)")],
) -> None:
    """补开一段时间里错过的收费单;已经开立的不会重复"""
    _with_schedules(
        lambda client: backfill_schedule(client, schedule, first.replace(tzinfo=LOCAL), last.replace(tzinfo=LOCAL))
    )
    say(f"{schedule}:{first:%Y-%m-%d} 至 {last:%Y-%m-%d} 已补开")


def _with_schedules(work: Callable[[Client], Awaitable[_Done]]) -> _Done:
    """Do the work with the schedules. Raises ``StartRefusedError``, also for one that is not there."""

    async def known(client: Client) -> _Done:
        try:
            return await work(client)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            said = "没有这项定时任务:见 guanjia schedules list"
            raise StartRefusedError(said, "There is no such schedule: see guanjia schedules list") from error

    return with_temporal(known)
