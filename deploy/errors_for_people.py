"""Errors that end a command in one line: they tell a person what to do, where a trace would not."""

from typing import Final

from sqlalchemy.exc import OperationalError

from activities.connections.encryption import EncryptionError
from activities.connections.keys import KeyFileError
from activities.connections.settings import SettingsError
from activities.connections.temporal import SearchAttributeError
from activities.records.communities import FoundingRefusedError
from activities.records.suppression_list import SuppressionListError
from activities.records.tokens import TokenError
from deploy.start_refused import StartRefusedError
from workers.running import CannotStartError
from workers.stuck_cases import StuckCaseError

_THEIR_OWN_WORDS: Final = (
    CannotStartError,
    EncryptionError,
    FoundingRefusedError,
    KeyFileError,
    SearchAttributeError,
    SettingsError,
    StartRefusedError,
    StuckCaseError,
    SuppressionListError,
    TokenError,
)


def line_for(error: Exception) -> str | None:
    """Return the line for a person; None for an error that is a fault of the program."""
    if isinstance(error, _THEIR_OWN_WORDS):
        return str(error)
    if isinstance(error, OperationalError):
        return (
            f"PostgreSQL 不可用:{' '.join(str(error.orig).split())}。请检查 GUANJIA_DATABASE_URL 与服务是否已启动 | "
            "PostgreSQL is out of reach: check GUANJIA_DATABASE_URL and whether it runs"
        )
    return None
