"""Serving the intake API: one process, until SIGTERM or SIGINT."""

import uvicorn
from fastapi import FastAPI

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from starters.intake_api.application import create_app
from starters.serving import serving_config


async def serve_intake(settings: Settings) -> None:
    """Serve on ``api_host:api_port`` until a signal comes; requests under way are answered first.

    Raises ``KeyFileError`` or ``RuntimeError`` if the keys or Temporal are missing at the start. PostgreSQL may
    be away; until it has been there once, reports are answered 503.
    """
    keyring = KeyRing.load(settings.keys_file)
    database = Database.connect(settings.database_url, keyring)
    try:
        app = create_app(settings, keyring, database, await connect(keyring))
        await server(settings, app).serve()
    finally:
        database.close()


def server(settings: Settings, app: FastAPI) -> uvicorn.Server:
    """Return the server of the application at ``api_host:api_port``."""
    return uvicorn.Server(serving_config(app, settings.api_host, settings.api_port))
