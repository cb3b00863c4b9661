"""What the repository may name of the world outside: no registry, no foreign host, only hashed locks."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

URL_HOST = re.compile(r"\b(?:https?|wss?|ftp|git\+ssh|git)://([^\s/\"'`)>\]|,;\\]+)", re.IGNORECASE)
OWN_HOSTS = re.compile(
    r"^(?:[^@]*@)?(?:"
    r"api|localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|testserver"  # this machine, and compose.yml's own
    r"|[\w.-]*\bexample(?:\.(?:com|org|net|cn))?|[\w.-]+\.(?:test|invalid|example)"  # names kept for examples
    r"|www\.apache\.org|www\.w3\.org"  # the licence's own text, XML name spaces
    r"|[{<$%…].*"  # filled in later
    r")(?::.*)?$",
    re.IGNORECASE,
)
LOCKS = ("requirements/runtime.txt", "requirements/develop.txt")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ;[^\\]*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(lock: Path) -> dict[str, str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {
        found["name"].lower().replace("_", "-"): found["version"] for line in lines if (found := PINNED.match(line))
    }


def test_no_file_names_a_registry_or_a_foreign_host(text_files: dict[Path, str]):
    foreign = [
        f"{path}: {host}"
        for path, text in text_files.items()
        for host in URL_HOST.findall(text)
        if not OWN_HOSTS.match(host)
    ]
    assert foreign == []


@pytest.mark.parametrize("host", ["some-registry.dev", "files.mirror.io:443", "10.0.0.7", "localhost.evil.io"])
def test_the_search_itself_notices_a_foreign_host(host: str):
    found = URL_HOST.findall("https" + "://" + host + "/simple")
    assert found == [host]
    assert not OWN_HOSTS.match(host)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_only_pinned_versions_and_their_hashes(root: Path, lock: str):
    lines = (root / lock).read_text(encoding="utf-8").splitlines()
    strange = [line for line in lines if line and not PINNED.match(line) and not HASH.match(line)]
    assert strange == []
    assert sum(bool(PINNED.match(line)) for line in lines) > 20


def test_both_locks_agree_on_every_version(root: Path):
    runtime, develop = (pins(root / lock) for lock in LOCKS)
    assert {name: version for name, version in runtime.items() if develop.get(name) != version} == {}


def test_the_locks_hold_what_the_project_declares(root: Path):
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [item for group in declared["dependency-groups"].values() for item in group if isinstance(item, str)]
    runtime, develop = (pins(root / lock) for lock in LOCKS)
    wanted = [(runtime, text) for text in declared["project"]["dependencies"]] + [(develop, text) for text in groups]
    stale = [
        text
        for lock, text in wanted
        if not (requirement := Requirement(text)).specifier.contains(
            lock.get(requirement.name.lower().replace("_", "-"), "0"), prereleases=True
        )
    ]
    assert stale == [], "run `make lock`"


def test_what_builds_the_project_is_in_the_runtime_lock_too(root: Path):
    """``make run`` installs the project without build isolation, so the build back end must be locked with it."""
    assert {"hatchling", "editables"} <= pins(root / "requirements/runtime.txt").keys()
