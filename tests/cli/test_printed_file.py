"""A printed paper is there whole, for its owner alone, or what was there before still is."""

import resource
import stat
from pathlib import Path

import pytest
import typer

from starters.cli.printed_file import write_printed
from tests.rights import a_place_without_roots_rights


def test_a_paper_takes_the_place_of_the_one_before_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    out = tmp_path / "paper.pdf"
    out.write_bytes(b"of yesterday")
    out.chmod(0o644)
    write_printed(out, b"of today")
    assert out.read_bytes() == b"of today"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [out]


def test_a_disk_that_takes_no_more_leaves_the_paper_of_before(tmp_path: Path) -> None:
    """The system's own limit of a file's size, as a full disk has one."""
    out = tmp_path / "paper.pdf"
    out.write_bytes(b"of yesterday")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(typer.BadParameter, match="无法写入"):
            write_printed(out, b"of today" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert out.read_bytes() == b"of yesterday"
    assert list(tmp_path.iterdir()) == [out]


def test_a_paper_in_a_folder_that_may_not_be_listed_is_there_and_not_denied() -> None:
    with a_place_without_roots_rights() as place:
        place.chmod(0o311)
        write_printed(place / "paper.pdf", b"of today")
        assert (place / "paper.pdf").read_bytes() == b"of today"
