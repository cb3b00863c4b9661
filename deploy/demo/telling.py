"""``guanjia demo``: plays the story and tells it on the screen, with its business dates."""

import logging
import time
from datetime import datetime

from rich.text import Text

from activities.connections.log_lines import configure
from deploy.demo.demo_centre import DemoCentre, demo_centre
from deploy.demo.story import ENDS_AT, REPORT, REPORTED_AT, SCENES
from starters.cli.case_page import print_record
from starters.cli.screen import plain, screen, warnings
from workflows.messages.case import CaseView


async def tell() -> None:
    """Play the whole story; raises ``TimeoutError`` if the case does not come to rest."""
    configure("lines", level=logging.WARNING)
    out = screen()
    began = time.monotonic()
    out.print(Text("正在启动真实的 PostgreSQL、Temporal 和邮件服务器,数据只在本次演示中存在 …", style="dim"))
    async with demo_centre(REPORTED_AT, complain=lambda who, line: warnings().print(plain(f"{who}: {line}"))) as centre:
        out.print(Text(f"已启动({time.monotonic() - began:.1f} 秒)。一张报修单,按业务时间:\n", style="dim"))
        told = await _play(centre)
        out.print()
        for number in told:
            print_record(centre.record(number).model_dump(mode="json"))
    out.print(Text(f"\n演示结束,用时 {time.monotonic() - began:.1f} 秒", style="dim"))


async def _play(centre: DemoCentre) -> tuple[str, str]:
    """Play every scene and return the numbers of the repair and of its revisit."""
    case = await centre.report(REPORT, at=REPORTED_AT)
    repair, revisit = case.number, ""
    _print_scene(REPORTED_AT, f"{REPORT.unit} 业主从平台报修:{REPORT.description},单号 {repair}")
    _print_outcome(centre, case)
    for scene in SCENES:
        await centre.wait_until(scene.at)
        _print_mails(centre)
        revisit = next((number for number in centre.numbers if number != repair), "")
        before = await centre.view(revisit if scene.of_revisit else repair)
        _print_scene(scene.at, scene.said(before))
        _print_outcome(centre, await scene.done(centre, before))
    await centre.has_ended(revisit)
    await centre.end(repair, ENDS_AT)
    _print_scene(ENDS_AT, "返修期已满,流程结束")
    return repair, revisit


def _print_scene(at: datetime, said: str) -> None:
    screen().print(Text(f"{at:%Y-%m-%d %H:%M}  ", style="bold cyan").append(plain(said)), soft_wrap=True)


def _print_outcome(centre: DemoCentre, case: CaseView) -> None:
    """The state that the case has come to, and the mails that went out for it."""
    state, waiting = case.state_label, case.waiting_for
    now = waiting if state in waiting else f"{state},{waiting}"
    screen().print(Text(f"{'':18}→ {now}", style="green"), soft_wrap=True)
    _print_mails(centre)


def _print_mails(centre: DemoCentre) -> None:
    for mail in centre.mail.collect():
        line = Text(f"{'':18}✉ ", style="yellow").append(plain(f"{mail['To']}:{mail['Subject']}"))
        screen().print(line, soft_wrap=True)
