"""Photographs and signatures by command: uploaded from a file, named by an id, and fetched into a file."""

from pathlib import Path

import pytest

from tests.attachments.pictures import located, opened, picture
from tests.cli.conftest import Centre


def on_disk(folder: Path, content: bytes, name: str = "photo.jpg") -> str:
    file = folder / name
    file.write_bytes(content)
    return str(file)


@pytest.mark.parametrize(("purpose", "kind"), [("photo", "JPEG"), ("signature", "PNG")])
async def test_a_picture_is_uploaded_by_its_file_and_fetched_by_its_id(
    centre: Centre, tmp_path: Path, purpose: str, kind: str
):
    uploaded = await centre.type("attach", on_disk(tmp_path, located()), "--purpose", purpose)
    assert uploaded.exit_code == 0, uploaded.output
    number = uploaded.stdout.strip()
    assert number.startswith("FJ-")
    file = tmp_path / "fetched"

    fetched = await centre.type("attachment", number, "--out", str(file))

    assert fetched.exit_code == 0, fetched.output
    assert opened(file.read_bytes()).format == kind
    assert b"13900001111" not in file.read_bytes()


async def test_the_same_key_is_the_same_file_and_another_picture_under_it_is_refused(centre: Centre, tmp_path: Path):
    words = ("attach", on_disk(tmp_path, picture()), "--key", "photo-of-the-kitchen")
    first, again = await centre.type(*words), await centre.type(*words)
    assert (first.exit_code, first.stdout) == (0, again.stdout)

    on_disk(tmp_path, picture(size=(10, 10)))
    refused = await centre.type(*words)

    assert refused.exit_code == 1
    assert "idempotency_key_reused" in refused.stderr


async def test_what_is_no_photograph_is_refused_in_words_and_has_no_id(centre: Centre, tmp_path: Path):
    refused = await centre.type("attach", on_disk(tmp_path, b"<svg/>", "photo.png"))

    assert refused.exit_code == 1
    assert "attachment_not_an_image" in refused.stderr
    assert "JPEG、PNG、WebP 或 HEIC" in refused.stderr
    assert "FJ-" not in refused.stdout


async def test_an_unknown_id_makes_no_file_and_a_file_that_is_there_is_not_overwritten(centre: Centre, tmp_path: Path):
    file = tmp_path / "fetched.jpg"
    unknown = await centre.type("attachment", f"FJ-{'A' * 26}", "--out", str(file))
    assert unknown.exit_code == 1
    assert "unknown_attachment" in unknown.stderr
    assert not file.exists()

    number = (await centre.type("attach", on_disk(tmp_path, picture()))).stdout.strip()
    file.write_bytes(b"mine")
    refused = await centre.type("attachment", number, "--out", str(file))
    assert refused.exit_code == 1
    assert file.read_bytes() == b"mine"
