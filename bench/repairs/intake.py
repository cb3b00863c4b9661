"""Reports a second 受理速度 that one API process takes, against a bare route. No worker runs: what is started waits."""

import asyncio
import contextlib
import itertools
import statistics
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from activities.records.tokens import issue_token
from bench.figures import at_least, record, record_pairs, say
from bench.repairs.centre import COMMUNITY, Centre, Process
from bench.repairs.playing import Stage
from tests.deploy.centre import free_ports
from tests.plain_repair import DESK

AT_ONCE: Final = 16
_START_SECONDS: Final = 60
_BODY: Final[dict[str, Any]] = {
    "unit": "图书馆",
    "channel": "platform",
    "description": "卫生间水龙头滴水,关不紧,请尽快安排师傅",
    "reporter": {"name": "赵明远", "phone": "+8617400200001", "mail": "resident200001@example.com"},
}


@dataclass(frozen=True)
class Api:
    """One API process, and who asks it."""

    process: Process
    http: httpx2.AsyncClient

    async def report(self) -> None:
        """One report, under a key of its own."""
        path = f"/v1/communities/{COMMUNITY}/repairs"
        answer = await self.http.post(path, json=_BODY, headers={"Idempotency-Key": uuid.uuid4().hex})
        answer.raise_for_status()

    async def reports_a_second(self, count: int) -> tuple[float, float]:
        """Send so many; return how many there were a second, and the CPU seconds of the process for each."""
        left = itertools.islice(itertools.count(), count)

        async def caller() -> None:
            for _ in left:
                await self.report()

        began, used = time.perf_counter(), self.process.cpu_seconds
        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
        return count / (time.perf_counter() - began), (self.process.cpu_seconds - used) / count


@contextlib.asynccontextmanager
async def _serving(centre: Centre, token: str, *command: str) -> AsyncIterator[Api]:
    (port,) = free_ports(1)
    variables = {"GUANJIA_API_PORT": str(port), "GUANJIA_REQUESTS_PER_MINUTE": "10000000"}
    with centre.process(*command, **variables) as process:
        async with httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        ) as http:
            until = time.monotonic() + _START_SECONDS
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    if (await http.get("/healthz")).is_success:
                        break
                if time.monotonic() > until:
                    raise TimeoutError(f"{command[-1]} does not serve")
                await asyncio.sleep(0.1)
            yield Api(process, http)


async def compare(stage: Stage, pairs: int, requests: int) -> None:
    """Send reports to both in turn."""
    centre = stage.centre
    token = issue_token(centre.database, caller="bench", role=DESK.role, communities=[COMMUNITY], staff=DESK.code)
    async with (
        _serving(centre, token, "deploy.command", "api") as ours,
        _serving(centre, token, "bench.bare.repair_route") as bare,
    ):
        mine: list[tuple[float, float]] = []
        its: list[tuple[float, float]] = []
        for api in (bare, ours):
            await api.reports_a_second(AT_ONCE)
        for number in range(1, pairs + 1):
            its.append(await bare.reports_a_second(requests))
            mine.append(await ours.reports_a_second(requests))
            say(f"pair {number}: guanjia {mine[-1][0]:.0f}   bare {its[-1][0]:.0f} reports a second")
    for name, measured in (("guanjia", mine), ("bare", its)):
        rates, cpu = zip(*measured, strict=True)
        record(f"{name}: reports a second of one API process", statistics.median(rates), "/s")
        record(f"{name}: CPU of the API process a report", statistics.median(cpu) * 1000, "ms")
    ratios = [one / other for (one, _), (other, _) in zip(mine, its, strict=True)]
    record_pairs("reports / bare route: a second of one API process", ratios, at_least(0.7))
