"""Peers that mail and HTTP notices really reach, and a small community to tell."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from activities.connections.database import Database
from tests.notifications.peers import (
    HttpPeer,
    SmtpPeer,
    answering,
    furnish,
)


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def free_port() -> int:
    return a_free_port()


@pytest.fixture
def smtp_peer() -> Iterator[SmtpPeer]:
    port = a_free_port()
    peer = SmtpPeer(port)
    controller = Controller(peer, hostname="127.0.0.1", port=port)
    controller.start()
    yield peer
    controller.stop()


@pytest.fixture
def http_peer() -> Iterator[Callable[..., HttpPeer]]:
    """Start a provider: ``http_peer(200, "…")``; the answer ``"silence"`` is none until the test ends."""
    started: list[tuple[ThreadingHTTPServer, HttpPeer]] = []

    def start(status: int, body: str = "") -> HttpPeer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), answering(lambda: peer))
        peer = HttpPeer(url=f"http://127.0.0.1:{server.server_port}/hook?key=robot-secret", default=(status, body))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        started.append((server, peer))
        return peer

    yield start
    for server, peer in started:
        peer.released.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def community(database: Database) -> Database:
    """A database with one community, its staff, a unit, and the case ``CASE`` of a customer with telephone and mail."""
    furnish(database)
    return database
