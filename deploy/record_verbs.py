"""``guanjia records``: whether records and running cases say the same 对账."""

import asyncio
from datetime import UTC, datetime

import typer
from temporalio.service import RPCError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from activities.records.reconcile import Differences, reconcile
from deploy.settings_here import settings_here
from deploy.start_refused import StartRefusedError
from starters.cli.screen import say

record_verbs = typer.Typer(help="记录", no_args_is_help=True)


@record_verbs.callback()
def _records() -> None:
    """Verbs of records; one of them has to be named."""


@record_verbs.command("reconcile")
def reconcile_records() -> None:
    """核对记录与流程:未结而没有流程在办的单据,在办而没有记录的流程;有差异时退出码为 1"""
    found = asyncio.run(_compared(settings_here()))
    for number in found.without_execution:
        say(f"{number} 记录未结,但没有流程在办")
    for number in found.without_record:
        say(f"{number} 流程在办,但没有记录")
    say(f"差异 {found.count} 处")
    raise typer.Exit(int(found.count > 0))


async def _compared(settings: Settings) -> Differences:
    keyring = KeyRing.load(settings.keys_file)
    database = Database.connect(settings.database_url, keyring, pool_size=1)
    try:
        return await reconcile(database, await connect(keyring), datetime.now(UTC))
    except (RuntimeError, RPCError) as error:
        raise StartRefusedError(
            f"Temporal 不可用:{error}。请检查 TEMPORAL_ADDRESS 与服务是否已启动",
            "Temporal is out of reach: check TEMPORAL_ADDRESS and whether it runs",
        ) from error
    finally:
        database.close()
