"""Pictures as they really come: held sideways, with a colour profile, two in one file, or made to do harm."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from activities.attachments.images import AttachmentRefusedError, Purpose, checked_image
from tests.attachments.pictures import opened, picture

ORIENTATION = 274
_CLAIMS_TOO_MUCH = (9_000, 16_383)


def held_sideways() -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return exif.tobytes()


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(AttachmentRefusedError) as refused:
        checked_image(content, Purpose.PHOTO)
    return refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_whatever_the_format_a_sideways_picture_is_turned_upright_once(kind: str) -> None:
    kept = checked_image(picture(kind, exif=held_sideways()), Purpose.PHOTO)

    assert (kept.width, kept.height) == (200, 300)
    upright = opened(kept.content).convert("RGB")
    red, _, blue = upright.getpixel((190, 10))  # type: ignore[misc]
    assert red > 150 > blue
    assert dict(opened(kept.content).getexif()) == {}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_neither_a_colour_profile_nor_a_comment_is_kept(purpose: Purpose) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    sent = picture(icc_profile=profile, comment=b"13900001111")

    kept = checked_image(sent, purpose)

    assert b"13900001111" in sent
    assert b"13900001111" not in kept.content
    assert not {"icc_profile", "comment", "exif", "xmp"} & set(opened(kept.content).info)


def test_of_a_telephones_two_pictures_in_one_file_the_first_is_kept() -> None:
    second = Image.new("RGB", (20, 20), (0, 220, 0))
    both = saved(Image.new("RGB", (20, 20), (220, 0, 0)), "MPO", save_all=True, append_images=[second])

    kept = opened(checked_image(both, Purpose.PHOTO).content)

    assert getattr(kept, "n_frames", 1) == 1
    red, green, _ = kept.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert red > 200 > green


def test_a_signature_is_made_smaller_than_a_photograph_and_stays_a_drawing_without_loss() -> None:
    kept = checked_image(picture(size=(3000, 1000)), Purpose.SIGNATURE)

    assert (kept.type, kept.width, kept.height) == ("image/png", 1200, 400)


@pytest.mark.parametrize("hidden", [picture(), b"<script>alert(1)</script>"], ids=["jpeg", "script"])
def test_a_gif_is_refused_whatever_is_hidden_behind_it(hidden: bytes) -> None:
    assert refusal(saved(Image.new("P", (4, 4)), "GIF") + hidden) == "attachment_not_an_image"


def test_a_page_with_a_photograph_behind_it_is_refused() -> None:
    assert refusal(b"<!doctype html><script>alert(1)</script>" + picture()) == "attachment_not_an_image"


@pytest.mark.parametrize("side", _CLAIMS_TOO_MUCH)
def test_a_bomb_is_refused_for_the_size_it_claims_before_anybody_finds_that_it_cannot_be_decoded(side: int) -> None:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    undecodable = chunk(b"IDAT", b"not deflated at all")

    assert refusal(b"\x89PNG\r\n\x1a\n" + header + undecodable + chunk(b"IEND", b"")) == "attachment_too_many_pixels"


def test_a_whole_webp_that_would_fill_a_gigabyte_is_refused() -> None:
    huge = Image.new("L", (16_383, 4_096))

    assert refusal(saved(huge, "WEBP", quality=0, method=0)) == "attachment_too_many_pixels"
