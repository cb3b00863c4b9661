"""Guanjia's own processes 自有进程: workers, API and codec server, each as ``guanjia`` starts it anywhere."""

import os
import sys

from activities.connections.settings import Settings
from deploy.one_machine.child_process import Program


def workers(settings: Settings) -> Program:
    """One process that serves every queue."""
    return _program("workers", "worker", stop_seconds=settings.workers.stop_seconds + 4)


def ways_in() -> tuple[Program, ...]:
    """What others connect to: stopped first, so that nothing new comes in."""
    return _program("api", "api"), _program("codec", "codec")


def _program(name: str, verb: str, stop_seconds: float = 12) -> Program:
    # a process whose modules are compiled anew at every start would start three times slower
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return Program(
        name=name,
        command=(sys.executable, "-P", "-m", "deploy.command", verb),
        environment={**environment, "PYTHONUNBUFFERED": "1"},
        stop_seconds=stop_seconds,
    )
