"""What is uploaded is looked at, not believed, and drawn anew."""

import io
import struct
import zlib

import pytest
from PIL import Image

from activities.attachments import images
from activities.attachments.images import AttachmentRefusedError, Purpose, checked_image
from tests.attachments.pictures import located, opened, picture

ORIENTATION = 274


def refusal(content: bytes) -> str:
    with pytest.raises(AttachmentRefusedError) as refused:
        checked_image(content, Purpose.PHOTO)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(refused.value))
    return refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_pictures_of_every_telephone_are_accepted_and_kept_as_jpeg(kind: str) -> None:
    kept = checked_image(picture(kind), Purpose.PHOTO)
    assert (kept.type, kept.width, kept.height) == ("image/jpeg", 300, 200)
    assert opened(kept.content).format == "JPEG"


def test_where_a_photograph_was_taken_and_who_is_on_it_is_not_kept() -> None:
    sent = located()
    assert b"Exif" in sent
    kept = checked_image(sent, Purpose.PHOTO)
    assert dict(opened(kept.content).getexif()) == {}
    assert b"Exif" not in kept.content
    assert b"13900001111" not in kept.content


def test_a_telephone_held_sideways_makes_an_upright_picture() -> None:
    kept = checked_image(located(**{f"t{ORIENTATION}": 6}), Purpose.PHOTO)
    assert (kept.width, kept.height) == (200, 300)
    upright = opened(kept.content).convert("RGB")
    red, _, blue = upright.getpixel((190, 10))  # type: ignore[misc]
    assert red > 150 > blue


def test_a_large_photograph_is_made_smaller_and_a_small_one_is_not_made_larger() -> None:
    kept = checked_image(picture(size=(4000, 3000)), Purpose.PHOTO)
    assert (kept.width, kept.height) == (2560, 1920)
    assert checked_image(picture(size=(30, 20)), Purpose.PHOTO).width == 30


def test_a_signature_keeps_its_transparency() -> None:
    paper = Image.new("RGBA", (400, 150), (0, 0, 0, 0))
    paper.paste((0, 0, 0, 255), (50, 50, 300, 60))
    written = io.BytesIO()
    paper.save(written, "PNG")
    kept = checked_image(written.getvalue(), Purpose.SIGNATURE)
    assert kept.type == "image/png"
    assert opened(kept.content).getpixel((0, 0)) == (0, 0, 0, 0)


def test_the_same_bytes_give_the_same_picture() -> None:
    assert checked_image(located(), Purpose.PHOTO) == checked_image(located(), Purpose.PHOTO)


def test_of_an_animation_the_first_picture_is_kept() -> None:
    frames = [Image.new("RGB", (50, 50), color) for color in ((250, 0, 0), (0, 250, 0))]
    written = io.BytesIO()
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])
    kept = opened(checked_image(written.getvalue(), Purpose.PHOTO).content)
    red, green, _ = kept.convert("RGB").getpixel((25, 25))  # type: ignore[misc]
    assert red > 200 > green


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n",
        b"GIF89a" + b"\x01\x00\x01\x00\x00\x00\x00;",
        b"MZ" + b"\x00" * 200,
        "只是文字".encode(),
    ],
    ids=["svg", "html", "pdf", "gif", "program", "text"],
)
def test_what_is_no_photograph_is_refused_whatever_it_is_called(content: bytes) -> None:
    assert refusal(content) == "attachment_not_an_image"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_half_a_picture_is_damaged(kind: str) -> None:
    whole = picture(kind, size=(800, 600))
    assert refusal(whole[: len(whole) // 2]) in {"attachment_damaged", "attachment_not_an_image"}


def test_nothing_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(b"") == "attachment_empty"
    monkeypatch.setattr(images, "BYTES_AT_MOST", 100)
    assert refusal(picture()) == "attachment_too_large"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be of that size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9000, 30_000, 2_000_000])
def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_is_decoded(side: int) -> None:
    assert refusal(bomb(side, side)) in {"attachment_too_many_pixels", "attachment_damaged"}


def test_what_hangs_on_behind_a_picture_is_cut_off() -> None:
    kept = checked_image(picture() + b"<script>alert(1)</script>", Purpose.PHOTO)
    assert b"script" not in kept.content
