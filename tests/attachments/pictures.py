"""Pictures as telephones and other people make them."""

import io
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 200), **how: Any) -> bytes:
    """A picture whose upper left corner is red and whose rest is blue."""
    image = Image.new("RGB", size, (0, 0, 200))
    image.paste((220, 0, 0), (0, 0, size[0] // 4, size[1] // 4))
    written = io.BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def located(**tags: Any) -> bytes:
    """A photograph that says where it was taken, and which way up the telephone was."""
    exif = Image.Exif()
    exif[0x010E] = "13900001111 林小满"
    exif.get_ifd(0x8825)[1] = "N"
    for tag, value in tags.items():
        exif[int(tag.removeprefix("t"))] = value
    return picture(exif=exif.tobytes())


def opened(content: bytes) -> Image.Image:
    """The picture that was kept."""
    return Image.open(io.BytesIO(content))
