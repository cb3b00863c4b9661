"""Where a command asks and as whom, and what it says when nobody answers."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from starters.cli import service_centre
from starters.cli.manager_links import MANAGER_QUERIES
from starters.cli.profile import Access, ProfileError, access
from starters.cli.screen import plain
from tests.cli.conftest import typed

PROFILE = """
api_url = "http://127.0.0.1:1"
[people.desk]
token = "gj_desk"
community = "YGHY"
[people.campus]
token = "gj_campus"
community = "XYDX"
"""


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GUANJIA_API_URL", "GUANJIA_TOKEN", "GUANJIA_COMMUNITY", "GUANJIA_PERSON"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "profile.toml"
    file.write_text(PROFILE, encoding="utf-8")
    monkeypatch.setenv("GUANJIA_PROFILE", str(file))
    return file


@pytest.fixture
def silent_peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address that takes a request and never answers."""
    monkeypatch.setattr(service_centre, "PATIENCE", service_centre.httpx2.Timeout(0.3))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def failing_gateway() -> Iterator[str]:
    """Something in front of the API that answers every request with 502 and a page of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 15\r\n\r\n<html>no</html>")

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_the_first_person_of_the_profile_file_is_meant_where_nobody_is_named(profile: Path):
    assert access() == Access("http://127.0.0.1:1", "gj_desk", "YGHY")
    assert access("campus") == Access("http://127.0.0.1:1", "gj_campus", "XYDX")


def test_a_variable_beats_the_profile_file_and_an_option_beats_the_variable(
    profile: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GUANJIA_TOKEN", "gj_variable")
    monkeypatch.setenv("GUANJIA_API_URL", "http://127.0.0.1:2")
    monkeypatch.setenv("GUANJIA_COMMUNITY", "BJJ")
    assert access() == Access("http://127.0.0.1:2", "gj_variable", "BJJ")
    assert access("campus", "XYDX") == Access("http://127.0.0.1:2", "gj_campus", "XYDX")


def test_an_unknown_person_a_bad_file_and_a_missing_token_each_say_what_to_do(
    profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(ProfileError, match="desk、campus"):
        access("nobody")
    profile.write_text("[people.desk]\ntoken = 3\n", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"people\.desk\.token"):
        access()
    monkeypatch.setenv("GUANJIA_PROFILE", str(tmp_path / "none.toml"))
    with pytest.raises(ProfileError, match="不存在"):
        access()
    monkeypatch.delenv("GUANJIA_PROFILE")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProfileError, match="GUANJIA_TOKEN"):
        access()


def test_when_nobody_answers_the_key_is_printed_so_that_the_same_request_can_be_resent(silent_peer: str):
    asked = {"GUANJIA_API_URL": silent_peer, "GUANJIA_TOKEN": "gj_x", "GUANJIA_COMMUNITY": "YGHY"}
    unanswered = typed("take", "BX-7K3QM-9TXAB", **asked)
    assert unanswered.exit_code == 3
    assert re.search(r"--key [0-9a-f-]{36}", unanswered.stderr)
    resent = typed("take", "BX-7K3QM-9TXAB", "--key", "my-own-key", **asked)
    assert "--key my-own-key" in resent.stderr


def test_a_reading_that_nobody_answers_has_no_key(silent_peer: str):
    unanswered = typed("list", GUANJIA_API_URL=silent_peer, GUANJIA_TOKEN="gj_x", GUANJIA_COMMUNITY="YGHY")
    assert unanswered.exit_code == 3
    assert "--key" not in unanswered.stderr


def test_a_gateway_that_answers_for_the_api_leaves_the_outcome_open(failing_gateway: str):
    asked = {"GUANJIA_API_URL": failing_gateway, "GUANJIA_TOKEN": "gj_x", "GUANJIA_COMMUNITY": "YGHY"}
    unanswered = typed("arrive", "BX-7K3QM-9TXAB", **asked)
    assert unanswered.exit_code == 3
    assert "502" in unanswered.stderr
    assert "--key" in unanswered.stderr


def test_a_centre_that_is_not_running_is_said_to_be_so():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    nobody = typed("list", GUANJIA_API_URL=url, GUANJIA_TOKEN="gj_x", GUANJIA_COMMUNITY="YGHY")
    assert nobody.exit_code == 3
    assert "连不上" in nobody.stderr


def test_a_command_without_a_community_asks_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    asked = typed("list", GUANJIA_TOKEN="gj_x", GUANJIA_API_URL="http://127.0.0.1:1")
    assert asked.exit_code == 1
    assert "--community" in asked.stderr


@pytest.mark.parametrize("word", ["\x1b]0;owned\x07", "\x1b[2J", "甲\r乙", "\u202e倒写", "\x9b31m"])
def test_what_a_customer_wrote_can_do_nothing_to_the_terminal(word: str):
    shown = plain(word).plain
    assert all(character.isprintable() for character in shown)
    assert plain("[bold]甲[/bold]").plain == "[bold]甲[/bold]"


def test_links_for_managers_need_neither_token_nor_centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    links = typed("links", "--ui", "http://127.0.0.1:8233")
    assert links.exit_code == 0, links.output
    assert links.stdout.count("http://127.0.0.1:8233/namespaces/default/workflows?query=") == len(MANAGER_QUERIES)


def test_links_lead_into_the_namespace_of_the_profile_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written = tmp_path / "temporal.toml"
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(written))
    written.write_text('[profile.default]\nnamespace = "guanjia"\n')
    assert "/namespaces/guanjia/workflows" in typed("links", "--ui", "http://127.0.0.1:8233").stdout
    written.write_text("[profile.default\n")
    refused = typed("links", "--ui", "http://127.0.0.1:8233")
    assert refused.exit_code == 1
    assert "temporal.toml" in refused.stderr


def test_a_time_that_cannot_be_read_is_wrong_usage():
    wrong = typed("move-deadline", "BX-7K3QM-9TXAB", "--clock", "finish", "--to", "明天", "--reason", "x")
    assert wrong.exit_code == 2
    assert "2026-05-12 14:00" in wrong.stderr
