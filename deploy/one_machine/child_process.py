"""A process that the centre keeps running: started again when it ends, and never left behind."""

import asyncio
import contextlib
import ctypes
import os
import pwd
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

_log = structlog.get_logger(__name__)
_PR_SET_PDEATHSIG: Final = 1
_LONGEST_LINE: Final = 1024 * 1024
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_STEADY_SECONDS: Final = 60.0
"""A process that has run this long is steady again, and its next end is met with the first pause."""
_LAST_LINES: Final = 5
_libc = ctypes.CDLL(None)


def as_it_is(line: str) -> str:
    """Show a line as the process wrote it."""
    return line


@dataclass(frozen=True)
class Program:
    """What to run and how to stop it.

    ``readable`` turns a line of output into what people see, "" for nothing. ``stop_signal`` asks it to end and
    ``death_signal`` is what the kernel sends it when the centre is killed. ``user`` is the operating system's user.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    readable: Callable[[str], str] = as_it_is
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 10
    user: str | None = None
    folder: Path | None = None


class ChildProcess:
    """One running program. ``show`` gets (name, line) for every readable line; ``inherited`` are descriptors."""

    def __init__(self, program: Program, show: Callable[[str, str], None], inherited: Sequence[int] = ()) -> None:
        self.program = program
        self._show = show
        self._inherited = inherited
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._killed = False
        self._not_shown: deque[str] = deque(maxlen=_LAST_LINES)

    def start(self) -> None:
        """Start it, and again whenever it ends; call from the main thread, whose death the kernel watches."""
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Ask it to end, kill it when it does not, and return when it is gone."""
        if self._keeping is None:
            return
        self._stopping.set()
        self._send(self.program.stop_signal)
        try:
            await asyncio.wait_for(asyncio.shield(self._keeping), self.program.stop_seconds)
        except TimeoutError:
            _log.warning("process_killed", process=self.program.name, after_seconds=self.program.stop_seconds)
            self.kill()
            await self._keeping

    def kill(self) -> None:
        """End it at once, for good; ``stop`` then only waits until it is gone."""
        self._stopping.set()
        self._killed = True
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run()
            if self._stopping.is_set():
                return
            pause = _FIRST_PAUSE if time.monotonic() - began > _STEADY_SECONDS else pause
            _log.error("process_ended", process=self.program.name, exit_code=code, starts_again_in_seconds=pause)
            while self._not_shown:
                self._show(self.program.name, self._not_shown.popleft())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _run(self) -> int:
        """Run it once, to its end; its exit code, negative for a signal."""
        try:
            self._process = process = await self._spawn()
        except OSError as error:
            self._show(self.program.name, str(error))
            return 1
        if self._stopping.is_set():  # told so while it was being started
            self._send(signal.SIGKILL if self._killed else self.program.stop_signal)
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        while line := await _line(process.stdout):
            self._take(line.decode("utf-8", "replace").rstrip())
        return await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        program = self.program
        return await asyncio.create_subprocess_exec(
            *program.command,
            env=program.environment,
            cwd=program.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LONGEST_LINE,
            pass_fds=tuple(self._inherited),
            # a terminal's Ctrl-C goes to the centre alone, which stops its processes in order
            start_new_session=True,
            preexec_fn=_dying_with(os.getpid(), program.death_signal),
            user=program.user,
            group=pwd.getpwnam(program.user).pw_gid if program.user else None,
            extra_groups=[] if program.user else None,
        )

    def _take(self, line: str) -> None:
        if self._stopping.is_set():
            return
        if shown := self.program.readable(line):
            self._not_shown.clear()
            self._show(self.program.name, shown)
        elif line:
            self._not_shown.append(line)


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, b"" at the end; one that is too long is left out."""
    while True:
        with contextlib.suppress(ValueError):
            return await stream.readline()


def _dying_with(parent: int, number: signal.Signals) -> Callable[[], None]:
    """What the new process does before all else: ask the kernel for a signal when its parent dies."""

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it has died meanwhile
            os._exit(1)

    return ask
