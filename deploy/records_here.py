"""The records of the process that was just started 本机记录."""

from contextlib import closing
from typing import TYPE_CHECKING

from activities.connections.keys import KeyRing
from activities.connections.settings import Settings

if TYPE_CHECKING:  # what needs the database is imported when it runs, like everything in ``process_verbs``
    from activities.connections.database import Database


def records_here(settings: Settings) -> "closing[Database]":
    """Return the records for one command, closed at the end of the ``with`` block. Raises ``KeyFileError``."""
    from activities.connections.database import Database

    return closing(Database.connect(settings.database_url, KeyRing.load(settings.keys_file), pool_size=1))
