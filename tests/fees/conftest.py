"""A machine of its own for each test that kills parts of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.connections.keys import KeyRing
from tests.fees.machine import Machine, machine_in


@pytest.fixture
def machine(tmp_path: Path, keyring: KeyRing) -> Iterator[Machine]:
    """PostgreSQL with the sample community, Temporal, and no worker yet."""
    with machine_in(tmp_path, keyring) as machine:
        yield machine
