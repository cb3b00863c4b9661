"""Commands that run one process, or prepare what all of them need 进程命令."""

# What a verb runs is imported when it runs: ``guanjia list`` shall not wait for workers and web servers to load.
import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from deploy.settings_here import settings_here
from deploy.start_refused import StartRefusedError
from workflows.messages.identifiers import TaskQueue

process_verbs = typer.Typer()


class QueueName(StrEnum):
    """A queue as people type it."""

    CASES = "cases"
    RECORDS = "records"
    NOTIFICATIONS = "notifications"
    BILLING = "billing"


class DemoStory(StrEnum):
    """What a demo tells."""

    REPAIR = "repair"
    FEES = "fees"


@process_verbs.command()
def run() -> None:
    """启动单机版:数据库、Temporal、接口和全部工作进程;Ctrl-C 停止"""
    from deploy.one_machine.running import run

    run()


@process_verbs.command()
def worker(
    queue: Annotated[list[QueueName] | None, typer.Option(help="只处理这些队列;可重复。不填为全部")] = None,
) -> None:
    """运行工作进程,直到 SIGTERM 或 SIGINT"""
    from workers.running import run_workers

    queues = [TaskQueue[name.name] for name in queue or QueueName]
    asyncio.run(run_workers(settings_here(), queues))


@process_verbs.command()
def api() -> None:
    """运行接口,直到 SIGTERM 或 SIGINT"""
    from starters.intake_api.serve import serve_intake

    try:
        asyncio.run(serve_intake(settings_here()))
    except RuntimeError as error:
        raise StartRefusedError(
            f"连接不上 Temporal:{error}。请检查 TEMPORAL_ADDRESS 与服务是否已启动",
            "Temporal is out of reach: check TEMPORAL_ADDRESS and whether it runs",
        ) from error


@process_verbs.command()
def codec(
    ui: Annotated[
        str, typer.Option("--ui", envvar="GUANJIA_TEMPORAL_UI", help="可在浏览器中调用它的 Temporal UI 的地址")
    ] = "http://127.0.0.1:8233",
) -> None:
    """运行解密服务,直到 SIGTERM 或 SIGINT"""
    from starters.codec_server import serve_codec

    asyncio.run(serve_codec(settings_here(), ui_origins=[ui.rstrip("/")]))


@process_verbs.command()
def figures() -> None:
    """在 metrics_address 上提供 Prometheus 指标,并每小时核对记录与流程,直到 SIGTERM 或 SIGINT"""
    from starters.figures import serve_figures

    try:
        asyncio.run(serve_figures(settings_here()))
    except ValueError as error:
        raise StartRefusedError(str(error), "set GUANJIA_METRICS_ADDRESS, such as 127.0.0.1:9465") from error


@process_verbs.command()
def takeover() -> None:
    """升级前检验本版本能否接办全部在办单据:逐单重放历史,不改动任何单据;有接办不了的,退出码为 1"""
    from temporalio.client import Client

    from deploy.with_temporal import with_temporal
    from workers.takeover import replay_open_cases

    async def replayed(client: Client) -> tuple[int, int]:
        count = unfit = 0
        async for case in replay_open_cases(client):
            count += 1
            if not case.fits:
                unfit += 1
                typer.echo(f"{case.number} 本版本接办不了")
        return count, unfit

    count, unfit = with_temporal(replayed)
    typer.echo(f"在办 {count} 单,本版本接办不了的 {unfit} 单")
    raise typer.Exit(int(unfit > 0))


@process_verbs.command()
def migrate(
    database_only: Annotated[
        bool, typer.Option("--database-only", help="只更新表结构(Temporal Cloud 的搜索属性和保留期在其控制台设置)")
    ] = False,
) -> None:
    """更新表结构,登记搜索属性,设置保留期;可重复运行。每次升级先运行它"""
    from deploy.preparation import prepare_records, prepare_temporal

    settings = settings_here()
    typer.echo(f"表结构:{prepare_records(settings)}")
    if not database_only:
        typer.echo(f"Temporal:{asyncio.run(prepare_temporal(settings))}")


@process_verbs.command()
def demo(story: Annotated[DemoStory, typer.Argument(help="演示哪一个故事")] = DemoStory.REPAIR) -> None:
    """一分钟内演示一张报修单(repair),或一个季度的物业管理费(fees)"""
    from deploy.demo.playing import play_the_quarter, play_the_repair

    asyncio.run(play_the_quarter() if story is DemoStory.FEES else play_the_repair())
