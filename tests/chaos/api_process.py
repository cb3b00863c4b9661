"""The intake API as a process that is killed: ``python -m tests.chaos.api_process``, settings from the environment.

Cases that it starts have clocks that the chaos can move on; everything else is as it is served.
"""

import asyncio

from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from starters.intake_api.application import create_app
from starters.intake_api.serve import server

CLOCKS = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=5000)


async def serve() -> None:
    """Serve until it is killed."""
    settings = Settings.load()
    keyring = KeyRing.load(settings.keys_file)
    database = Database.connect(settings.database_url, keyring)
    client = TimeSkipper(await connect(keyring), config=CLOCKS).client
    await server(settings, create_app(settings, keyring, database, client)).serve()


if __name__ == "__main__":
    asyncio.run(serve())
