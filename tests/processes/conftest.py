"""A service centre for each process test."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from tests.processes.centre import Centre, service_centre


@pytest.fixture
async def centre(client: Client, time_skipper: TimeSkipper) -> AsyncIterator[Centre]:
    """A centre on the real server whose outside remembers."""
    async with service_centre(client, time_skipper) as opened:
        yield opened
