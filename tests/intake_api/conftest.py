"""The intake API as it is served: uvicorn on a free port, the sample communities, a token for each role."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.records.tokens import issue_token
from starters.intake_api.application import create_app
from starters.intake_api.intake import Intake
from starters.serving import serving_config
from workers.assembly import build
from workflows.messages.identifiers import TaskQueue
from workflows.messages.people import Role

HOME = "YGHY"
ELSEWHERE = "XYDX"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Api:
    """The served API, and what a test may do to it from outside."""

    http: httpx2.AsyncClient
    app: FastAPI
    database: Database
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def intake(self) -> Intake:
        """What its routes work with."""
        return self.app.state.intake

    def token(self, role: Role, community: str = HOME, staff: str = "", **details) -> str:
        """A token of that role, issued once for each person."""
        key = (f"{role}:{staff}", community)
        if details or key not in self.tokens:
            self.tokens[key] = issue_token(
                self.database,
                caller=f"{role}-{staff}-{community}",
                role=role,
                communities=[community],
                staff=staff,
                **details,
            )
        return self.tokens[key]

    async def bearer(self, role: Role, community: str = HOME, staff: str = "") -> dict[str, str]:
        """The header that identifies somebody of that role, known to the API."""
        token = self.token(role, community, staff)
        if token not in self.known:
            await self.intake.snapshots.refresh()
            self.known.add(token)
        return {"Authorization": f"Bearer {token}"}

    async def post(
        self, path: str, body: object, role: Role = Role.CS_ASSISTANT, key: str = "", **whose
    ) -> httpx2.Response:
        """POST as somebody of that role, under a fresh key unless one is given."""
        headers = {**await self.bearer(role, **whose), "Idempotency-Key": key or uuid.uuid4().hex}
        return await self.http.post(path, json=body, headers=headers)

    async def act(
        self, number: str, action: str, role: Role = Role.CS_ASSISTANT, key: str = "", **details
    ) -> httpx2.Response:
        """Act on a case of the home community."""
        whose = {name: details.pop(name) for name in ("community", "staff") if name in details}
        path = f"/v1/communities/{whose.get('community', HOME)}/cases/{number}/actions"
        return await self.post(path, {"action": action, **details}, role, key, **whose)

    async def get(self, path: str, role: Role = Role.CS_ASSISTANT, **whose) -> httpx2.Response:
        """GET as somebody of that role."""
        return await self.http.get(path, headers=await self.bearer(role, **whose))

    async def report(self, role: Role = Role.CS_ASSISTANT, key: str = "", **changes) -> httpx2.Response:
        """Report a repair in the home community."""
        return await self.post(f"/v1/communities/{HOME}/repairs", repair(**changes), role, key)


def repair(**changes) -> dict[str, object]:
    """A body as an intake service sends it."""
    return {"unit": "1-101", "channel": "platform", "description": "厨房水管漏水", **changes}


@pytest.fixture
def settings(sample: Database, tmp_path: Path) -> Settings:
    url = sample.engine.url.render_as_string(hide_password=False)
    return Settings(database_url=url, keys_file=tmp_path / "keys.toml", requests_per_minute=100_000)


@asynccontextmanager
async def on_a_free_port(app: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve an application with uvicorn until the block ends; yields a client of it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        process = uvicorn.Server(serving_config(app, "127.0.0.1", 0))
        running = asyncio.create_task(process.serve(sockets=[listener]))
        await until(lambda: asyncio.sleep(0, process.started))
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as http:
            yield http
        process.should_exit = True
        await running


@asynccontextmanager
async def serving(
    settings: Settings, keyring: KeyRing, database: Database, client: Client, clock: Callable[[], datetime] = now
) -> AsyncIterator[Api]:
    """Serve the intake API until the block ends."""
    app = create_app(settings, keyring, database, client, now=clock)
    async with on_a_free_port(app) as http:
        yield Api(http, app, database)


@pytest.fixture
async def api(settings: Settings, keyring: KeyRing, sample: Database, client: Client) -> AsyncIterator[Api]:
    async with serving(settings, keyring, sample, client) as served:
        yield served


@pytest.fixture
async def workers(settings: Settings, sample: Database, client: Client, keyring: KeyRing) -> AsyncIterator[None]:
    """All workers, with their real effects."""
    async with (
        build(TaskQueue.CASES, client, settings, sample, keyring),
        build(TaskQueue.NOTIFICATIONS, client, settings, sample, keyring),
    ):
        yield


async def until(happened: Callable[[], Awaitable[Any]], seconds: float = 15) -> Any:
    """Ask again until the answer is not empty; for what happens a moment later, such as a line in PostgreSQL."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (answer := await happened()):
        assert asyncio.get_running_loop().time() < deadline, f"{happened} did not happen in {seconds} s"
        await asyncio.sleep(0.05)
    return answer
