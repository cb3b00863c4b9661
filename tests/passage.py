"""A way to PostgreSQL that can fall silent, as the way to a host does that vanishes or hangs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

from activities.connections.database import Database


class Passage:
    """A TCP port that leads to a PostgreSQL's socket. While it is silent nothing passes, and nobody is told."""

    def __init__(self, database: Database) -> None:
        self._database = database.engine.url
        self._passing = asyncio.Event()
        self._passing.set()
        self.url = ""

    def fall_silent(self) -> None:
        self._passing.clear()

    def speak(self) -> None:
        self._passing.set()

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        address = make_url(self._database).set(
            host="127.0.0.1", port=server.sockets[0].getsockname()[1], query={"sslmode": "disable"}
        )
        self.url = address.render_as_string(hide_password=False)
        return server

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beyond_reader, beyond_writer = await asyncio.open_unix_connection(
            f"{self._database.query['host']}/.s.PGSQL.5432"
        )
        await asyncio.gather(self._pass_on(reader, beyond_writer), self._pass_on(beyond_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while words := await reader.read(65536):
                await self._passing.wait()
                writer.write(words)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def passage_to(database: Database) -> AsyncIterator[Passage]:
    """Open a passage to where the database is; it speaks at its end, so that no thread is left waiting."""
    passage = Passage(database)
    server = await passage.serve()
    try:
        yield passage
    finally:
        passage.speak()
        server.close()
