"""``guanjia demo``: plays a story on real servers and tells it on the screen, with its business dates."""

import logging
import time
from collections.abc import Awaitable, Callable

from rich.text import Text

from activities.connections.log_lines import configure
from deploy.demo.demo_centre import DemoCentre, demo_centre
from deploy.demo.fee_story import QuarterDemo
from deploy.demo.story import ENDS_AT, REPORT, REPORTED_AT, SCENES
from deploy.demo.telling import print_mails, print_outcome, print_scene
from starters.cli.case_page import print_record
from starters.cli.screen import plain, screen, warnings


async def play_the_repair() -> None:
    """Play the repair; raises ``TimeoutError`` if the case does not come to rest."""
    await _play("一张报修单,按业务时间", _repair)


async def play_the_quarter() -> None:
    """Play the quarter's fees; raises ``TimeoutError`` if a case does not come to rest."""
    await _play("一个季度的物业管理费,按业务时间", _quarter)


async def _play(title: str, story: Callable[[DemoCentre], Awaitable[None]]) -> None:
    configure("lines", level=logging.WARNING)
    out = screen()
    began = time.monotonic()
    out.print(Text("正在启动真实的 PostgreSQL、Temporal 和邮件服务器,数据只在本次演示中存在 …", style="dim"))
    async with demo_centre(REPORTED_AT, complain=lambda who, line: warnings().print(plain(f"{who}: {line}"))) as centre:
        out.print(Text(f"已启动({time.monotonic() - began:.1f} 秒)。{title}:\n", style="dim"))
        await story(centre)
    out.print(Text(f"\n演示结束,用时 {time.monotonic() - began:.1f} 秒", style="dim"))


async def _quarter(centre: DemoCentre) -> None:
    await QuarterDemo(centre).tell()


async def _repair(centre: DemoCentre) -> None:
    """Play every scene, and show the records of the repair and of its revisit."""
    case = await centre.report(REPORT, at=REPORTED_AT)
    repair, revisit = case.number, ""
    print_scene(REPORTED_AT, f"{REPORT.unit} 业主从平台报修:{REPORT.description},单号 {repair}")
    print_outcome(centre, case)
    for scene in SCENES:
        await centre.wait_until(scene.at)
        print_mails(centre)
        revisit = next((number for number in centre.numbers if number != repair), "")
        before = await centre.view(revisit if scene.of_revisit else repair)
        print_scene(scene.at, scene.said(before))
        print_outcome(centre, await scene.done(centre, before))
    await centre.has_ended(revisit)
    await centre.end(repair, ENDS_AT)
    print_scene(ENDS_AT, "返修期已满,流程结束")
    screen().print()
    for number in (repair, revisit):
        print_record(centre.record(number).model_dump(mode="json"))
