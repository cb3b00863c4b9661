"""A provider that takes messages, and is now and then busy, broken, slow, or silent after it has taken one."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SILENCE = 20
"""Seconds: longer than anybody waits for an answer."""


class Provider:
    """What it has taken, by the message's own id, and which faults it has shown."""

    def __init__(self, chance: random.Random, odds: float) -> None:
        self.chance, self.odds = chance, odds
        self.taken: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.lock = threading.Lock()

    def answer(self, message: str) -> int:
        """Take the message, or not; returns the status to answer with, 0 for no answer at all."""
        with self.lock:
            fault = self.chance.choice(["busy", "broken", "late", "silent"]) if self.chance.random() < self.odds else ""
            if fault:
                self.faults[fault] += 1
            if fault not in {"busy", "broken"}:
                self.taken[message] += 1
        if fault == "late":
            time.sleep(1)
        return {"busy": 503, "broken": 500, "silent": 0}.get(fault, 200)


@contextmanager
def serving(provider: Provider) -> Iterator[str]:
    """Serve it on a free port; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            status = provider.answer(self.headers["webhook-id"])
            if not status:
                time.sleep(SILENCE)
                return
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
