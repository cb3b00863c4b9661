"""What the system lets somebody do who is not root: it lets root do everything."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NOBODY: Final = 65534


@contextmanager
def a_place_without_roots_rights() -> Iterator[Path]:
    """A folder of its own, whose owner this process is, and nobody more, while the block lasts."""
    with tempfile.TemporaryDirectory() as name:  # pytest's own lies where only root can pass through
        place = Path(name)
        before = os.geteuid()
        if before == 0:
            os.chown(place, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        try:
            yield place
        finally:
            os.seteuid(before)
            place.chmod(0o700)
