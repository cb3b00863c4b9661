"""Record a history for each path of the repair: ``.venv/bin/python -m tests.replay.record RELEASE``.

A recorded history is never changed: it is what a case of that release looks like in a customer's Temporal. Record
new ones when a path is added, and keep the old.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from tests import servers
from tests.processes.case_under_test import CaseUnderTest, at, eventually
from tests.processes.centre import DESK, LEAD, SUPERVISOR, Centre, service_centre, technician

FOLDER: Final = Path(__file__).parent / "histories"


async def confirmed(centre: Centre) -> CaseUnderTest:
    """Declined once, done, confirmed, and its reopen window over."""
    case = await centre.report()
    await case.act(DESK, "accept")
    await case.offered_to("T001")
    await case.act(technician("T001"), "decline", reason="在另一户抢修")
    await case.offered_to("T002")
    for action in ("take", "arrive", "complete"):
        await case.act(technician("T002"), action)
    await case.reply("confirm")
    await case.becomes("closed")
    await case.skipper.fast_forward(case.handle, at("05-20 00:01") - (await case.view()).now)
    await case.handle.result()
    return case


async def breached_and_reopened(centre: Centre) -> CaseUnderTest:
    """Accepted late, missed twice, assigned by the lead, refused once, accepted by default, reopened."""
    case = await centre.report(received="05-12 10:00:00")
    await case.wait_until("05-12 10:05:30")
    await case.act(DESK, "accept")
    await case.offered_to("T001")
    await case.wait_until("05-12 10:11:00")
    await case.offered_to("T002")
    await case.wait_until("05-12 10:17:00")
    await case.told("nobody_available", "role:engineering_lead")
    await case.act(LEAD, "dispatch", technician="T003")
    await case.offered_to("T003")
    await case.act(technician("T003"), "take")
    await case.act(SUPERVISOR, "move_deadline", clock="finish", due_at=at("05-14 18:00"), reason="业主要求改期")
    for action in ("arrive", "complete"):
        await case.act(technician("T003"), action)
    await case.reply("reject", "仍有滴漏")
    await case.becomes("in_progress")
    await case.act(technician("T003"), "complete")
    await case.skipper.fast_forward(case.handle, at("05-14 12:00") - (await case.view()).now)
    await case.becomes("closed")
    await case.reply("reopen", "又漏了")
    await case.becomes("dispatched")
    return case


async def emergency_cancelled(centre: Centre) -> CaseUnderTest:
    """An emergency that is cancelled before anybody is there."""
    case = await centre.report("厨房燃气泄漏")
    await case.offered_to("T001")
    await case.reply("cancel", "已关阀")
    await case.becomes("closed")
    await case.recorded("cancelled")
    return case


async def continued_as_new(centre: Centre) -> CaseUnderTest:
    """So much was said while the technician was on his way that the case continued as new, its clocks running."""
    case = await centre.dispatched()
    await case.act(technician("T001"), "take")
    first_run = (await case.handle.describe()).run_id
    while (await case.handle.describe()).run_id == first_run:
        noted = len(centre.outside.told("customer_replied"))
        await case.reply("comment", "请快一点")
        await eventually(lambda: len(centre.outside.told("customer_replied")) > noted)  # noqa: B023
        await asyncio.sleep(0.3)
    await case.act(technician("T001"), "arrive")
    return case


PATHS: Final[dict[str, Callable[[Centre], Awaitable[CaseUnderTest]]]] = {
    path.__name__: path for path in (confirmed, breached_and_reopened, emergency_cancelled, continued_as_new)
}


async def record(release: str) -> None:
    """Play every path and write its history; the payloads are plain, of invented people, so that any key reads them."""
    folder = FOLDER / release
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in PATHS.items():
        limits = ["limit.historyCount.suggestContinueAsNew=90"] if path is continued_as_new else []
        async with await servers.temporal_server(*limits) as environment:
            host = environment.client.service_client.config.target_host
            client = await Client.connect(host, data_converter=pydantic_data_converter)
            skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
            async with service_centre(client, skipper) as centre:
                history = await (await path(centre)).handle.fetch_history()
            (folder / f"repair_{name}.json").write_text(history.to_json(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1]))
