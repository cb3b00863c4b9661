"""A whole service centre for the commands: PostgreSQL, Temporal, workers and the API on a free port, all real."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from click.testing import Result
from sqlalchemy import select
from temporalio.client import Client
from typer.testing import CliRunner

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.records.community_tables import Post, Unit
from activities.records.tokens import issue_token
from starters.cli.staff_verbs import staff_verbs
from starters.intake_api.application import create_app
from starters.intake_api.serve import server
from workers.assembly import build
from workflows.messages.identifiers import TaskQueue
from workflows.messages.people import Role

COMMUNITY = "YGHY"
Say = Callable[..., Any]

entry = typer.Typer()
entry.add_typer(staff_verbs)
"""The commands mounted as ``deploy/command.py`` mounts them."""


def typed(*words: str, **variables: str) -> Result:
    """What happens when somebody types ``guanjia`` and these words."""
    environment = {"COLUMNS": "200", "GUANJIA_PROFILE": None, **variables}
    return CliRunner(env=environment).invoke(entry, list(words))


@dataclass(frozen=True)
class Centre:
    """A running service centre with the sample communities, and somebody at a keyboard."""

    url: str
    database: Database
    folder: Path

    def token(self, role: Role, staff: str = "", communities: tuple[str, ...] = (COMMUNITY,)) -> str:
        """A new token; the API knows it after its next snapshot."""
        return issue_token(self.database, caller=f"{role}-{staff}", role=role, staff=staff, communities=communities)

    def staff_with(self, role: Role) -> str:
        """Code of somebody who holds the role."""
        statement = select(Post.staff).where(Post.community == COMMUNITY, Post.role == role).order_by(Post.staff)
        with self.database.begin() as connection:
            return str(connection.execute(statement).scalars().first())

    def technicians(self) -> list[str]:
        """Codes of all technicians."""
        statement = select(Post.staff).where(Post.community == COMMUNITY, Post.role == Role.TECHNICIAN)
        with self.database.begin() as connection:
            return sorted(set(connection.execute(statement).scalars()))

    def unit(self) -> str:
        """Code of some unit."""
        statement = select(Unit.code).where(Unit.community == COMMUNITY).order_by(Unit.code)
        with self.database.begin() as connection:
            return str(connection.execute(statement).scalars().first())

    async def type(self, *words: str, person: str = "supervisor", **variables: str) -> Result:
        """Type a command as a person of the profile file."""
        profile = {"GUANJIA_PROFILE": str(self.folder / "profile.toml"), "GUANJIA_PERSON": person}
        return await asyncio.to_thread(typed, *words, **{**profile, **variables})

    async def answer(self, *words: str, person: str = "supervisor") -> Any:
        """The JSON that a command prints."""
        done = await self.type(*words, "--json", person=person)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def write_profile(self, people: dict[str, str]) -> None:
        """Write the profile file as the one-machine centre does."""
        lines = [f'api_url = "{self.url}"']
        for name, token in people.items():
            lines += [f"[people.{name}]", f'token = "{token}"', f'community = "{COMMUNITY}"']
        (self.folder / "profile.toml").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
async def centre(sample: Database, client: Client, keyring: KeyRing, tmp_path: Path) -> AsyncIterator[Centre]:
    """A service centre with a supervisor, an assistant, a site manager and every technician at hand."""
    # what the centre's processes log is not what a command prints
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = sample.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, keys_file=tmp_path / "unused", api_port=port, requests_per_minute=10_000)
    centre = Centre(f"http://127.0.0.1:{port}", sample, tmp_path)
    people = {
        "supervisor": centre.token(Role.CS_SUPERVISOR, centre.staff_with(Role.CS_SUPERVISOR)),
        "manager": centre.token(Role.SITE_MANAGER, centre.staff_with(Role.SITE_MANAGER)),
        "assistant": centre.token(Role.CS_ASSISTANT, centre.staff_with(Role.CS_ASSISTANT)),
        **{code: centre.token(Role.TECHNICIAN, code) for code in centre.technicians()},
    }
    centre.write_profile(people)
    async with AsyncExitStack() as running:
        for queue in TaskQueue:
            await running.enter_async_context(build(queue, client, settings, sample, keyring))
        api = server(settings, create_app(settings, keyring, sample, client))
        serving = asyncio.create_task(api.serve())
        while not api.started:
            assert not serving.done(), "the API did not start"
            await asyncio.sleep(0.02)
        yield centre
        api.should_exit = True
        await serving
    structlog.reset_defaults()
