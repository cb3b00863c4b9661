"""A one-machine centre as somebody starts it: a process, a folder, four ports."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.servers import ROOT, VAR

START_SECONDS = 60
_PORTS = ("GUANJIA_API_PORT", "GUANJIA_CODEC_PORT", "GUANJIA_TEMPORAL_PORT", "GUANJIA_TEMPORAL_UI_PORT")


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@contextlib.contextmanager
def folder_of_a_test(name: str) -> Iterator[Path]:
    """A folder under ``var/``, removed afterwards (why there: ``tests/servers.py``)."""
    folder = VAR / f"tests-{os.getpid()}-{name}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def typed(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What comes of typing ``guanjia`` and these words, with these variables and no others of Guanjia."""
    return subprocess.run(  # noqa: S603 - our own command
        command_line(*words),
        env=environment(variables),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def command_line(*words: str) -> list[str]:
    return [sys.executable, "-m", "deploy.command", *words]


def environment(variables: dict[str, str]) -> dict[str, str]:
    of_others = ("GUANJIA_", "TEMPORAL_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(of_others)}
    return {**kept, **variables}


class Centre:
    """Start it, kill it, start it again; ask it things over HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = dict(zip(_PORTS, map(str, free_ports(4)), strict=True))
        self.variables = {"GUANJIA_HOME": str(folder), **self.ports, "GUANJIA_PROFILE": str(folder / "profile.toml")}
        self.output = folder / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                command_line("run"),
                env=environment(self.variables),
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        already = self.said().count("is ready")
        self.wait_for(lambda: self.said().count("is ready") > already)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_for(self, condition: Any, seconds: float = START_SECONDS) -> None:
        """Poll until it holds; fails with what the centre has said."""
        give_up = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < give_up, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def family(self) -> list[psutil.Process]:
        """The supervisor and every process under it."""
        assert self.process is not None
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def child(self, verb: str) -> psutil.Process:
        """The process that runs a verb, such as ``worker``."""
        return next(each for each in self.family() if each.cmdline()[-1:] == [verb])

    def stop(self) -> float:
        """Ask it to stop; the seconds that it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.said()
        return time.monotonic() - began

    def kill_everything(self) -> None:
        """SIGKILL to every process, the supervisor last of all but at once."""
        assert self.process is not None
        family = self.family()
        for each in reversed(family):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait(10)
        psutil.wait_procs(family, 10)

    def end(self) -> None:
        """Whatever has become of it, leave nothing running."""
        if self.runs:
            self.kill_everything()

    def type(self, *words: str) -> str:
        """What a command prints that somebody types on this machine."""
        done = typed(*words, **self.variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def request(self, method: str, path: str, person: str, body: Any = None, key: str = "") -> httpx2.Response:
        """Ask the API as a person of the profile file; resend under the same key while the outcome is unknown."""
        people = tomllib.loads((self.folder / "profile.toml").read_text(encoding="utf-8"))["people"]
        headers = {
            "Authorization": f"Bearer {people[person]['token']}",
            "Idempotency-Key": key or uuid.uuid4().hex,
        }
        url = f"http://127.0.0.1:{self.ports['GUANJIA_API_PORT']}/v1/communities/YGHY/{path}"
        give_up = time.monotonic() + 30
        while True:
            with contextlib.suppress(httpx2.TransportError):
                answer = httpx2.request(method, url, headers=headers, json=body, timeout=20, trust_env=False)
                if answer.status_code < 500 or time.monotonic() > give_up:
                    return answer
            assert time.monotonic() < give_up, self.said()
            time.sleep(0.1)

    def act(self, number: str, action: str, person: str, **details: Any) -> None:
        answer = self.request("POST", f"cases/{number}/actions", person, {"action": action, **details})
        assert answer.status_code == 200, answer.text

    def agree_on_a_quote(self, number: str, technician: str) -> None:
        """The technician quotes what the price list has, the customer agrees, and the work begins."""
        self.act(number, "quote", technician, lines=[{"code": "WX-01"}])
        self.reply(number, "confirm_quote")
        self.wait_for(lambda: self.record(number).get("state") == "in_progress")

    def finish(self, number: str, technician: str) -> None:
        """From the technician's arrival to the customer's 验收."""
        self.act(number, "arrive", technician)
        self.agree_on_a_quote(number, technician)
        self.act(number, "complete", technician, work_done="更换阀芯", materials="阀芯1个", work_minutes=25)
        self.reply(number, "confirm", text="修好了")
        self.wait_for(lambda: self.record(number).get("state") == "awaiting_revisit")

    def reply(self, number: str, intent: str, **details: str) -> None:
        """The customer's word, taken down by the desk."""
        answer = self.request("POST", f"cases/{number}/replies", "desk", {"intent": intent, **details})
        assert answer.status_code < 300, answer.text

    def record(self, number: str) -> dict[str, Any]:
        answer = self.request("GET", f"cases/{number}", "desk")
        return answer.json() if answer.status_code == 200 else {}
