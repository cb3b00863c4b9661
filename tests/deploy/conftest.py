"""One centre for the tests of a module, running whenever a test begins."""

from collections.abc import Iterator

import pytest

from tests.deploy.centre import Centre, folder_of_a_test


@pytest.fixture(scope="module")
def _installed() -> Iterator[Centre]:
    with folder_of_a_test("centre") as folder:
        centre = Centre(folder)
        try:
            yield centre
        finally:
            centre.end()


@pytest.fixture
def centre(_installed: Centre) -> Centre:
    """A centre that runs; a test may kill or stop it."""
    if not _installed.runs:
        _installed.start()
    return _installed
